-- Made by spec/tools/generate.py from spec/tables/machines/frame_reader.toml. Do not edit.
rule "frame begin_body to body (FRM-012)" frame_row(frame_begin_body, frame, frame_event) & frame_may(frame_begin_body, frame_body, e_none) ==> begin frame_take(frame_begin_body, frame_body); endrule;
rule "frame refuse to failed (FRM-011)" frame_row(frame_refuse, frame, frame_event) & frame_may(frame_refuse, frame_failed, e_none) ==> begin frame_take(frame_refuse, frame_failed); endrule;
rule "frame deliver to header (FRM-013)" frame_row(frame_deliver, frame, frame_event) & frame_may(frame_deliver, frame_header, e_none) ==> begin frame_take(frame_deliver, frame_header); endrule;

