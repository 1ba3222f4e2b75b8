-- What has to hold of a session, whichever side it is of.
rule "closed ignores everything" {SIDE} = {SIDE}_closed & {SIDE}_event != e_none ==> begin {SIDE}_event := e_none; endrule;

invariant "total" {SIDE}_event != e_none -> {SIDE}_rows({SIDE}, {SIDE}_event) > 0 | {SIDE}_default({SIDE}, {SIDE}_event) | {SIDE} = {SIDE}_closed;
invariant "deterministic" {SIDE}_rows({SIDE}, {SIDE}_event) <= 1 & ({SIDE} = {SIDE}_closed -> {SIDE}_rows({SIDE}, {SIDE}_event) = 0);
invariant "fault_ends_it" faulted -> {SIDE} = {SIDE}_closed;
invariant "closed_for_good" was_closed -> {SIDE} = {SIDE}_closed;
invariant "disconnect_is_the_last_word" !spoke_late;
liveness "can_always_close" {SIDE} = {SIDE}_closed;
