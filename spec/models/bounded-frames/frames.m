-- Frames beyond ready in channels that are up, step by step: each channel joins one client and one server, who both send and take parts. All
-- parts lie in one store, with the channel, side and place that they were sealed for; the network offers any of them to anybody, as often as it likes.
-- Whatever a receiver takes is remembered with where it came from. A client's end of a channel may be over while the server's is not, and its keys be stolen.
const
  CHANNELS: 2;
  PLACES: 2;

type
  channel: 1 .. CHANNELS;
  place: 1 .. PLACES;
  side: enum { a_client, a_server };
  kind: enum { a_command, a_block };
  content: enum { nothing_secret, block_under_archive_key, archive_key, file };
  origin: record
    there: boolean;
    forged: boolean;          -- made by the attacker, with stolen keys
    from: channel;
    maker: side;
    position: place;
  endrecord;

var
  count: array [channel] of array [side] of 0 .. PLACES;         -- parts that a side has sent; all of them stay in the store
  taken: array [channel] of array [side] of 0 .. PLACES;         -- parts that a side has taken
  took: array [channel] of array [side] of array [place] of origin;
  took_as: array [channel] of array [side] of array [place] of kind;
  over: array [channel] of array [side] of boolean;
  stolen: array [channel] of boolean;
  known: array [content] of boolean;   -- to the attacker

function other(s: side): side;
begin return s = a_client ? a_server : a_client; endfunction;

-- Each side sends a block first and a command second.
function sealed_as(q: place): kind;
begin return q = 1 ? a_block : a_command; endfunction;

-- What is authenticated with a part: its channel's keys, its direction, its place in the stream, and the kind of its frame.
function authentic(c: channel; reader: side; q: place; k: kind; from: channel; maker: side; position: place): boolean;
begin
  return from = c
    & maker = other(reader)
    & position = q
    & sealed_as(position) = k;
endfunction;

-- What travels within the channel: a block is sealed under the archive key, and nothing else that is secret goes with it.
function metadata_of(k: kind): content;  -- the number of the block
begin return nothing_secret; endfunction;

function data_of(k: kind): content;
begin return k = a_block ? block_under_archive_key : nothing_secret; endfunction;

-- What the attacker reads of one frame of a channel whose keys are stolen, and opens with what it has.
procedure read_part(k: kind);
begin
  known[metadata_of(k)] := true;
  known[data_of(k)] := true;
  if known[block_under_archive_key] & known[archive_key] then known[file] := true; endif;
endprocedure;

startstate "channels are up"
begin
  clear count; clear taken; clear took; clear took_as; clear over; clear stolen; clear known; known[nothing_secret] := true;
  for c: channel do for s: side do
    count[c][s] := 0; taken[c][s] := 0; over[c][s] := false;
    for q: place do
      took[c][s][q].there := false; took[c][s][q].forged := false; took[c][s][q].from := 1; took[c][s][q].maker := a_client; took[c][s][q].position := 1;
      took_as[c][s][q] := a_command;
    endfor;
  endfor; endfor;
endstartstate;

ruleset c: channel; s: side do
  rule "a side sends a part"
    !over[c][s] & count[c][s] < PLACES
  ==>
    count[c][s] := count[c][s] + 1;
    if stolen[c] then read_part(sealed_as(count[c][s])); endif;
  endrule;
endruleset;

ruleset c: channel; s: side; k: kind; from: channel; maker: side; position: place do
  rule "a side takes a part"
    !over[c][s] & taken[c][s] < PLACES & position <= count[from][maker] & authentic(c, s, taken[c][s] + 1, k, from, maker, position)
  ==>
    taken[c][s] := taken[c][s] + 1;
    took[c][s][taken[c][s]].there := true;
    took[c][s][taken[c][s]].from := from;
    took[c][s][taken[c][s]].maker := maker;
    took[c][s][taken[c][s]].position := position;
    took_as[c][s][taken[c][s]] := k;
  endrule;
endruleset;

ruleset c: channel; s: side do
  rule "a side takes a part that the attacker made"
    !over[c][s] & taken[c][s] < PLACES & stolen[c]
  ==>
    taken[c][s] := taken[c][s] + 1;
    took[c][s][taken[c][s]].there := true;
    took[c][s][taken[c][s]].forged := true;
  endrule;
endruleset;

ruleset c: channel; s: side do
  rule "a side ends"
    !over[c][s]
  ==>
    over[c][s] := true;
  endrule;
endruleset;

ruleset c: channel do
  rule "the keys of a client whose session is over are stolen"
    over[c][a_client] & !stolen[c]
  ==>
    stolen[c] := true;
    for s: side do for q: place do
      if q <= count[c][s] then read_part(sealed_as(q)); endif;
    endfor; endfor;
  endrule;
endruleset;

-- Of a part that was forged, only that is known.
function mine(c: channel; s: side; q: place): boolean;
begin return took[c][s][q].there & !took[c][s][q].forged; endfunction;

invariant "server_takes_clients" forall c: channel do forall q: place do mine(c, a_server, q) -> took[c][a_server][q].maker = a_client endforall endforall;
invariant "client_takes_servers" forall c: channel do forall q: place do mine(c, a_client, q) -> took[c][a_client][q].maker = a_server endforall endforall;
invariant "in_its_place" forall c: channel do forall s: side do forall q: place do mine(c, s, q) -> took[c][s][q].position = q endforall endforall endforall;
invariant "taken_once" forall c: channel do forall s: side do forall p: place do forall q: place do
  p != q & mine(c, s, p) & mine(c, s, q)
  -> took[c][s][p].from != took[c][s][q].from | took[c][s][p].maker != took[c][s][q].maker | took[c][s][p].position != took[c][s][q].position endforall endforall endforall endforall;
invariant "no_splicing" forall c: channel do forall s: side do forall q: place do mine(c, s, q) -> took[c][s][q].from = c endforall endforall endforall;
invariant "data_is_no_command" forall c: channel do forall s: side do forall q: place do mine(c, s, q) -> took_as[c][s][q] = sealed_as(took[c][s][q].position) endforall endforall endforall;
invariant "nothing_forged" forall c: channel do forall s: side do forall q: place do took[c][s][q].forged -> stolen[c] & s = a_server endforall endforall endforall;
invariant "archive_key_secret" !known[archive_key];
invariant "file_secret" !known[file];
invariant "sealed_block_secret" !known[block_under_archive_key];
cover "everything_arrives" forall c: channel do forall s: side do taken[c][s] = PLACES endforall endforall;
cover "stolen_and_the_other_goes_on" exists c: channel do exists d: channel do stolen[c] & !over[d][a_client] & taken[d][a_server] = PLACES endexists endexists;
