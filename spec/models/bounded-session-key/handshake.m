-- The session-key channel and the session above it, step by step, against a network that knows all it sees and builds what it can.
-- Every value is a number: 0 is the attacker's own, i is that of the i-th honest client or server session. There is no process for the
-- attacker: what is on the wire stays known, and whoever receives takes any message that is known or can be built.
const
  SESSIONS: 2;

type
  session: 1 .. SESSIONS;
  value: 0 .. SESSIONS;
  client_step: enum { c_idle, c_keyed, c_version, c_computer, c_login, c_ready, c_closed };
  server_step: enum { s_idle, s_offered, s_keyed, s_version, s_computer, s_user, s_refused, s_closed };
  up_kind: enum { up_version, up_old_version, up_computer, up_login };
  down_kind: enum { down_proceed, down_identity, down_accepted };

var
  client: array [session] of client_step;
  client_nonce: array [session] of value;          -- what it was told
  client_peer: array [session] of value;           -- whose server key it took
  server: array [session] of server_step;
  server_key: array [session] of value;            -- whose client key it took
  server_nonce: array [session] of value;          -- the nonce it keys the channel with
  server_computer: array [session] of value;       -- presented in the computer step; the i-th client's computer is i
  server_user_computer: array [session] of value;  -- named in the login
  version_checked: array [session] of boolean;
  computer_checked: array [session] of boolean;
  old_version_taken: boolean;
  locked_out: boolean;                             -- a computer was refused because of a session whose user is not verified
  -- the network
  offered: array [session] of boolean;                                              -- server_nonce
  keyed: array [session] of array [value] of boolean;                               -- client_key of client i with this nonce
  answered: array [value] of array [session] of array [value] of boolean;           -- server_key: under whose key, whose, for which nonce
  up: array [session] of array [value] of array [value] of array [up_kind] of boolean;      -- client key, server key, nonce
  down: array [value] of array [session] of array [value] of array [down_kind] of boolean;
  knows_client_key: array [value] of boolean;
  knows_server_key: array [value] of boolean;
  knows_password: boolean;
  stolen: array [session] of boolean;

-- The keys of a channel come from both sides' keys and the transcript.
function opens(ck: value; sk: value): boolean;
begin return knows_client_key[ck] & knows_server_key[sk]; endfunction;

function up_there(ck: value; sk: value; n: value; m: up_kind; computer: value): boolean;
begin
  if opens(ck, sk) & (m != up_login | knows_password) then return true; endif;
  if ck = 0 then return false; endif;
  return up[ck][sk][n][m] & (m = up_version | m = up_old_version | computer = ck);
endfunction;

function down_there(ck: value; sk: value; n: value; m: down_kind): boolean;
begin
  if opens(ck, sk) then return true; endif;
  if sk = 0 then return false; endif;
  return down[ck][sk][n][m];
endfunction;

-- A computer has a session: one whose user is verified.
function held(computer: value; but: session): boolean;
begin
  return exists j: session do j != but & server[j] = s_user & server_computer[j] = computer endexists;
endfunction;

-- What whoever knows more can open of what has been sent.
procedure learn();
begin
  for ck: value do
    for j: session do
      for n: value do
        if answered[ck][j][n] & knows_client_key[ck] then knows_server_key[j] := true; endif;
      endfor;
    endfor;
  endfor;
  for i: session do
    for sk: value do
      for n: value do
        if up[i][sk][n][up_login] & opens(i, sk) then knows_password := true; endif;
      endfor;
    endfor;
  endfor;
endprocedure;

startstate "nothing yet"
begin
  clear client_nonce; clear client_peer; clear server_key; clear server_nonce; clear server_computer; clear server_user_computer;
  clear version_checked; clear computer_checked; clear old_version_taken; clear locked_out; clear offered; clear keyed; clear answered;
  clear up; clear down; clear knows_client_key; clear knows_server_key; clear knows_password; clear stolen;
  for i: session do
    client[i] := c_idle; server[i] := s_idle; client_nonce[i] := 0; client_peer[i] := 0; server_key[i] := 0; server_nonce[i] := 0;
    server_computer[i] := 0; server_user_computer[i] := 0;
  endfor;
  knows_client_key[0] := true;
  knows_server_key[0] := true;
endstartstate;

ruleset j: session do
  rule "server sends its nonce"
    server[j] = s_idle
  ==>
    server[j] := s_offered; server_nonce[j] := j; offered[j] := true;
  endrule;
endruleset;

ruleset i: session; n: value do
  rule "client sends its key"
    client[i] = c_idle & (n = 0 | offered[n])
  ==>
    client[i] := c_keyed; client_nonce[i] := n; keyed[i][n] := true;
  endrule;
endruleset;

ruleset j: session; ck: value; n: value do
  rule "server takes a client key and answers"
    server[j] = s_offered & n = j & (knows_client_key[ck] | (ck != 0 & keyed[ck][n]))
  ==>
    server[j] := s_keyed; server_key[j] := ck; server_nonce[j] := n; answered[ck][j][n] := true;
    learn();
  endrule;
endruleset;

ruleset i: session; sk: value; n: value do
  rule "client takes a server key and sends its version"
    client[i] = c_keyed & n = client_nonce[i] & (opens(i, sk) | (sk != 0 & answered[i][sk][n]))
  ==>
    client[i] := c_version; client_peer[i] := sk; up[i][sk][client_nonce[i]][up_version] := true;
  endrule;
endruleset;

ruleset j: session; m: up_kind do
  rule "server takes a version"
    server[j] = s_keyed & m = up_version & up_there(server_key[j], j, server_nonce[j], m, 0)
  ==>
    if m = up_old_version then old_version_taken := true; endif;
    server[j] := s_version; version_checked[j] := true; down[server_key[j]][j][server_nonce[j]][down_proceed] := true;
  endrule;
endruleset;

ruleset j: session do
  rule "server refuses an old version"
    server[j] = s_keyed & up_there(server_key[j], j, server_nonce[j], up_old_version, 0)
  ==>
    server[j] := s_refused;
  endrule;
endruleset;

ruleset i: session do
  rule "client takes proceed and names its computer"
    client[i] = c_version & down_there(i, client_peer[i], client_nonce[i], down_proceed)
  ==>
    client[i] := c_computer; up[i][client_peer[i]][client_nonce[i]][up_computer] := true;
  endrule;
endruleset;

ruleset j: session; computer: session do
  rule "server admits a computer"
    server[j] = s_version & up_there(server_key[j], j, server_nonce[j], up_computer, computer) & !held(computer, j)
  ==>
    server[j] := s_computer; server_computer[j] := computer; computer_checked[j] := true;
    down[server_key[j]][j][server_nonce[j]][down_identity] := true;
  endrule;
  rule "server refuses a computer that is connected elsewhere"
    server[j] = s_version & up_there(server_key[j], j, server_nonce[j], up_computer, computer) & held(computer, j)
  ==>
    if !exists k: session do k != j & server[k] = s_user & server_computer[k] = computer endexists then locked_out := true; endif;
    server[j] := s_refused;
  endrule;
endruleset;

ruleset i: session do
  rule "client takes the server's identity and logs in"
    client[i] = c_computer & down_there(i, client_peer[i], client_nonce[i], down_identity)
  ==>
    client[i] := c_login; up[i][client_peer[i]][client_nonce[i]][up_login] := true;
    learn();
  endrule;
endruleset;

ruleset j: session; computer: session do
  rule "server takes a login"
    server[j] = s_computer & computer = server_computer[j] & up_there(server_key[j], j, server_nonce[j], up_login, computer) & !held(server_computer[j], j)
  ==>
    server[j] := s_user; server_user_computer[j] := computer; down[server_key[j]][j][server_nonce[j]][down_accepted] := true;
  endrule;
  rule "server refuses a login whose computer is connected elsewhere by now"
    server[j] = s_computer & computer = server_computer[j] & up_there(server_key[j], j, server_nonce[j], up_login, computer) & held(server_computer[j], j)
  ==>
    server[j] := s_refused;
  endrule;
endruleset;

ruleset i: session do
  rule "client takes its login's acceptance"
    client[i] = c_login & down_there(i, client_peer[i], client_nonce[i], down_accepted)
  ==>
    client[i] := c_ready;
  endrule;
  rule "client closes"
    client[i] != c_idle & client[i] != c_closed
  ==>
    client[i] := c_closed;
  endrule;
  rule "server closes"
    server[i] != s_idle & server[i] != s_closed
  ==>
    server[i] := s_closed; server_computer[i] := 0;
  endrule;
  rule "the key of a session that is over is stolen"
    client[i] = c_closed & !stolen[i]
  ==>
    stolen[i] := true; knows_client_key[i] := true;
    learn();
  endrule;
endruleset;

invariant "client_key_secret" forall i: session do !stolen[i] -> !knows_client_key[i] endforall;
invariant "password_secret" (forall i: session do !stolen[i] endforall) -> !knows_password;
invariant "client_ends_at_server" forall i: session do
  client[i] = c_ready -> client_peer[i] != 0 & server_key[client_peer[i]] = i & server_nonce[client_peer[i]] = client_nonce[i] endforall;
invariant "server_ends_at_client" forall j: session do
  server[j] = s_user & !knows_password -> server_key[j] != 0 & client_peer[server_key[j]] = j & client_nonce[server_key[j]] = server_nonce[j] endforall;
invariant "agree_computer" forall j: session do
  server[j] = s_user & !knows_password -> server_computer[j] = server_key[j] & server_user_computer[j] = server_computer[j] endforall;
invariant "one_for_one" forall j: session do forall k: session do
  j != k & server[j] = s_user & server[k] = s_user & !knows_password -> server_key[j] != server_key[k] endforall endforall;
invariant "step_by_step" forall j: session do
  (server[j] = s_computer | server[j] = s_user -> version_checked[j]) & (server[j] = s_user -> computer_checked[j]) endforall;
invariant "no_old_version" !old_version_taken;
invariant "computer_once" forall j: session do forall k: session do
  j != k & server[j] = s_user & server[k] = s_user -> server_computer[j] != server_computer[k] endforall endforall;
invariant "checked_is_logged_in" forall j: session do server[j] = s_user -> server_user_computer[j] = server_computer[j] endforall;
invariant "stolen_key_opens_one_session" forall i: session do stolen[i] | !opens(i, client_peer[i]) endforall;
invariant "nobody_locked_out" !locked_out;
cover "all_ready" forall i: session do client[i] = c_ready & server[client_peer[i] = 0 ? 1 : client_peer[i]] = s_user endforall;
cover "ready_after_a_theft" exists i: session do client[i] = c_ready & exists k: session do stolen[k] endexists endexists;
