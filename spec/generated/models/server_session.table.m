-- Made by spec/tools/generate.py from spec/tables/machines/server_session.toml. Do not edit.
type
  event: enum { e_none, e_disconnect, e_ping, e_pong, e_goodbye, e_version, e_proceed, e_computer, e_server_identity, e_login, e_login_accepted, e_config_state, e_config_push, e_config_ack, e_ready, e_offer_blocks, e_missing_blocks, e_commit_version, e_version_committed, e_list_versions, e_versions, e_restore_begin, e_restore_begun, e_fetch_blocks, e_blocks_fetched, e_restore_end, e_restore_ended, e_list_blocks, e_block_list, e_release_blocks, e_blocks_released, e_fetch_key, e_key_state, e_store_key, e_key_stored, e_recover_key, e_key_recovered, e_change_password, e_password_changed, e_computer_admitted, e_computer_refused, e_login_admitted, e_login_refused, e_done, e_refused, e_failed, e_timer_expired, e_stop, e_peer_closed, e_malformed, e_data };
type
  server_state: enum { server_await_version, server_await_computer, server_checking_computer, server_await_login, server_checking_login, server_await_config, server_await_config_ack, server_ready, server_serving, server_restoring, server_serving_restore, server_closed };
  server_handler: enum { server_on_version, server_on_computer, server_on_computer_admitted, server_on_computer_refused, server_on_login, server_on_login_admitted, server_on_login_refused, server_on_place_taken, server_on_config_state, server_on_config_ack, server_on_ping, server_on_offer_blocks, server_on_data, server_on_commit_version, server_on_list_versions, server_on_list_blocks, server_on_release_blocks, server_on_fetch_key, server_on_store_key, server_on_recover_key, server_on_change_password, server_on_restore_begin, server_on_done, server_on_fetch_blocks, server_on_restore_end, server_on_restore_done, server_on_refused, server_on_failed, server_on_goodbye, server_on_stop, server_on_timer, server_on_malformed, server_on_disconnect, server_on_peer_closed };

function server_row(h: server_handler; s: server_state; e: event): boolean;
begin
  switch h
    case server_on_version: return e = e_version & (s = server_await_version);
    case server_on_computer: return e = e_computer & (s = server_await_computer);
    case server_on_computer_admitted: return e = e_computer_admitted & (s = server_checking_computer);
    case server_on_computer_refused: return e = e_computer_refused & (s = server_checking_computer);
    case server_on_login: return e = e_login & (s = server_await_login);
    case server_on_login_admitted: return e = e_login_admitted & (s = server_checking_login);
    case server_on_login_refused: return e = e_login_refused & (s = server_checking_login);
    case server_on_place_taken: return e = e_computer_refused & (s = server_checking_login);
    case server_on_config_state: return e = e_config_state & (s = server_await_config);
    case server_on_config_ack: return e = e_config_ack & (s = server_await_config_ack);
    case server_on_ping: return e = e_ping & (s = server_ready | s = server_restoring);
    case server_on_offer_blocks: return e = e_offer_blocks & (s = server_ready);
    case server_on_data: return e = e_data & (s = server_ready);
    case server_on_commit_version: return e = e_commit_version & (s = server_ready);
    case server_on_list_versions: return e = e_list_versions & (s = server_ready);
    case server_on_list_blocks: return e = e_list_blocks & (s = server_ready);
    case server_on_release_blocks: return e = e_release_blocks & (s = server_ready);
    case server_on_fetch_key: return e = e_fetch_key & (s = server_ready);
    case server_on_store_key: return e = e_store_key & (s = server_ready);
    case server_on_recover_key: return e = e_recover_key & (s = server_ready);
    case server_on_change_password: return e = e_change_password & (s = server_ready);
    case server_on_restore_begin: return e = e_restore_begin & (s = server_ready);
    case server_on_done: return e = e_done & (s = server_serving);
    case server_on_fetch_blocks: return e = e_fetch_blocks & (s = server_restoring);
    case server_on_restore_end: return e = e_restore_end & (s = server_restoring);
    case server_on_restore_done: return e = e_done & (s = server_serving_restore);
    case server_on_refused: return e = e_refused & (s = server_ready | s = server_serving | s = server_serving_restore);
    case server_on_failed: return e = e_failed & (s = server_await_version | s = server_await_computer | s = server_checking_computer | s = server_await_login | s = server_checking_login | s = server_await_config | s = server_await_config_ack | s = server_ready | s = server_serving | s = server_restoring | s = server_serving_restore);
    case server_on_goodbye: return e = e_goodbye & (s = server_ready | s = server_restoring);
    case server_on_stop: return e = e_stop & (s = server_await_version | s = server_await_computer | s = server_checking_computer | s = server_await_login | s = server_checking_login | s = server_await_config | s = server_await_config_ack | s = server_ready | s = server_serving | s = server_restoring | s = server_serving_restore);
    case server_on_timer: return e = e_timer_expired & (s = server_await_version | s = server_await_computer | s = server_await_login | s = server_await_config | s = server_await_config_ack | s = server_ready | s = server_restoring);
    case server_on_malformed: return e = e_malformed & (s = server_await_version | s = server_await_computer | s = server_await_login | s = server_await_config | s = server_await_config_ack | s = server_ready | s = server_restoring);
    case server_on_disconnect: return e = e_disconnect & (s = server_await_version | s = server_await_computer | s = server_await_login | s = server_await_config | s = server_await_config_ack | s = server_ready | s = server_restoring);
    case server_on_peer_closed: return e = e_peer_closed & (s = server_await_version | s = server_await_computer | s = server_checking_computer | s = server_await_login | s = server_checking_login | s = server_await_config | s = server_await_config_ack | s = server_ready | s = server_serving | s = server_restoring | s = server_serving_restore);
  endswitch;
endfunction;

function server_rows(s: server_state; e: event): 0 .. 34;
var count: 0 .. 34;
begin
  count := 0;
  for h: server_handler do if server_row(h, s, e) then count := count + 1; endif; endfor;
  return count;
endfunction;

function server_held(s: server_state): boolean;
begin return s = server_checking_computer | s = server_checking_login | s = server_serving | s = server_serving_restore; endfunction;

function server_driven(s: server_state): boolean;
begin return false; endfunction;

function server_wire(e: event): boolean;
begin return e = e_malformed | e = e_data | e = e_disconnect | e = e_ping | e = e_pong | e = e_goodbye | e = e_version | e = e_proceed | e = e_computer | e = e_server_identity | e = e_login | e = e_login_accepted | e = e_config_state | e = e_config_push | e = e_config_ack | e = e_ready | e = e_offer_blocks | e = e_missing_blocks | e = e_commit_version | e = e_version_committed | e = e_list_versions | e = e_versions | e = e_restore_begin | e = e_restore_begun | e = e_fetch_blocks | e = e_blocks_fetched | e = e_restore_end | e = e_restore_ended | e = e_list_blocks | e = e_block_list | e = e_release_blocks | e = e_blocks_released | e = e_fetch_key | e = e_key_state | e = e_store_key | e = e_key_stored | e = e_recover_key | e = e_key_recovered | e = e_change_password | e = e_password_changed; endfunction;

function server_default(s: server_state; e: event): boolean;
begin return server_wire(e) & server_rows(s, e) = 0 & !server_held(s) & s != server_closed; endfunction;

