// Plays a trace against one server, its store and its keys, with several clients and users at once, and somebody between them who has every
// record in hand and knows passwords and keys of registration that may be anybody's. Sessions come and go; the server ends and begins anew.
#pragma once

#include "trace/trace.h"

namespace coffer::fuzz {

void play_world(const trace::Trace& trace);

}  // namespace coffer::fuzz
