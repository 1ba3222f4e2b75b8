// How far an input comes, for the engine's feedback: a machine that runs from a table has few branches of its own to show.
// With COFFER_REACH in the environment each way of the tables (and each rule that ends one) is named on standard error when it is first
// taken: `reach: MACHINE FROM EVENT ROW TO GUARD RULE`, `-` for none. Must not know: sessions, traces' players.
#pragma once

#include <cstddef>
#include <string_view>

#include "trace/trace.h"

namespace coffer::fuzz {

/// A way of coffer/spec/ways.h was taken: counted together with the one before it.
void reached(std::size_t way, std::string_view rule);
/// What comes next has nothing before it.
void forget_what_came_before();
/// A state met a step of a trace, whatever became of it.
void saw(std::size_t state, const trace::Step& step);

}  // namespace coffer::fuzz
