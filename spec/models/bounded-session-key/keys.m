-- The session-key channel: nonce, client_key, server_key. Its keys come from both sides' keys and the transcript.
var
  offered: array [session] of boolean;                                              -- server_nonce
  keyed: array [session] of array [value] of boolean;                               -- client_key of client i with this nonce
  answered: array [value] of array [session] of array [value] of boolean;           -- server_key: under whose key, whose, for which nonce
  knows_server_key: array [value] of boolean;

function opens(ck: value; sk: value): boolean;
begin return knows_client_key[ck] & knows_server_key[sk]; endfunction;

procedure learn_keys();
begin
  for ck: value do
    for j: session do
      for n: value do
        if answered[ck][j][n] & knows_client_key[ck] then knows_server_key[j] := true; endif;
      endfor;
    endfor;
  endfor;
endprocedure;

procedure begin_channel();
begin
  clear offered; clear keyed; clear answered; clear knows_server_key;
  knows_server_key[0] := true;
endprocedure;
