// What a client's program asks when a trace plays its part.
// Must not know: sessions' states, models.
#pragma once

#include "protocol/client_session.h"
#include "trace/trace.h"

namespace coffer::fuzz {

/// The request of a `request` step.
protocol::ClientRequest make_request(const trace::Step& step);

}  // namespace coffer::fuzz
