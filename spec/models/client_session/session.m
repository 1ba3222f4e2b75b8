-- The client's session against a server that may send anything at any time, and a program that asks for anything that its state admits.
-- Its rows are the table's; here stands what is the client's own of what has to hold.
function client_may(h: client_handler; target: client_state; sent: event): boolean;
begin return true; endfunction;

procedure client_take(h: client_handler; target: client_state);
begin
  if target != client_closed then
    if h = client_on_proceed then passed[step_version] := true; endif;
    if h = client_on_server_identity then passed[step_server] := true; endif;
    if h = client_on_login_accepted then passed[step_user] := true; endif;
    if h = client_on_ready then passed[step_ready] := true; endif;
    if h = client_on_restore_begun then restore_begun := true; endif;
    if h = client_on_restore_ended then restore_begun := false; endif;
  endif;
  if h = client_on_malformed | h = client_on_timer | h = client_on_disconnect | h = client_on_peer_closed then faulted := true; endif;
  watch(target);
endprocedure;

procedure client_send(m: event);
begin
  watch_sent(m, m != e_disconnect & (
       (m = e_computer & !passed[step_version])
     | (m = e_login & !passed[step_server])
     | ((m = e_config_state | m = e_config_ack) & !passed[step_user])
     | (m != e_version & m != e_computer & m != e_login & m != e_config_state & m != e_config_ack & !passed[step_ready])));
endprocedure;

startstate begin
  begin_watching();
  client := client_connecting;
endstartstate;

ruleset e: event do
  rule "the wire brings something" client_event = e_none & client_wire(e) & client != client_connecting ==> begin client_event := e; endrule;
  rule "the program, the clock or the transport does something" client_event = e_none & !client_wire(e) & client_rows(client, e) > 0 ==> begin client_event := e; endrule;
endruleset;

invariant "no_step_skipped"
  (client != client_connecting & client != client_await_proceed & client != client_closed -> passed[step_version])
  & (client = client_await_login_accepted -> passed[step_server])
  & (client = client_await_ready | client = client_configured -> passed[step_user])
  & (client = client_ready | client = client_await_pong | client = client_await_missing_blocks | client = client_await_version_committed | client = client_await_versions | client = client_await_block_list | client = client_await_blocks_released | client = client_await_key_state | client = client_await_key_stored | client = client_await_key_recovered | client = client_await_password_changed
     | client = client_await_restore_begun | client = client_restoring | client = client_await_blocks | client = client_await_restore_ended | client = client_leaving
     -> passed[step_version] & passed[step_server] & passed[step_user] & passed[step_ready]);
invariant "restore_is_announced" client = client_restoring | client = client_await_blocks | client = client_await_restore_ended -> restore_begun;
invariant "says_nothing_early" !spoke_early;
