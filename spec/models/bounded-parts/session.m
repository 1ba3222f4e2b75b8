-- The session above the channel, from version to the login's answer, without the configuration step, which `unbounded-session` and the machines'
-- models have; c_ready and s_user are where it ends. And what has to hold. The channel's model says who opens what (`opens`), what else is learnt
-- (`learn_keys`), and how both sides come to s_keyed and c_version.

-- A part on its way to the server: sealed by the client of that channel, or built by who can open it; the attacker's own version is 0.
function up_there(ck: value; sk: value; n: value; m: up_kind; said: value): boolean;
begin
  if opens(ck, sk) & (m != up_login | knows_password) & (m != up_version | said = 0) then return true; endif;
  if ck = 0 then return false; endif;
  return up[ck][sk][n][m] & (m = up_old_version | said = ck);
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

-- The client has sent its password.
function said_login(i: value): boolean;
begin
  return i != 0 & exists sk: value do exists n: value do up[i][sk][n][up_login] endexists endexists;
endfunction;

-- What whoever knows more can open of what has been sent.
procedure learn();
begin
  learn_keys();
  for i: session do
    for sk: value do
      for n: value do
        if up[i][sk][n][up_login] & opens(i, sk) then knows_password := true; endif;
      endfor;
    endfor;
  endfor;
endprocedure;

-- In the attacker's own channel nothing need be kept: he makes every part himself.
procedure tell(j: session; m: down_kind);
begin
  if server_key[j] != 0 then down[server_key[j]][j][server_nonce[j]][m] := true; endif;
endprocedure;

startstate "nothing yet"
begin
  clear client_nonce; clear client_peer; clear server_key; clear server_nonce; clear server_old; clear server_version; clear server_computer;
  clear server_user_computer; clear version_checked; clear computer_checked; clear old_version_taken; clear locked_out;
  clear up; clear down; clear knows_client_key; clear knows_password; clear stolen;
  for i: session do
    client[i] := c_idle; server[i] := s_idle; client_nonce[i] := 0; client_peer[i] := 0; server_key[i] := 0; server_nonce[i] := 0;
    server_version[i] := 0; server_computer[i] := 0; server_user_computer[i] := 0;
  endfor;
  knows_client_key[0] := true;
  begin_channel();
endstartstate;

ruleset j: session; m: up_kind; said: value do
  rule "server takes a version"
    server[j] = s_keyed & m = up_version & up_there(server_key[j], j, server_nonce[j], m, said)
  ==>
    if m = up_old_version then old_version_taken := true; endif;
    server[j] := s_version; version_checked[j] := true; server_version[j] := said; tell(j, down_proceed);
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
    tell(j, down_identity);
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
    server[j] := s_user; server_user_computer[j] := computer; tell(j, down_accepted);
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
    server[i] := s_closed;
    if server_key[i] = 0 then  -- the attacker's own session, or nobody's, leaves nothing behind
      server_nonce[i] := 0; server_old[i] := false; server_version[i] := 0; server_computer[i] := 0; server_user_computer[i] := 0;
      version_checked[i] := false; computer_checked[i] := false;
    endif;
  endrule;
  rule "the key of a session that is over is stolen"
    client[i] = c_closed & !stolen[i]
  ==>
    stolen[i] := true; knows_client_key[i] := true;
    learn();
  endrule;
endruleset;

-- Secrecy.
invariant "client_key_secret" forall i: session do
  (client_peer[i] != 0 | client[i] = c_version | client[i] = c_computer | client[i] = c_login | client[i] = c_ready) & !stolen[i] -> !opens(i, client_peer[i]) endforall;
invariant "password_secret" knows_password -> exists i: session do stolen[i] & said_login(i) endexists;
invariant "password_never_known" !knows_password;
-- Agreement.
invariant "client_ends_at_server" forall i: session do
  client[i] = c_ready -> client_peer[i] != 0 & server_key[client_peer[i]] = i & server_nonce[client_peer[i]] = client_nonce[i] & !server_old[client_peer[i]]
    & server_version[client_peer[i]] = i & server_computer[client_peer[i]] = i & server_user_computer[client_peer[i]] = i endforall;
invariant "server_ends_at_client" forall j: session do
  server[j] = s_user & !knows_password
  -> server_key[j] != 0 & client_peer[server_key[j]] = j & client_nonce[server_key[j]] = server_nonce[j] & !server_old[j] & server_version[j] = server_key[j] & said_login(server_key[j]) endforall;
invariant "agree_version" forall j: session do
  version_checked[j] & !opens(server_key[j], j) -> server_version[j] = server_key[j] & !server_old[j] endforall;
invariant "agree_computer" forall j: session do
  server[j] = s_user & !knows_password -> server_computer[j] = server_key[j] & server_user_computer[j] = server_computer[j] endforall;
invariant "one_client_for_a_server" forall j: session do forall k: session do
  j != k & server[j] = s_user & server[k] = s_user & !knows_password -> server_key[j] != server_key[k] endforall endforall;
invariant "one_server_for_a_client" forall i: session do forall k: session do
  i != k & client[i] = c_ready & client[k] = c_ready -> client_peer[i] != client_peer[k] endforall endforall;
-- Order, rollback, places.
invariant "step_by_step" forall j: session do
  (server[j] = s_computer | server[j] = s_user -> version_checked[j]) & (server[j] = s_user -> computer_checked[j]) endforall;
invariant "no_old_version" !old_version_taken;
invariant "computer_once" forall j: session do forall k: session do
  j != k & server[j] = s_user & server[k] = s_user -> server_computer[j] != server_computer[k] endforall endforall;
invariant "checked_is_logged_in" forall j: session do server[j] = s_user -> server_user_computer[j] = server_computer[j] endforall;
invariant "nobody_locked_out" !locked_out;
cover "all_ready" forall i: session do client[i] = c_ready & server[client_peer[i] = 0 ? 1 : client_peer[i]] = s_user endforall;
cover "ready_after_a_theft" exists i: session do client[i] = c_ready & exists k: session do stolen[k] endexists endexists;
