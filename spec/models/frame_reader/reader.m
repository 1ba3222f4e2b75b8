-- The frame reader over any octets: its own checks decide which event comes.
var
  frame: frame_state;
  frame_event: event;
  header_passed: boolean;        -- the header of the frame under way passed its checks
  refused: boolean;              -- some header did not
  delivered_unchecked: boolean;  -- a body was delivered whose header had not passed

function frame_may(h: frame_handler; target: frame_state; sent: event): boolean;
begin return true; endfunction;

procedure frame_take(h: frame_handler; target: frame_state);
begin
  if frame_event = e_header_accepted then header_passed := true; endif;
  if frame_event = e_header_refused then refused := true; endif;
  if h = frame_deliver then
    if !header_passed then delivered_unchecked := true; endif;
    header_passed := false;
  endif;
  frame := target;
  frame_event := e_none;
endprocedure;

startstate begin
  frame := frame_header;
  frame_event := e_none;
  header_passed := false;
  refused := false;
  delivered_unchecked := false;
endstartstate;

ruleset e: event do
  rule "octets bring" frame_event = e_none & frame_rows(frame, e) > 0 ==> begin frame_event := e; endrule;
endruleset;

invariant "deterministic" frame_rows(frame, frame_event) <= 1;
invariant "checked_before_delivered" !delivered_unchecked & (frame = frame_body -> header_passed);
invariant "failed_for_good" refused -> frame = frame_failed;
liveness "frame_by_frame" frame = frame_header | frame = frame_failed;
