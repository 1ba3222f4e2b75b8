-- The server's session against a peer that may send anything at any time, and a server whose own work may end in any way.
-- Its rows are the table's; here stands what the table leaves open, and what is the server's own of what has to hold.
var
  operation: event;               -- the request that a held state works on
  restored: boolean;              -- a restore came to its end
  verified_again: boolean;        -- a second login was accepted

-- An operation ends where its request says.
function server_may(h: server_handler; target: server_state; sent: event): boolean;
begin
  if h = server_on_done then
    if operation = e_restore_begin then return target = server_restoring; endif;
    if operation = e_offer_blocks then return sent = e_missing_blocks; endif;
    if operation = e_commit_version then return sent = e_version_committed; endif;
    if operation = e_list_blocks then return sent = e_block_list; endif;
    if operation = e_release_blocks then return sent = e_blocks_released; endif;
    if operation = e_fetch_key then return sent = e_key_state; endif;
    if operation = e_store_key then return sent = e_key_stored; endif;
    if operation = e_recover_key then return sent = e_key_recovered; endif;
    if operation = e_change_password then return sent = e_password_changed; endif;
    return sent = e_versions;
  endif;
  if h = server_on_restore_done then return (operation = e_restore_end) = (target = server_ready); endif;
  return true;
endfunction;

procedure server_take(h: server_handler; target: server_state);
begin
  if target != server_closed then
    if h = server_on_version then passed[step_version] := true; endif;
    if h = server_on_computer_admitted then passed[step_computer] := true; endif;
    if h = server_on_login_admitted then
      if passed[step_user] then verified_again := true; endif;
      passed[step_user] := true;
    endif;
    if (h = server_on_config_state | h = server_on_config_ack) & target = server_ready then passed[step_configuration] := true; endif;
    if h = server_on_done & operation = e_restore_begin then restore_begun := true; endif;
    if h = server_on_restore_done & operation = e_restore_end then restore_begun := false; restored := true; endif;
  endif;
  if h = server_on_malformed | h = server_on_timer | h = server_on_refused | h = server_on_failed | h = server_on_computer_refused | h = server_on_place_taken
   | h = server_on_login_refused | h = server_on_disconnect | h = server_on_peer_closed | h = server_on_stop then
    faulted := true;
  endif;
  operation := server_held(target) ? server_event : e_none;
  watch(target);
endprocedure;

-- Nothing but the greeting is said to a peer whose user is not verified.
procedure server_send(m: event);
begin
  watch_sent(m, !passed[step_user] & m != e_disconnect & m != e_proceed & m != e_server_identity);
endprocedure;

startstate begin
  begin_watching();
  server := server_await_version;
  operation := e_none;
  restored := false;
  verified_again := false;
endstartstate;

ruleset e: event do
  rule "the wire brings something" server_event = e_none & server_wire(e) & !server_held(server) ==> begin server_event := e; endrule;
  rule "the server, its clock or its operator does something" server_event = e_none & !server_wire(e) & server_rows(server, e) > 0 ==> begin server_event := e; endrule;
endruleset;

invariant "no_step_skipped"
  (server != server_await_version & server != server_closed -> passed[step_version])
  & (server != server_await_version & server != server_await_computer & server != server_checking_computer & server != server_closed -> passed[step_computer])
  & (server = server_await_config | server = server_await_config_ack -> passed[step_user])
  & (server = server_ready | server = server_serving | server = server_restoring | server = server_serving_restore
     -> passed[step_version] & passed[step_computer] & passed[step_user] & passed[step_configuration]);
invariant "restore_is_announced" server = server_restoring | server = server_serving_restore -> restore_begun;
invariant "reticent" !spoke_early;
invariant "one_user" !verified_again;
cover "a whole restore, and back to work" restored & server = server_ready;
