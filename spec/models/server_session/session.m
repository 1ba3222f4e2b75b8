-- The server's session against a peer that may send anything at any time, and a server whose own work may end in any way.
-- Its rows are the table's; here stands what the table leaves open, what is watched, and what has to hold.
type
  step: enum { step_version, step_computer, step_user, step_configuration };

var
  server: server_state;
  server_event: event;            -- what the session is about to look at
  operation: event;               -- the request that a held state works on
  passed: array [step] of boolean;
  restore_begun: boolean;         -- a restore was announced, and so logged
  faulted: boolean;               -- something was refused, damaged, late or lost
  was_closed: boolean;
  disconnected: boolean;          -- the Disconnect was sent
  spoke_early: boolean;           -- something but the greeting was said to a peer whose user is not verified
  spoke_late: boolean;            -- something was sent after the Disconnect

-- An operation ends where its request says.
function server_may(h: server_handler; target: server_state; sent: event): boolean;
begin
  if h = server_on_done then
    if operation = e_restore_begin then return target = server_restoring; endif;
    if operation = e_offer_blocks then return sent = e_missing_blocks; endif;
    if operation = e_commit_version then return sent = e_version_committed; endif;
    return sent = e_versions;
  endif;
  if h = server_on_restore_done then return (operation = e_restore_end) = (target = server_ready); endif;
  return true;
endfunction;

procedure watch(target: server_state);
begin
  if target = server_closed then was_closed := true; endif;
  server := target;
  server_event := e_none;
endprocedure;

procedure server_take(h: server_handler; target: server_state);
begin
  if target != server_closed then
    if h = server_on_version then passed[step_version] := true; endif;
    if h = server_on_computer_admitted then passed[step_computer] := true; endif;
    if h = server_on_login_admitted then passed[step_user] := true; endif;
    if (h = server_on_config_state | h = server_on_config_ack) & target = server_ready then passed[step_configuration] := true; endif;
    if h = server_on_done & operation = e_restore_begin then restore_begun := true; endif;
    if h = server_on_restore_done & operation = e_restore_end then restore_begun := false; endif;
  endif;
  if h = server_on_malformed | h = server_on_timer | h = server_on_refused | h = server_on_failed | h = server_on_computer_refused | h = server_on_place_taken
   | h = server_on_login_refused | h = server_on_disconnect | h = server_on_peer_closed | h = server_on_stop then
    faulted := true;
  endif;
  operation := server_held(target) ? server_event : e_none;
  watch(target);
endprocedure;

procedure server_refuse(target: server_state);
begin
  faulted := true;
  watch(target);
endprocedure;

procedure server_send(m: event);
begin
  if !passed[step_user] & m != e_disconnect & m != e_proceed & m != e_server_identity then spoke_early := true; endif;
  if disconnected then spoke_late := true; endif;
  if m = e_disconnect then disconnected := true; endif;
endprocedure;

startstate begin
  server := server_await_version;
  server_event := e_none;
  operation := e_none;
  for s: step do passed[s] := false; endfor;
  restore_begun := false;
  faulted := false;
  was_closed := false;
  disconnected := false;
  spoke_early := false;
  spoke_late := false;
endstartstate;

ruleset e: event do
  rule "the wire brings something" server_event = e_none & server_wire(e) & !server_held(server) ==> begin server_event := e; endrule;
  rule "the server, its clock or its operator does something" server_event = e_none & !server_wire(e) & server_rows(server, e) > 0 ==> begin server_event := e; endrule;
endruleset;
rule "closed ignores everything" server = server_closed & server_event != e_none ==> begin server_event := e_none; endrule;

invariant "total" server_event != e_none -> server_rows(server, server_event) > 0 | server_default(server, server_event) | server = server_closed;
invariant "deterministic" server_rows(server, server_event) <= 1 & (server = server_closed -> server_rows(server, server_event) = 0);
invariant "no_step_skipped"
  (server != server_await_version & server != server_closed -> passed[step_version])
  & (server != server_await_version & server != server_await_computer & server != server_checking_computer & server != server_closed -> passed[step_computer])
  & (server = server_await_config | server = server_await_config_ack -> passed[step_user])
  & (server = server_ready | server = server_serving | server = server_restoring | server = server_serving_restore
     -> passed[step_version] & passed[step_computer] & passed[step_user] & passed[step_configuration]);
invariant "restore_is_announced" server = server_restoring | server = server_serving_restore -> restore_begun;
invariant "fault_ends_it" faulted -> server = server_closed;
invariant "closed_for_good" was_closed -> server = server_closed;
invariant "reticent" !spoke_early;
invariant "disconnect_is_the_last_word" !spoke_late;
liveness "can_always_close" server = server_closed;
cover "a whole restore, and back to work" passed[step_configuration] & server = server_ready & !restore_begun;
