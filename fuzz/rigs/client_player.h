// Plays a trace against a client's session and judges every action by a small model of its own.
#pragma once

#include "trace/trace.h"

namespace coffer::fuzz {

void play_against_client(const trace::Trace& trace);

}  // namespace coffer::fuzz
