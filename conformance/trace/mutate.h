// Changes traces step by step: what a session meets is changed, not its octets. For engines and for whoever makes traces of traces.
// Must not know: engines, players; what a step does to a session.
#pragma once

#include <random>

#include "trace/trace.h"

namespace coffer::trace {

using Random = std::minstd_rand;

inline constexpr std::size_t steps_max = 64;

/// What a mutator draws on.
struct Stock {
  Trace good_walk;  // a whole session of the player's kind: stretches of it are put in
  std::size_t ops;  // of Op, the first so many are worth trying
};

/// One or two changes.
void mutate(Trace& trace, const Stock& stock, Random& random);
/// The beginning of the one and an end of the other.
Trace cross(Trace one, const Trace& other, Random& random);

}  // namespace coffer::trace
