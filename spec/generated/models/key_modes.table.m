-- Made by spec/tools/generate.py from spec/tables/key_modes.toml. Do not edit.
type
  mode: enum { no_mode, account_password, archive_password, custom };
  wrap: enum { server_wrap, account_wrap, archive_wrap };
  place: enum { at_record, at_remains, at_dumps };

-- How far up a mode is; a change never goes down.

function rank(m: mode): 0 .. 3;
begin
  switch m
    case no_mode: return 0;
    case account_password: return 1;
    case archive_password: return 2;
    case custom: return 3;
  endswitch;
endfunction;

-- Whether the mode's record holds the wrap.

function escrows(m: mode; w: wrap): boolean;
begin
  switch m
    case no_mode: return false;
    case account_password: return w = server_wrap | w = account_wrap;
    case archive_password: return w = archive_wrap;
    case custom: return false;
  endswitch;
endfunction;

-- Whether an administrator can restore.

function administrator_opens(m: mode): boolean;
begin
  switch m
    case no_mode: return false;
    case account_password: return true;
    case archive_password: return false;
    case custom: return false;
  endswitch;
endfunction;

-- Whether an administrator may disable it.

function can_be_disabled(m: mode): boolean;
begin
  switch m
    case no_mode: return false;
    case account_password: return false;
    case archive_password: return true;
    case custom: return true;
  endswitch;
endfunction;
