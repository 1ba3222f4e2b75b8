-- The TLS channel with ECDHE_RSA and a pinned key, as far as the session above it can tell. Its keys come from both shares, both randoms and the hash of the
-- handshake; whoever knows one of the shares' secrets knows what both make. The client's random is the i-th's i, and what makes the channel new (nonce).
var
  hello: array [session] of boolean;                              -- client i's hello, with its random
  signed: array [session] of array [value] of boolean;            -- server j's random and share, signed together with this client random
  finished: array [session] of array [value] of boolean;          -- client i's share and Finished, for the share of this server
  confirmed: array [value] of array [session] of array [value] of array [boolean] of boolean;   -- Finished of server j: whose share, which client random and edition it saw
  deployed_key_stolen: boolean;

function opens(ck: value; sk: value): boolean;
begin return ck = 0 | sk = 0 | knows_client_key[ck]; endfunction;

procedure learn_keys();
begin
endprocedure;

procedure begin_channel();
begin
  clear hello; clear signed; clear finished; clear confirmed; clear deployed_key_stolen;
endprocedure;
