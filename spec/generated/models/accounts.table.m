-- Made by spec/tools/generate.py from spec/tables/accounts.toml. Do not edit. Retention is 30 days there; the model counts HOLD of them.
type
  account_state: enum { active, deauthorized, blocked, deactivated, purging, purged };
  actor: enum { user, administrator, clock, directory, server };
  account_event: enum { log_out, come_back, block, unblock, deactivate, reactivate, begin_purge, end_purge };

function gravity(s: account_state): 0 .. 5;
begin
  switch s
    case active: return 0;
    case deauthorized: return 1;
    case blocked: return 2;
    case deactivated: return 3;
    case purging: return 4;
    case purged: return 5;
  endswitch;
endfunction;

function may_log_in(s: account_state): boolean;
begin
  switch s
    case active: return true;
    case deauthorized: return false;
    case blocked: return false;
    case deactivated: return false;
    case purging: return false;
    case purged: return false;
  endswitch;
endfunction;

function is_held(s: account_state): boolean;
begin
  switch s
    case active: return false;
    case deauthorized: return false;
    case blocked: return false;
    case deactivated: return true;
    case purging: return false;
    case purged: return false;
  endswitch;
endfunction;

function leads_from(e: account_event; s: account_state): boolean;
begin
  switch e
    case log_out: return s = active;
    case come_back: return s = deauthorized;
    case block: return s = active | s = deauthorized;
    case unblock: return s = blocked;
    case deactivate: return s = active | s = deauthorized | s = blocked;
    case reactivate: return s = deactivated;
    case begin_purge: return s = active | s = deauthorized | s = blocked | s = deactivated;
    case end_purge: return s = purging;
  endswitch;
endfunction;

function leads_to(e: account_event): account_state;
begin
  switch e
    case log_out: return deauthorized;
    case come_back: return active;
    case block: return blocked;
    case unblock: return active;
    case deactivate: return deactivated;
    case reactivate: return active;
    case begin_purge: return purging;
    case end_purge: return purged;
  endswitch;
endfunction;

function done_by(e: account_event): actor;
begin
  switch e
    case log_out: return user;
    case come_back: return user;
    case block: return administrator;
    case unblock: return administrator;
    case deactivate: return administrator;
    case reactivate: return administrator;
    case begin_purge: return clock;
    case end_purge: return clock;
  endswitch;
endfunction;
