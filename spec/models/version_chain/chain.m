-- One archive's versions at a malicious server, and the computers that hold its key. A version names the one before it by its link, and only who has the
-- archive key makes one (chapter 8): so whatever the server shows, a chain that opens is a version and all before it. The server shows any of them, or none.
const
  VERSIONS: 4;
  COMPUTERS: 2;

type
  version: 1 .. VERSIONS;
  newest: 0 .. VERSIONS;                               -- 0: no version, an empty archive
  computer: 1 .. COMPUTERS;

var
  made: newest;                                        -- so many versions exist
  before: array [version] of newest;                   -- what a version's link names
  remembered: array [computer] of newest;              -- in the computer's store; 0: nothing, a new computer
  took: array [computer] of newest;                    -- the newest version of the chain that it took last
  saw: array [computer] of array [version] of boolean; -- since it is what it is, it has committed this version or taken a chain with it
  newcomer_missed: boolean;                            -- a computer without memory took a chain that lacks a version that exists

function number(v: newest): newest;
var n: newest; w: newest;
begin
  n := 0; w := v;
  while w != 0 do n := n + 1; w := before[w]; endwhile;
  return n;
endfunction;

-- The chain that ends with `last` has v; every chain has the beginning.
function has(last: newest; v: newest): boolean;
var w: newest;
begin
  w := last;
  while w != v & w != 0 do w := before[w]; endwhile;
  return w = v;
endfunction;

-- A computer takes a chain that has the newest version it remembers.
function taken(c: computer; last: newest): boolean;
begin return has(last, remembered[c]); endfunction;

procedure take(c: computer; last: newest);
begin
  took[c] := last;
  for v: version do
    if has(last, v) then saw[c][v] := true; endif;
  endfor;
endprocedure;

startstate "an empty archive"
begin
  clear made; clear before; clear remembered; clear took; clear saw; clear newcomer_missed;
  made := 0;
  for v: version do before[v] := 0; endfor;
  for c: computer do remembered[c] := 0; took[c] := 0; endfor;
endstartstate;

ruleset c: computer; last: newest do
  rule "a computer is shown a chain and takes it"
    last <= made & taken(c, last)
  ==>
    if remembered[c] = 0 & exists v: version do v <= made & !has(last, v) endexists then newcomer_missed := true; endif;
    take(c, last);
    remembered[c] := last;
  endrule;
  rule "a computer is shown a chain and refuses it"
    last <= made & !taken(c, last)
  ==>
  endrule;
  rule "a computer is shown a chain and commits a version behind it"
    made < VERSIONS & last <= made & taken(c, last)
  ==>
    made := made + 1;
    before[made] := last;
    take(c, made);
    remembered[c] := made;
  endrule;
endruleset;

ruleset c: computer do
  rule "a computer is replaced by a new one"
    remembered[c] != 0
  ==>
    remembered[c] := 0; took[c] := 0;
    for v: version do saw[c][v] := false; endfor;
  endrule;
endruleset;

invariant "nothing_older_than_seen" forall c: computer do forall v: version do saw[c][v] -> has(took[c], v) endforall endforall;
invariant "newcomer_gets_everything" !newcomer_missed;
cover "one_chain_of_all" made = VERSIONS & number(made) = VERSIONS & forall c: computer do took[c] = made endforall;
cover "the_server_keeps_them_apart" exists c: computer do exists d: computer do took[c] != 0 & took[d] != 0 & !has(took[c], took[d]) & !has(took[d], took[c]) endexists endexists;
