-- Users, computers and connections: who gets in on which computer, and to whose archives. Passwords are right here; what is left to check is whose computer
-- it is, whether a verified user's session has its place already, and whether user and computer are allowed. Checks take time, and states change meanwhile.
const
  USERS: 2;
  COMPUTERS: 2;
  CONNECTIONS: 3;
  IMPOSTORS: false;                                      -- connections that show a computer they are not

type
  user: scalarset(USERS);
  computer: scalarset(COMPUTERS);
  connection: scalarset(CONNECTIONS);
  computer_state: enum { active, deauthorized, blocked };  -- blocked stands for deactivated too
  step: enum { away, shown, checking, inside };

var
  -- durable
  owner: array [computer] of user;                       -- undefined: unknown to the server
  state: array [computer] of computer_state;
  allowed: array [user] of boolean;
  archive: array [computer] of array [user] of boolean;  -- whose data lies there
  -- passing
  at: array [connection] of step;
  showing: array [connection] of computer;
  naming: array [connection] of user;
  genuine: array [connection] of boolean;                -- it is the computer that it says it is
  -- watched
  reached_foreign: boolean;
  rebound: boolean;
  kept_out: boolean;                                     -- a computer was refused though nobody is verified on it
  told_a_stranger: boolean;                              -- somebody not its owner learnt that the place is taken

function owned(c: computer): boolean;
begin return !isundefined(owner[c]); endfunction;

function mine(c: computer; u: user): boolean;
begin
  if isundefined(owner[c]) then return false; endif;
  return owner[c] = u;
endfunction;

-- A session whose user is verified has the computer's place.
function inside_on(c: computer): boolean;
begin
  for k: connection do
    if at[k] = inside then if showing[k] = c then return true; endif; endif;
  endfor;
  return false;
endfunction;

function taken(c: computer): boolean;
begin return inside_on(c); endfunction;

function login_good(k: connection): boolean;
begin return allowed[naming[k]] & state[showing[k]] != blocked & (!owned(showing[k]) | mine(showing[k], naming[k])); endfunction;

-- Whether a session of this user reaches what this other user stored from the same computer.
function reaches(u: user; whose: user): boolean;
begin return u = whose; endfunction;

procedure leave(k: connection);
begin
  at[k] := away;
  undefine showing[k];
  undefine naming[k];
  genuine[k] := true;
endprocedure;

startstate begin
  undefine owner;
  for c: computer do
    state[c] := active;
    for u: user do archive[c][u] := false; endfor;
  endfor;
  for u: user do allowed[u] := true; endfor;
  for k: connection do leave(k); endfor;
  reached_foreign := false;
  rebound := false;
  kept_out := false;
  told_a_stranger := false;
endstartstate;

ruleset k: connection do
  ruleset c: computer; honest: boolean do
    rule "a computer is admitted" at[k] = away & state[c] != blocked & !taken(c) & (honest | IMPOSTORS) ==> begin at[k] := shown; showing[k] := c; genuine[k] := honest; endrule;
  endruleset;
  ruleset c: computer do
    rule "a computer is refused" at[k] = away & (state[c] = blocked | taken(c)) ==> begin if state[c] != blocked & !inside_on(c) then kept_out := true; endif; endrule;
  endruleset;
  ruleset u: user do
    rule "a login arrives" at[k] = shown ==> begin at[k] := checking; naming[k] := u; endrule;
  endruleset;
  rule "the login is admitted" at[k] = checking & login_good(k) & !inside_on(showing[k]) ==>
  begin
    if owned(showing[k]) & !mine(showing[k], naming[k]) then rebound := true; endif;
    owner[showing[k]] := naming[k];
    state[showing[k]] := active;
    at[k] := inside;
  endrule;
  rule "the login is refused" at[k] = checking & !login_good(k) ==> begin leave(k); endrule;
  rule "a good login finds the place taken" at[k] = checking & login_good(k) & inside_on(showing[k]) ==>
  begin
    if !mine(showing[k], naming[k]) then told_a_stranger := true; endif;
    leave(k);
  endrule;
  rule "the connection ends" at[k] != away ==> begin leave(k); endrule;
  rule "it backs up" at[k] = inside ==> begin archive[showing[k]][naming[k]] := true; endrule;
  ruleset whose: user do
    rule "it restores" at[k] = inside & archive[showing[k]][whose] & reaches(naming[k], whose) ==> begin if whose != naming[k] then reached_foreign := true; endif; endrule;
  endruleset;
  rule "its user logs the computer out" at[k] = inside ==> begin state[showing[k]] := deauthorized; leave(k); endrule;
endruleset;
ruleset c: computer do
  rule "an administrator blocks a computer" state[c] != blocked ==>
  begin
    state[c] := blocked;
    for k: connection do if at[k] != away then if showing[k] = c then leave(k); endif; endif; endfor;
  endrule;
  rule "an administrator lifts that" state[c] = blocked ==> begin state[c] := deauthorized; endrule;
endruleset;
ruleset u: user do
  rule "a user is blocked" allowed[u] ==>
  begin
    allowed[u] := false;
    for k: connection do if at[k] = inside then if naming[k] = u then leave(k); endif; endif; endfor;
  endrule;
  rule "a user is unblocked" !allowed[u] ==> begin allowed[u] := true; endrule;
  rule "a user is purged" !allowed[u] & exists c: computer do mine(c, u) endexists ==>
  begin
    for c: computer do
      archive[c][u] := false;
      if mine(c, u) then undefine owner[c]; endif;
    endfor;
  endrule;
endruleset;

invariant "one_session_per_computer"
  forall j: connection do forall k: connection do at[j] = inside & at[k] = inside & j != k -> showing[j] != showing[k] endforall endforall;
invariant "strangers_keep_nobody_out" !kept_out;
invariant "place_is_no_secret_leaked" !told_a_stranger;
invariant "inside_is_the_owner" forall k: connection do at[k] = inside -> mine(showing[k], naming[k]) endforall;
invariant "owner_stays" !rebound;
invariant "blocked_computer_is_out" forall k: connection do at[k] != away -> state[showing[k]] != blocked endforall;
invariant "blocked_user_is_out" forall k: connection do at[k] = inside -> allowed[naming[k]] endforall;
invariant "archives_apart" !reached_foreign;
invariant "nothing_of_nobody" forall c: computer do forall u: user do archive[c][u] -> mine(c, u) endforall endforall;
liveness "logged_out_computers_come_back" forall c: computer do state[c] = active endforall;
invariant "only_the_real_computer" forall k: connection do at[k] = inside -> genuine[k] endforall;
cover "two sessions at once" exists j: connection do exists k: connection do j != k & at[j] = inside & at[k] = inside endexists endexists;
