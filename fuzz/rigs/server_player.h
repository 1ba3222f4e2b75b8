// Plays a trace against a server's session and judges every action by a small model of its own.
#pragma once

#include "protocol/octets.h"
#include "trace/trace.h"

namespace coffer::fuzz {

void play_against_server(const trace::Trace& trace);
/// The byte-level twin: octets of the wire, in the form of the frame reader's inputs, with a shell that grants everything.
void play_octets_against_server(View octets);

}  // namespace coffer::fuzz
