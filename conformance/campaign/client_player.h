// Plays a trace against a client under test, which an adapter makes connect: the first `request` says what it is to do, an `answer` is an
// honest server's, and every other step that sends something is sent in place of one. Where the steps end the server stays honest.
// Must not know: how traces are made.
#pragma once

#include "campaign/complaint.h"
#include "judge/context.h"
#include "trace/trace.h"

namespace coffer::conformance {

/// Throws SuiteFault, and Unimplemented when the adapter cannot make the client do it.
Played play_against_client(const trace::Trace& trace, const Context::Setting& setting, Stage& stage);

}  // namespace coffer::conformance
