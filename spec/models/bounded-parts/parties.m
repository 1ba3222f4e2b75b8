-- Client and server sessions and the parts that they exchange, for the models of both channels. Every value is a number: 0 is the attacker's own, i is
-- that of the i-th honest client or server session; the i-th client's version, computer and secret share are i too. There is no process for the
-- attacker: what is on the wire stays known, and whoever receives takes any message that is known or can be built.
const
  SESSIONS: 2;

type
  session: 1 .. SESSIONS;
  value: 0 .. SESSIONS;
  client_step: enum { c_idle, c_asked, c_keyed, c_version, c_computer, c_login, c_ready, c_closed };
  server_step: enum { s_idle, s_offered, s_keyed, s_version, s_computer, s_user, s_refused, s_closed };
  up_kind: enum { up_version, up_old_version, up_computer, up_login };
  down_kind: enum { down_proceed, down_identity, down_accepted };

var
  client: array [session] of client_step;
  client_nonce: array [session] of value;          -- what makes the channel new, as the client saw it
  client_peer: array [session] of value;           -- whose server key or share it took
  server: array [session] of server_step;
  server_key: array [session] of value;            -- whose client key or share it took
  server_nonce: array [session] of value;          -- what makes the channel new, as the server saw it
  server_old: array [session] of boolean;          -- it was asked for an old edition of the channel; honest clients ask for the new one
  server_version: array [session] of value;        -- the application version that it was told
  server_computer: array [session] of value;       -- presented in the computer step
  server_user_computer: array [session] of value;  -- named in the login
  version_checked: array [session] of boolean;
  computer_checked: array [session] of boolean;
  old_version_taken: boolean;
  locked_out: boolean;                             -- a computer was refused because of a session whose user is not verified
  -- the network: parts by the channel that they were sealed for, which is whose client key, whose server key, which nonce
  up: array [session] of array [value] of array [value] of array [up_kind] of boolean;
  down: array [value] of array [session] of array [value] of array [down_kind] of boolean;
  knows_client_key: array [value] of boolean;
  knows_password: boolean;
  stolen: array [session] of boolean;
