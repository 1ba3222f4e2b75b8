// Made by spec/tools/generate.py from spec/tables/machines/server_session.toml. Do not edit.
mtype:event = { e_none, e_disconnect, e_ping, e_pong, e_goodbye, e_version, e_proceed, e_computer, e_server_identity, e_login, e_login_accepted, e_config_state, e_config_push, e_config_ack, e_ready, e_offer_blocks, e_missing_blocks, e_commit_version, e_version_committed, e_list_versions, e_versions, e_restore_begin, e_restore_begun, e_fetch_blocks, e_blocks_fetched, e_restore_end, e_restore_ended, e_list_blocks, e_block_list, e_release_blocks, e_blocks_released, e_fetch_key, e_key_state, e_store_key, e_key_stored, e_recover_key, e_key_recovered, e_change_password, e_password_changed, e_computer_admitted, e_computer_refused, e_login_admitted, e_login_refused, e_done, e_refused, e_failed, e_timer_expired, e_stop, e_peer_closed, e_malformed, e_data };
mtype:state = { server_await_version, server_await_computer, server_checking_computer, server_await_login, server_checking_login, server_await_config, server_await_config_ack, server_ready, server_serving, server_restoring, server_serving_restore, server_closed };

mtype:event event = e_none;
mtype:state state = server_await_version;

#define held (state == server_checking_computer || state == server_checking_login || state == server_serving || state == server_serving_restore)
#define driven (false)
#define timed (state == server_await_version || state == server_await_computer || state == server_await_login || state == server_await_config || state == server_await_config_ack || state == server_ready || state == server_restoring)
#define closed (state == server_closed)

active proctype Server() {
end:  // to wait is no error here; that no wait lasts is what is claimed
  do
  :: atomic { event == e_version && (state == server_await_version) -> state = server_await_computer; event = e_none }  // on_version (SES-010)
  :: atomic { event == e_version && (state == server_await_version) -> state = server_closed; event = e_none }  // on_version (SES-010)
  :: atomic { event == e_computer && (state == server_await_computer) -> state = server_checking_computer; event = e_none }  // on_computer (IDN-001)
  :: atomic { event == e_computer_admitted && (state == server_checking_computer) -> state = server_await_login; event = e_none }  // on_computer_admitted (IDN-005)
  :: atomic { event == e_computer_refused && (state == server_checking_computer) -> state = server_closed; event = e_none }  // on_computer_refused (IDN-003)
  :: atomic { event == e_login && (state == server_await_login) -> state = server_checking_login; event = e_none }  // on_login (IDN-010)
  :: atomic { event == e_login && (state == server_await_login) -> state = server_closed; event = e_none }  // on_login (IDN-010)
  :: atomic { event == e_login_admitted && (state == server_checking_login) -> state = server_await_config; event = e_none }  // on_login_admitted (IDN-015)
  :: atomic { event == e_login_refused && (state == server_checking_login) -> state = server_closed; event = e_none }  // on_login_refused (IDN-014)
  :: atomic { event == e_computer_refused && (state == server_checking_login) -> state = server_closed; event = e_none }  // on_place_taken (IDN-026)
  :: atomic { event == e_config_state && (state == server_await_config) -> state = server_await_config_ack; event = e_none }  // on_config_state (CFG-001)
  :: atomic { event == e_config_state && (state == server_await_config) -> state = server_ready; event = e_none }  // on_config_state (CFG-001)
  :: atomic { event == e_config_ack && (state == server_await_config_ack) -> state = server_ready; event = e_none }  // on_config_ack (CFG-004)
  :: atomic { event == e_config_ack && (state == server_await_config_ack) -> state = server_closed; event = e_none }  // on_config_ack (CFG-004)
  :: atomic { event == e_ping && (state == server_ready || state == server_restoring) -> event = e_none }  // on_ping (SES-020)
  :: atomic { event == e_offer_blocks && (state == server_ready) -> state = server_serving; event = e_none }  // on_offer_blocks (ARC-030)
  :: atomic { event == e_offer_blocks && (state == server_ready) -> state = server_closed; event = e_none }  // on_offer_blocks (ARC-030)
  :: atomic { event == e_data && (state == server_ready) -> state = server_ready; event = e_none }  // on_data (ARC-031)
  :: atomic { event == e_data && (state == server_ready) -> state = server_closed; event = e_none }  // on_data (ARC-031)
  :: atomic { event == e_commit_version && (state == server_ready) -> state = server_serving; event = e_none }  // on_commit_version (ARC-035)
  :: atomic { event == e_commit_version && (state == server_ready) -> state = server_closed; event = e_none }  // on_commit_version (ARC-035)
  :: atomic { event == e_list_versions && (state == server_ready) -> state = server_serving; event = e_none }  // on_list_versions (ARC-040)
  :: atomic { event == e_list_versions && (state == server_ready) -> state = server_closed; event = e_none }  // on_list_versions (ARC-040)
  :: atomic { event == e_list_blocks && (state == server_ready) -> state = server_serving; event = e_none }  // on_list_blocks (ARC-105)
  :: atomic { event == e_list_blocks && (state == server_ready) -> state = server_closed; event = e_none }  // on_list_blocks (ARC-105)
  :: atomic { event == e_release_blocks && (state == server_ready) -> state = server_serving; event = e_none }  // on_release_blocks (ARC-107)
  :: atomic { event == e_release_blocks && (state == server_ready) -> state = server_closed; event = e_none }  // on_release_blocks (ARC-107)
  :: atomic { event == e_fetch_key && (state == server_ready) -> state = server_serving; event = e_none }  // on_fetch_key (KEY-029)
  :: atomic { event == e_fetch_key && (state == server_ready) -> state = server_closed; event = e_none }  // on_fetch_key (KEY-029)
  :: atomic { event == e_store_key && (state == server_ready) -> state = server_serving; event = e_none }  // on_store_key (KEY-030)
  :: atomic { event == e_store_key && (state == server_ready) -> state = server_closed; event = e_none }  // on_store_key (KEY-030)
  :: atomic { event == e_recover_key && (state == server_ready) -> state = server_serving; event = e_none }  // on_recover_key (KEY-046)
  :: atomic { event == e_recover_key && (state == server_ready) -> state = server_closed; event = e_none }  // on_recover_key (KEY-046)
  :: atomic { event == e_change_password && (state == server_ready) -> state = server_serving; event = e_none }  // on_change_password (KEY-044)
  :: atomic { event == e_change_password && (state == server_ready) -> state = server_closed; event = e_none }  // on_change_password (KEY-044)
  :: atomic { event == e_restore_begin && (state == server_ready) -> state = server_serving; event = e_none }  // on_restore_begin (ARC-050)
  :: atomic { event == e_restore_begin && (state == server_ready) -> state = server_closed; event = e_none }  // on_restore_begin (ARC-050)
  :: atomic { event == e_done && (state == server_serving) -> state = server_ready; event = e_none }  // on_done (SES-022)
  :: atomic { event == e_done && (state == server_serving) -> state = server_restoring; event = e_none }  // on_done (SES-022)
  :: atomic { event == e_fetch_blocks && (state == server_restoring) -> state = server_serving_restore; event = e_none }  // on_fetch_blocks (ARC-052)
  :: atomic { event == e_restore_end && (state == server_restoring) -> state = server_serving_restore; event = e_none }  // on_restore_end (ARC-054)
  :: atomic { event == e_done && (state == server_serving_restore) -> state = server_restoring; event = e_none }  // on_restore_done (SES-022)
  :: atomic { event == e_done && (state == server_serving_restore) -> state = server_ready; event = e_none }  // on_restore_done (SES-022)
  :: atomic { event == e_refused && (state == server_ready || state == server_serving || state == server_serving_restore) -> state = server_closed; event = e_none }  // on_refused (ERR-002)
  :: atomic { event == e_failed && (state == server_await_version || state == server_await_computer || state == server_checking_computer || state == server_await_login || state == server_checking_login || state == server_await_config || state == server_await_config_ack || state == server_ready || state == server_serving || state == server_restoring || state == server_serving_restore) -> state = server_closed; event = e_none }  // on_failed (ERR-006)
  :: atomic { event == e_goodbye && (state == server_ready || state == server_restoring) -> state = server_closed; event = e_none }  // on_goodbye (SES-030)
  :: atomic { event == e_stop && (state == server_await_version || state == server_await_computer || state == server_checking_computer || state == server_await_login || state == server_checking_login || state == server_await_config || state == server_await_config_ack || state == server_ready || state == server_serving || state == server_restoring || state == server_serving_restore) -> state = server_closed; event = e_none }  // on_stop (SES-032)
  :: atomic { event == e_timer_expired && (state == server_await_version || state == server_await_computer || state == server_await_login || state == server_await_config || state == server_await_config_ack || state == server_ready || state == server_restoring) -> state = server_closed; event = e_none }  // on_timer (SES-005)
  :: atomic { event == e_malformed && (state == server_await_version || state == server_await_computer || state == server_await_login || state == server_await_config || state == server_await_config_ack || state == server_ready || state == server_restoring) -> state = server_closed; event = e_none }  // on_malformed (ERR-002)
  :: atomic { event == e_disconnect && (state == server_await_version || state == server_await_computer || state == server_await_login || state == server_await_config || state == server_await_config_ack || state == server_ready || state == server_restoring) -> state = server_closed; event = e_none }  // on_disconnect (SES-031)
  :: atomic { event == e_peer_closed && (state == server_await_version || state == server_await_computer || state == server_checking_computer || state == server_await_login || state == server_checking_login || state == server_await_config || state == server_await_config_ack || state == server_ready || state == server_serving || state == server_restoring || state == server_serving_restore) -> state = server_closed; event = e_none }  // on_peer_closed (SES-031)
  :: atomic { (event == e_malformed || event == e_data || event == e_disconnect || event == e_ping || event == e_pong || event == e_goodbye || event == e_version || event == e_proceed || event == e_computer || event == e_server_identity || event == e_login || event == e_login_accepted || event == e_config_state || event == e_config_push || event == e_config_ack || event == e_ready || event == e_offer_blocks || event == e_missing_blocks || event == e_commit_version || event == e_version_committed || event == e_list_versions || event == e_versions || event == e_restore_begin || event == e_restore_begun || event == e_fetch_blocks || event == e_blocks_fetched || event == e_restore_end || event == e_restore_ended || event == e_list_blocks || event == e_block_list || event == e_release_blocks || event == e_blocks_released || event == e_fetch_key || event == e_key_state || event == e_store_key || event == e_key_stored || event == e_recover_key || event == e_key_recovered || event == e_change_password || event == e_password_changed) && !closed && !held && !((state == server_await_version && (event == e_version || event == e_failed || event == e_stop || event == e_timer_expired || event == e_malformed || event == e_disconnect || event == e_peer_closed)) || (state == server_await_computer && (event == e_computer || event == e_failed || event == e_stop || event == e_timer_expired || event == e_malformed || event == e_disconnect || event == e_peer_closed)) || (state == server_checking_computer && (event == e_computer_admitted || event == e_computer_refused || event == e_failed || event == e_stop || event == e_peer_closed)) || (state == server_await_login && (event == e_login || event == e_failed || event == e_stop || event == e_timer_expired || event == e_malformed || event == e_disconnect || event == e_peer_closed)) || (state == server_checking_login && (event == e_login_admitted || event == e_login_refused || event == e_computer_refused || event == e_failed || event == e_stop || event == e_peer_closed)) || (state == server_await_config && (event == e_config_state || event == e_failed || event == e_stop || event == e_timer_expired || event == e_malformed || event == e_disconnect || event == e_peer_closed)) || (state == server_await_config_ack && (event == e_config_ack || event == e_failed || event == e_stop || event == e_timer_expired || event == e_malformed || event == e_disconnect || event == e_peer_closed)) || (state == server_ready && (event == e_ping || event == e_offer_blocks || event == e_data || event == e_commit_version || event == e_list_versions || event == e_list_blocks || event == e_release_blocks || event == e_fetch_key || event == e_store_key || event == e_recover_key || event == e_change_password || event == e_restore_begin || event == e_refused || event == e_failed || event == e_goodbye || event == e_stop || event == e_timer_expired || event == e_malformed || event == e_disconnect || event == e_peer_closed)) || (state == server_restoring && (event == e_ping || event == e_fetch_blocks || event == e_restore_end || event == e_failed || event == e_goodbye || event == e_stop || event == e_timer_expired || event == e_malformed || event == e_disconnect || event == e_peer_closed)) || (state == server_serving && (event == e_done || event == e_refused || event == e_failed || event == e_stop || event == e_peer_closed)) || (state == server_serving_restore && (event == e_done || event == e_refused || event == e_failed || event == e_stop || event == e_peer_closed))) -> state = server_closed; event = e_none }  // default (SES-002)
  :: atomic { closed -> break }
  od
}

// What the wire may bring, right or wrong: not in a held state.
inline any_wire_event() {
  if
  :: event = e_malformed
  :: event = e_data
  :: event = e_disconnect
  :: event = e_ping
  :: event = e_pong
  :: event = e_goodbye
  :: event = e_version
  :: event = e_proceed
  :: event = e_computer
  :: event = e_server_identity
  :: event = e_login
  :: event = e_login_accepted
  :: event = e_config_state
  :: event = e_config_push
  :: event = e_config_ack
  :: event = e_ready
  :: event = e_offer_blocks
  :: event = e_missing_blocks
  :: event = e_commit_version
  :: event = e_version_committed
  :: event = e_list_versions
  :: event = e_versions
  :: event = e_restore_begin
  :: event = e_restore_begun
  :: event = e_fetch_blocks
  :: event = e_blocks_fetched
  :: event = e_restore_end
  :: event = e_restore_ended
  :: event = e_list_blocks
  :: event = e_block_list
  :: event = e_release_blocks
  :: event = e_blocks_released
  :: event = e_fetch_key
  :: event = e_key_state
  :: event = e_store_key
  :: event = e_key_stored
  :: event = e_recover_key
  :: event = e_key_recovered
  :: event = e_change_password
  :: event = e_password_changed
  fi
}

// What the server's own work, or the client's program, may bring where the table has a row for it.
inline any_own_event() {
  if
  :: (state == server_checking_computer) -> event = e_computer_admitted
  :: (state == server_checking_computer || state == server_checking_login) -> event = e_computer_refused
  :: (state == server_checking_login) -> event = e_login_admitted
  :: (state == server_checking_login) -> event = e_login_refused
  :: (state == server_serving || state == server_serving_restore) -> event = e_done
  :: (state == server_ready || state == server_serving || state == server_serving_restore) -> event = e_refused
  :: (state == server_await_version || state == server_await_computer || state == server_checking_computer || state == server_await_login || state == server_checking_login || state == server_await_config || state == server_await_config_ack || state == server_ready || state == server_serving || state == server_restoring || state == server_serving_restore) -> event = e_failed
  fi
}
