-- Made by spec/tools/generate.py from spec/tables/machines/frame_reader.toml. Do not edit.
type
  event: enum { e_none, e_header_accepted, e_header_refused, e_body_complete };
type
  frame_state: enum { frame_header, frame_body, frame_failed };
  frame_handler: enum { frame_begin_body, frame_refuse, frame_deliver };

function frame_row(h: frame_handler; s: frame_state; e: event): boolean;
begin
  switch h
    case frame_begin_body: return e = e_header_accepted & (s = frame_header);
    case frame_refuse: return e = e_header_refused & (s = frame_header);
    case frame_deliver: return e = e_body_complete & (s = frame_body);
  endswitch;
endfunction;

function frame_rows(s: frame_state; e: event): 0 .. 3;
var count: 0 .. 3;
begin
  count := 0;
  for h: frame_handler do if frame_row(h, s, e) then count := count + 1; endif; endfor;
  return count;
endfunction;

function frame_held(s: frame_state): boolean;
begin return false; endfunction;

function frame_driven(s: frame_state): boolean;
begin return s = frame_header | s = frame_body; endfunction;

function frame_wire(e: event): boolean;
begin return false; endfunction;

function frame_default(s: frame_state; e: event): boolean;
begin return false; endfunction;

