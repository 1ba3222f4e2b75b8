// What a server's shell answers when a trace plays its part.
// Must not know: sessions' states, models.
#pragma once

#include <optional>

#include "protocol/server_session.h"
#include "trace/trace.h"

namespace coffer::fuzz {

/// The answer of an `answer` step; `fitting`: what answers the last question in the affirmative.
protocol::ServerAnswer make_answer(const trace::Step& step, trace::Answer fitting);
/// Nothing, when the action asks nothing.
std::optional<trace::Answer> fitting_answer(const protocol::ServerAction& action);

}  // namespace coffer::fuzz
