
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

-- The edition stands beside the client's key and the nonce in what is encrypted to the deployed key. The attacker asks for an old one.
ruleset j: session; ck: value; n: value; old: boolean do
  rule "server takes a client key and answers"
    server[j] = s_offered & n = j & ((knows_client_key[ck] & old) | (ck != 0 & keyed[ck][n] & !old))
  ==>
    server[j] := s_keyed; server_key[j] := ck; server_nonce[j] := n; server_old[j] := old; answered[ck][j][n] := true;
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
