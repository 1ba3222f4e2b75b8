-- One account from its registration to the end: user, administrator and clock change its state as the table says, a directory changes its mind and
-- its pushes come late, twice, or out of order, the server crashes between any two steps, and sessions come and go meanwhile.
const
  HOLD: 3;                                 -- days of retention
  VERSIONS: 2;                             -- times that the directory changes its mind

type
  version: 0 .. VERSIONS;
  session_kind: enum { no_session, deferred, full };
  verdict: enum { unchecked, admitted };

var
  -- durable, at the server
  own: account_state;
  known: account_state;                    -- what the directory said last
  known_version: version;
  days: 0 .. HOLD;                         -- since the state in force began to be held
  data: boolean;
  escrow: boolean;
  escrow_remains: boolean;                 -- free pages, journal
  escrow_dumped: boolean;
  -- passing, at the server
  session: session_kind;
  login: verdict;                          -- the password of a login under way was found right
  login_deferred: boolean;
  purger: boolean;                         -- the purge under way is being worked on
  -- the directory
  said: array [version] of account_state;
  now: version;
  -- watched
  heard: version;                          -- the newest version that ever arrived
  truly_held: 0 .. HOLD;                   -- days that really passed in a held state, without a break
  had_data: boolean;
  was_purging: boolean;
  purged_early: boolean;
  opened_by: actor;                        -- who last made the account active
  opened_from_own: account_state;          -- and what its own state was before
  opened_from: account_state;              -- and the state in force
  wrong_backup: boolean;
  deferred_backup: boolean;

function in_force(): account_state;
begin return gravity(known) > gravity(own) ? known : own; endfunction;

-- After any change of own or known: sessions of who may not log in end with it, and retention counts anew where it is not running.
procedure changed(before_own: account_state; before: account_state; who: actor);
begin
  if !may_log_in(in_force()) then session := no_session; endif;
  if !is_held(in_force()) then days := 0; truly_held := 0; endif;
  if in_force() = active & before != active then
    opened_by := who;
    opened_from_own := before_own;
    opened_from := before;
  endif;
endprocedure;

startstate begin
  own := active; known := active; known_version := 0; days := 0; data := false; escrow := false; escrow_remains := false; escrow_dumped := false;
  session := no_session; login := unchecked; login_deferred := false; purger := false;
  for v: version do said[v] := active; endfor; now := 0;
  heard := 0; truly_held := 0; had_data := false; was_purging := false; purged_early := false;
  opened_by := user; opened_from_own := deauthorized; opened_from := deauthorized; wrong_backup := false; deferred_backup := false;
endstartstate;

-- User, administrator
ruleset e: account_event do
  rule "user or administrator" (done_by(e) = user | done_by(e) = administrator) & leads_from(e, own) & (done_by(e) = user -> gravity(in_force()) <= gravity(deauthorized)) ==>
  var before: account_state; before_own: account_state;
  begin
    before := in_force();
    before_own := own;
    own := leads_to(e);
    changed(before_own, before, done_by(e));
  endrule;
endruleset;

-- The directory: it changes its mind; a push of anything it ever said arrives at any time; the server asks
ruleset s: account_state do
  rule "the directory changes its mind" now < VERSIONS & (s = active | s = blocked | s = deactivated) & s != said[now] ==> begin now := now + 1; said[now] := s; endrule;
endruleset;
ruleset v: version do
  rule "a push arrives, perhaps late" v <= now & own != purged ==>
  var before: account_state; before_own: account_state;
  begin
    before_own := own;
    if v > heard then heard := v; endif;
    if v > known_version then
      before := in_force();
      known := said[v];
      known_version := v;
      changed(before_own, before, directory);
    endif;
  endrule;
endruleset;
rule "the server asks the directory" known_version < now & own != purged ==>
var before: account_state;
begin
  before := in_force();
  known := said[now];
  known_version := now;
  heard := now;
  changed(own, before, directory);
endrule;

-- Sessions. The password takes time to check, and the state may change meanwhile: it is looked at when the login is admitted.
ruleset d: boolean do
  rule "a login begins" session = no_session & login = unchecked & may_log_in(in_force()) ==> begin login := admitted; login_deferred := d; endrule;
endruleset;
rule "the login is admitted" login = admitted & may_log_in(in_force()) ==>
begin
  session := login_deferred ? deferred : full;
  login := unchecked;
  login_deferred := false;
endrule;
rule "the login is refused" login = admitted & !may_log_in(in_force()) ==> begin login := unchecked; login_deferred := false; endrule;
rule "the session ends" session != no_session ==> begin session := no_session; endrule;
rule "a backup is accepted" session = full ==>
begin
  if in_force() != active then wrong_backup := true; endif;
  if session = deferred then deferred_backup := true; endif;
  data := true;
  had_data := true;
  escrow := true;
endrule;
rule "the escrow record is written anew" session = full & escrow & !escrow_remains ==> begin escrow_remains := true; endrule;
rule "remains are overwritten" escrow_remains & own != purging ==> begin escrow_remains := false; endrule;
rule "a dump is taken" escrow & !escrow_dumped & own != purging ==> begin escrow_dumped := true; endrule;

-- Time, and the purge
rule "a day passes" days < HOLD & is_held(in_force()) ==> begin days := days + 1; if truly_held < HOLD then truly_held := truly_held + 1; endif; endrule;
rule "retention is over" days = HOLD & is_held(in_force()) & leads_from(begin_purge, own) ==>
begin
  if truly_held < HOLD then purged_early := true; endif;
  own := leads_to(begin_purge);
  was_purging := true;
  purger := true;
  login := unchecked;
  login_deferred := false;
  session := no_session;
  days := 0;
  truly_held := 0;
endrule;
rule "the purge deletes the escrow record" own = purging & purger & escrow ==> begin escrow := false; escrow_remains := true; endrule;
rule "the purge overwrites what remains" own = purging & purger & !escrow & escrow_remains ==> begin escrow_remains := false; endrule;
rule "the purge withdraws dumps" own = purging & purger & escrow_dumped ==> begin escrow_dumped := false; endrule;
rule "the purge deletes the data" own = purging & purger & !escrow & data ==> begin data := false; endrule;
rule "the purge ends" leads_from(end_purge, own) & purger & !escrow & !escrow_remains & !escrow_dumped & !data ==>
begin
  own := leads_to(end_purge);
  purger := false;
endrule;
rule "the server crashes" session != no_session | login != unchecked | purger ==>
begin
  session := no_session;
  login := unchecked;
  login_deferred := false;
  purger := false;
endrule;
rule "the server starts, and goes on with a purge" own = purging & !purger ==> begin purger := true; endrule;

invariant "users_lift_nothing" opened_by = user -> opened_from = deauthorized;
invariant "administrators_word_stands" opened_by = directory -> gravity(opened_from_own) = 0;
invariant "late_push_changes_nothing" own != purged -> known = said[heard];
invariant "backup_only_when_active" !wrong_backup;
invariant "session_only_when_active" session != no_session -> in_force() = active;
invariant "deferred_has_nothing" !deferred_backup;
invariant "purge_only_after_retention" !purged_early;
invariant "purge_takes_all" own = purged -> !data & !escrow & !escrow_remains & !escrow_dumped & session = no_session;
invariant "kept_until_purged" had_data & own != purging & own != purged -> data & escrow;
invariant "escrow_goes_first" own = purging & !data & had_data -> !escrow;
invariant "no_way_back_from_purging" was_purging -> own = purging | own = purged;
liveness "purge_can_end" own != purging;
invariant "directory_obeyed_at_once" gravity(said[now]) > 1 -> session = no_session;
cover "reactivated on the last day, with everything" opened_by = administrator & opened_from = deactivated & had_data & in_force() = active;
cover "a user who logged out comes back alone" opened_by = user & had_data & in_force() = active & session = full;
cover "a purge that a crash interrupted" own = purging & !purger & !escrow & data;
