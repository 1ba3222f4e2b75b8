-- What is watched of a session, whichever side it is of: SIDE stands for client or server, STEPS for what comes before ready (`put` in model.toml).
type
  step: enum { {STEPS} };

var
  {SIDE}: {SIDE}_state;
  {SIDE}_event: event;            -- what the session is about to look at
  passed: array [step] of boolean;
  restore_begun: boolean;         -- a restore was announced to the server, or acknowledged to the client
  faulted: boolean;               -- something was refused, damaged, late or lost
  was_closed: boolean;
  disconnected: boolean;          -- the Disconnect was sent
  spoke_early: boolean;           -- something was said before the step that allows it
  spoke_late: boolean;            -- something was sent after the Disconnect

procedure begin_watching();
begin
  {SIDE}_event := e_none;
  for s: step do passed[s] := false; endfor;
  restore_begun := false;
  faulted := false;
  was_closed := false;
  disconnected := false;
  spoke_early := false;
  spoke_late := false;
endprocedure;

procedure watch(target: {SIDE}_state);
begin
  if target = {SIDE}_closed then was_closed := true; endif;
  {SIDE} := target;
  {SIDE}_event := e_none;
endprocedure;

procedure watch_sent(m: event; early: boolean);
begin
  if early then spoke_early := true; endif;
  if disconnected then spoke_late := true; endif;
  if m = e_disconnect then disconnected := true; endif;
endprocedure;

procedure {SIDE}_refuse(target: {SIDE}_state);
begin
  faulted := true;
  watch(target);
endprocedure;
