-- One client and one server over a reliable wire in both directions, as TLS gives: each sends only what its table says, answers may be refusals, timers may
-- run out, the server may stop, the channel may break, and once a frame may be damaged where it is made. Queues hold a few frames, then the sender waits.
const
  ROOM: 3;
  SPARE: 2;                       -- places that a step may need

type
  place: 1 .. ROOM;

var
  client: client_state;
  server: server_state;
  client_event: event;
  server_event: event;
  operation: event;               -- the request that the server works on
  to_server: array [place] of event;
  to_client: array [place] of event;
  to_server_count: 0 .. ROOM;
  to_client_count: 0 .. ROOM;
  broken: boolean;
  damaged: boolean;
  server_verified: boolean;       -- the server has verified computer and user
  client_verified: boolean;       -- the client has verified the server and had its login accepted

function client_may(h: client_handler; target: client_state; sent: event): boolean;
begin return to_server_count + SPARE <= ROOM | sent = e_none; endfunction;

function server_may(h: server_handler; target: server_state; sent: event): boolean;
begin
  if sent != e_none & to_client_count + SPARE > ROOM then return false; endif;
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

procedure client_send(m: event);
begin
  if !broken & server != server_closed then
    to_server_count := to_server_count + 1;
    to_server[to_server_count] := m;
  endif;
endprocedure;

procedure server_send(m: event);
begin
  if !broken & client != client_closed then
    to_client_count := to_client_count + 1;
    to_client[to_client_count] := m;
  endif;
endprocedure;

procedure empty_to_server();
begin
  for p: place do to_server[p] := e_none; endfor;
  to_server_count := 0;
endprocedure;

procedure empty_to_client();
begin
  for p: place do to_client[p] := e_none; endfor;
  to_client_count := 0;
endprocedure;

procedure client_take(h: client_handler; target: client_state);
begin
  if h = client_on_login_accepted then client_verified := true; endif;
  client := target;
  client_event := e_none;
  if target = client_closed then empty_to_client(); endif;  -- what a closed side still gets, it ignores
endprocedure;

procedure client_refuse(target: client_state);
begin
  client := target;
  client_event := e_none;
  empty_to_client();
endprocedure;

procedure server_take(h: server_handler; target: server_state);
begin
  if h = server_on_login_admitted then server_verified := true; endif;
  operation := server_held(target) ? server_event : e_none;
  server := target;
  server_event := e_none;
  if target = server_closed then empty_to_server(); endif;
endprocedure;

procedure server_refuse(target: server_state);
begin
  server := target;
  server_event := e_none;
  empty_to_server();
endprocedure;

startstate begin
  client := client_connecting;
  server := server_await_version;
  client_event := e_none;
  server_event := e_none;
  operation := e_none;
  empty_to_server();
  empty_to_client();
  broken := false;
  damaged := false;
  server_verified := false;
  client_verified := false;
endstartstate;

rule "the server reads" to_server_count > 0 & server_event = e_none & !server_held(server) & server != server_closed ==>
begin
  server_event := to_server[1];
  for p: place do if p < ROOM then to_server[p] := to_server[p + 1]; endif; endfor;
  to_server[ROOM] := e_none;
  to_server_count := to_server_count - 1;
endrule;
rule "the client reads" to_client_count > 0 & client_event = e_none & client != client_connecting & client != client_closed ==>
begin
  client_event := to_client[1];
  for p: place do if p < ROOM then to_client[p] := to_client[p + 1]; endif; endfor;
  to_client[ROOM] := e_none;
  to_client_count := to_client_count - 1;
endrule;
rule "the server finds the channel at its end" to_server_count = 0 & server_event = e_none & (broken | client = client_closed) & server != server_closed ==>
begin server_event := e_peer_closed; endrule;
rule "the client finds the channel at its end" to_client_count = 0 & client_event = e_none & (broken | server = server_closed) & client != client_closed ==>
begin client_event := e_peer_closed; endrule;
rule "the channel breaks" !broken & client != client_closed & server != server_closed ==>
begin
  broken := true;
  empty_to_server();
  empty_to_client();
endrule;
rule "a frame to the server is damaged" !damaged & to_server_count > 0 ==> begin damaged := true; to_server[1] := e_malformed; endrule;
rule "a frame to the client is damaged" !damaged & to_client_count > 0 ==> begin damaged := true; to_client[1] := e_malformed; endrule;
ruleset e: event do
  rule "the server, its clock or its operator does something" server_event = e_none & !server_wire(e) & e != e_peer_closed & server_rows(server, e) > 0 ==> begin server_event := e; endrule;
  rule "the client's program or clock does something" client_event = e_none & !client_wire(e) & e != e_peer_closed & client_rows(client, e) > 0 ==> begin client_event := e; endrule;
endruleset;

-- Nobody has anything to read or to do but what the program, a clock or an operator begins.
invariant "quiet_means_agreed"
  to_server_count = 0 & to_client_count = 0 & client_event = e_none & server_event = e_none & !server_held(server) & !broken & client != client_closed & server != server_closed
  -> (client = client_connecting & server = server_await_version) | (client = client_ready & server = server_ready) | (client = client_restoring & server = server_restoring);
invariant "both_verified"
  (server = server_ready | server = server_serving | server = server_restoring | server = server_serving_restore -> client_verified & server_verified)
  & (client = client_ready | client = client_restoring -> client_verified & server_verified);
invariant "answers_meet_questions"
  client = client_restoring & server != server_closed & !broken & to_client_count = 0 -> server = server_restoring;
liveness "both_can_end" client = client_closed & server = server_closed;
cover "ready on both sides" client = client_ready & server = server_ready & to_server_count = 0 & to_client_count = 0;
cover "restoring on both sides" client = client_restoring & server = server_restoring;
