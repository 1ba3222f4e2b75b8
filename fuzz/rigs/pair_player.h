// Plays a trace against both ends of a session, and between them: a client and a server of ours, a program and a shell that ask and answer
// what the trace says, and somebody who has every record in hand. What no step does anything about goes its way, and what no step answers
// is answered as an honest shell does.
#pragma once

#include "rigs/channel.h"
#include "trace/trace.h"

namespace coffer::fuzz {

void play_pair(const trace::Trace& trace, ChannelPair channels);

}  // namespace coffer::fuzz
