
ruleset i: session do
  rule "client says hello"
    client[i] = c_idle
  ==>
    client[i] := c_asked; client_nonce[i] := i; hello[i] := true;
  endrule;
endruleset;

-- The edition stands in the hello in the clear: the network may ask for an old one in a client's name.
ruleset j: session; r: value; old: boolean do
  rule "server answers a hello"
    server[j] = s_idle & ((r = 0 & old) | (r != 0 & hello[r]))
  ==>
    server[j] := s_offered; server_nonce[j] := r; server_old[j] := old; if r != 0 then signed[j][r] := true; endif;
  endrule;
endruleset;

ruleset i: session; sk: value do
  rule "client takes a signed share and sends its own with Finished"
    client[i] = c_asked & (sk = 0 -> deployed_key_stolen) & (sk != 0 -> signed[sk][i])
  ==>
    client[i] := c_keyed; client_peer[i] := sk; finished[i][sk] := true;
  endrule;
endruleset;

-- Finished covers all that was said: whose random and edition the server saw, and both shares.
ruleset j: session; ck: value do
  rule "server takes a share with Finished and confirms"
    server[j] = s_offered & (opens(ck, j) | (finished[ck][j] & server_nonce[j] = ck & !server_old[j]))
  ==>
    if ck = 0 then server_nonce[j] := 0; server_old[j] := true; endif;  -- the attacker's own channel: whatever it was asked for is as good
    server[j] := s_keyed; server_key[j] := ck; confirmed[ck][j][server_nonce[j]][server_old[j]] := true;
  endrule;
endruleset;

ruleset i: session; sk: value do
  rule "client takes Finished and sends its version"
    client[i] = c_keyed & sk = client_peer[i] & (opens(i, sk) | confirmed[i][sk][client_nonce[i]][false])
  ==>
    client[i] := c_version; up[i][sk][client_nonce[i]][up_version] := true;
    learn();
  endrule;
endruleset;

rule "the deployed key is stolen when everything is over"
  !deployed_key_stolen & forall i: session do client[i] = c_closed & server[i] = s_closed endforall
==>
  deployed_key_stolen := true;
  learn();
endrule;
