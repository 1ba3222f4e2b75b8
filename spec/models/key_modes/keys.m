-- One archive key from its making to its loss: what of it lies at the server, while modes and passwords change, anything crashes, an administrator
-- resets passwords and disables modes, dumps are taken, and a thief copies the server's disks whenever it likes. What each mode escrows is the table's.
--
-- A wrap lies at a place under an older password, the current one, or the next one (whose change is under way).
type
  age: enum { absent, older, current, next };
  form: enum { wrapped, bare };
  at_work: enum { idle, received, replaced };

var
  -- durable, at the server
  server_mode: mode;
  kept: array [place] of array [wrap] of age;
  plain: array [place] of boolean;         -- the bare key lies there
  erase_due: boolean;
  withdraw_due: boolean;
  disabled: array [mode] of boolean;
  dumped: boolean;                         -- policy lets escrowed keys into dumps
  -- passing, at the server
  work: at_work;
  dumping: boolean;                        -- a dump is under way, with the record as it was when it began:
  dumping_wraps: array [wrap] of age;
  -- the computer
  device_mode: mode;                       -- what the client takes to be in force
  has_key: boolean;
  authorised: boolean;
  pending: boolean;                        -- a change was begun and is not acknowledged
  target: mode;                            -- the mode it leads to
  new_password: boolean;                   -- it brings a new password of the same mode
  backed_up: boolean;
  -- the user
  knows_account: boolean;
  knows_archive: boolean;
  holds_key: boolean;
  forgot: boolean;                         -- some secret was lost
  -- watched
  once_above: boolean;                     -- the user was told of a mode above account_password
  copied: boolean;                         -- the thief holds a copy with the server's wrap
  thief_has_escrow_key: boolean;
  given_up: boolean;                       -- there was no way left to open the archive
  down: boolean;                           -- the server went to a lower mode
  entered_disabled: boolean;               -- the server went to a mode that was disabled

function settled(): boolean;
begin return !pending & work = idle & !erase_due & !withdraw_due; endfunction;

function lies_anywhere(w: wrap): boolean;
begin return dumping_wraps[w] != absent | exists p: place do kept[p][w] != absent endexists; endfunction;

function user_way(): boolean;
begin
  return (knows_account & (kept[at_record][account_wrap] = current | kept[at_record][account_wrap] = next))
       | (knows_archive & (kept[at_record][archive_wrap] = current | kept[at_record][archive_wrap] = next))
       | holds_key;
endfunction;

-- Never down; a disabled mode is refused unless it is in force already, for the client may be repeating what was done.
function may_replace(to_mode: mode): boolean;
begin return rank(to_mode) >= rank(server_mode) & (!disabled[to_mode] | to_mode = server_mode); endfunction;

-- What the server writes of the key for a wrap.
function written_as(w: wrap): form;
begin return wrapped; endfunction;

-- The journal gets whatever a transaction writes.
procedure journalled(f: form);
begin plain[at_remains] := plain[at_remains] | f = bare; endprocedure;

procedure replace(to_mode: mode; made: age);
begin
  plain[at_remains] := plain[at_remains] | plain[at_record];
  plain[at_record] := exists w: wrap do escrows(to_mode, w) & written_as(w) = bare endexists;
  for w: wrap do
    if kept[at_record][w] != absent then kept[at_remains][w] := kept[at_record][w]; endif;
    kept[at_record][w] := escrows(to_mode, w) ? made : absent;
  endfor;
  if rank(to_mode) < rank(server_mode) then down := true; endif;
  server_mode := to_mode;
  erase_due := true;
  withdraw_due := true;
endprocedure;

-- The password of this wrap is another one from now on.
procedure grow_older(w: wrap; from: age);
begin
  for p: place do if kept[p][w] = from then kept[p][w] := older; endif; endfor;
  if dumping_wraps[w] = from then dumping_wraps[w] := older; endif;
endprocedure;

procedure settle(w: wrap);
begin
  for p: place do if kept[p][w] = next then kept[p][w] := current; endif; endfor;
  if dumping_wraps[w] = next then dumping_wraps[w] := current; endif;
endprocedure;

ruleset policy: boolean do
  startstate begin
    server_mode := no_mode;
    for p: place do
      plain[p] := false;
      for w: wrap do kept[p][w] := absent; endfor;
    endfor;
    for w: wrap do dumping_wraps[w] := absent; endfor;
    for m: mode do disabled[m] := false; endfor;
    erase_due := false; withdraw_due := false; dumped := policy; work := idle; dumping := false;
    device_mode := no_mode; has_key := false; authorised := true; pending := false; target := no_mode; new_password := false; backed_up := false;
    knows_account := true; knows_archive := false; holds_key := false; forgot := false;
    once_above := false; copied := false; thief_has_escrow_key := false; given_up := false; down := false; entered_disabled := false;
  endstartstate;
endruleset;

-- The computer and its user
ruleset m: mode do
  rule "a key is made, or given, for a mode" m != no_mode & device_mode = no_mode & !pending & !disabled[m] ==>
  begin
    has_key := true;
    pending := true;
    target := m;
    if m = archive_password then knows_archive := true; endif;
    if m = custom then holds_key := true; endif;
  endrule;
  rule "a change of mode begins" settled() & authorised & has_key & device_mode != no_mode & rank(m) > rank(device_mode) & !disabled[m] ==>
  begin
    pending := true;
    target := m;
    if m = archive_password then knows_archive := true; endif;
  endrule;
endruleset;
rule "the user confirms to hold the key" pending & target = custom & has_key & !holds_key ==> begin holds_key := true; endrule;
rule "a new password begins" settled() & authorised & (device_mode = account_password & knows_account | device_mode = archive_password & knows_archive & has_key) ==>
begin
  pending := true;
  new_password := true;
  target := device_mode;
endrule;
rule "the change is sent" pending & work = idle & authorised & !erase_due & !withdraw_due & (target = custom -> holds_key) ==> begin work := received; endrule;
rule "the computer backs up" has_key & authorised & device_mode != no_mode & !backed_up ==> begin backed_up := true; endrule;
rule "the computer is deauthorized" authorised & device_mode != no_mode ==> begin authorised := false; has_key := false; endrule;
rule "its user logs in again" !authorised & knows_account & !erase_due & !withdraw_due & work = idle ==>
begin
  authorised := true;
  has_key := user_way();
  if !pending then  -- a computer that knows of no change takes what the server has
    device_mode := server_mode;
    if rank(server_mode) > 1 then once_above := true; endif;
    for w: wrap do
      if kept[at_record][w] = next then grow_older(w, current); endif;
      settle(w);
    endfor;
  endif;
endrule;
rule "the computer breaks, and another takes its place" has_key & backed_up & work = idle ==>
begin
  has_key := false;
  authorised := false;
  pending := false;
  new_password := false;
  target := no_mode;
endrule;
rule "the account password is forgotten" knows_account & backed_up ==> begin knows_account := false; forgot := true; endrule;
rule "the archive password is forgotten" knows_archive & backed_up & !(pending & new_password) ==> begin knows_archive := false; forgot := true; endrule;
rule "the user's own copy of the key is lost" holds_key & backed_up ==> begin holds_key := false; forgot := true; endrule;

-- The server
rule "the server replaces the record" work = received & may_replace(target) ==>
begin
  if disabled[target] & target != server_mode then entered_disabled := true; endif;
  replace(target, new_password ? next : current);
  work := replaced;
endrule;
rule "the server refuses the change" work = received & !may_replace(target) ==>
begin
  for w: wrap do grow_older(w, next); endfor;  -- the user is told, and drops the new password
  work := idle;
  pending := false;
  new_password := false;
  target := no_mode;
endrule;
rule "free pages and journal are overwritten" erase_due ==>
begin
  for w: wrap do kept[at_remains][w] := absent; endfor;
  plain[at_remains] := false;
  erase_due := false;
endrule;
rule "older dumps are withdrawn" withdraw_due ==>
begin
  for w: wrap do kept[at_dumps][w] := absent; endfor;
  plain[at_dumps] := false;
  for w: wrap do dumping_wraps[w] := absent; endfor;
  dumping := false;
  withdraw_due := false;
endrule;
rule "the change is acknowledged" work = replaced & !erase_due & !withdraw_due ==>
begin
  if new_password then
    for w: wrap do
      if w != server_wrap then grow_older(w, current); endif;
      settle(w);
    endfor;
  endif;
  work := idle;
  pending := false;
  new_password := false;
  device_mode := target;
  if rank(target) > 1 then once_above := true; endif;
  target := no_mode;
endrule;
rule "the server crashes" work != idle | dumping | erase_due | withdraw_due ==>
begin
  work := idle;
  dumping := false;
  for w: wrap do dumping_wraps[w] := absent; endfor;
endrule;
rule "a dump begins" !dumping & server_mode != no_mode ==>
begin
  dumping := true;
  for w: wrap do dumping_wraps[w] := dumped ? kept[at_record][w] : absent; endfor;
endrule;
rule "a dump ends" dumping ==>
begin
  for w: wrap do
    if dumping_wraps[w] != absent then kept[at_dumps][w] := dumping_wraps[w]; endif;
    dumping_wraps[w] := absent;
  endfor;
  plain[at_dumps] := plain[at_dumps] | (dumped & plain[at_record]);
  dumping := false;
endrule;

-- Others
rule "an administrator resets the account password" settled() & server_mode != no_mode & !knows_account ==>
begin
  knows_account := true;
  if server_mode = account_password then
    grow_older(account_wrap, current);
    grow_older(account_wrap, next);
    journalled(wrapped);  -- the key opened with the server's own wrap and wrapped anew, in memory
    replace(account_password, current);
  endif;
endrule;
ruleset m: mode do
  rule "an administrator disables a mode" can_be_disabled(m) & !disabled[m] ==> begin disabled[m] := true; endrule;
endruleset;
rule "an older copy of the computer puts its first record again" settled() & server_mode != no_mode & may_replace(account_password) ==> begin replace(account_password, current); endrule;
rule "a thief copies the server's disks" !copied & (exists p: place do kept[p][server_wrap] != absent endexists) ==> begin copied := true; endrule;
rule "a thief who has come late takes the escrow key too" once_above & settled() & !copied & !thief_has_escrow_key ==> begin thief_has_escrow_key := true; endrule;
rule "the last way is lost" backed_up & settled() & rank(server_mode) > 1 & !user_way() & !has_key & !copied & !given_up ==> begin given_up := true; endrule;

invariant "bare_key_nowhere" forall p: place do !plain[p] endforall;
invariant "late_thief_opens_nothing" !(copied & thief_has_escrow_key);
invariant "server_blind_once_changed"
  once_above & settled() -> !lies_anywhere(server_wrap) & !lies_anywhere(account_wrap);
invariant "server_blind_with_one_password" once_above & settled() -> !lies_anywhere(archive_wrap);
invariant "broken_into_computer_opens_nothing" !(has_key & backed_up);
invariant "custom_leaves_nothing" settled() & device_mode = custom -> forall w: wrap do !lies_anywhere(w) endforall;
invariant "old_password_opens_nothing"
  settled() -> forall w: wrap do dumping_wraps[w] != older & forall p: place do kept[p][w] != older endforall endforall;
invariant "administrator_where_the_table_says" settled() & server_mode != no_mode -> (kept[at_record][server_wrap] != absent) = administrator_opens(server_mode);
invariant "only_upward" !down;
invariant "both_know_the_mode" settled() & authorised -> device_mode = server_mode;
invariant "never_locked_out" backed_up & !forgot -> user_way();
invariant "lost_is_lost" given_up -> !user_way() & !has_key & !lies_anywhere(server_wrap) & forall p: place do !plain[p] endforall;
invariant "key_only_while_authorised" has_key -> authorised | device_mode = no_mode;
invariant "escrowed_before_backup" backed_up -> server_mode != no_mode;
invariant "dumps_as_policy_says" !dumped -> forall w: wrap do kept[at_dumps][w] = absent endforall;
invariant "disabled_is_not_entered" !entered_disabled;
liveness "changes_can_finish" !pending & !erase_due & !withdraw_due | given_up | !authorised | forgot;
invariant "server_cannot_open" server_mode != no_mode -> kept[at_record][server_wrap] = absent;
cover "an administrator restores for a user who forgot everything" forgot & !knows_account & settled() & kept[at_record][server_wrap] = current;
cover "a lost archive password is final" given_up & server_mode = archive_password;
cover "a lost custom key is final" given_up & server_mode = custom;
