// What both session machines share: time as a value, timers, application versions.
#pragma once

#include <array>
#include <chrono>
#include <compare>
#include <cstdint>

#include "coffer/spec/timers.h"

namespace coffer::protocol {

/// Milliseconds on a clock that only goes forward and that the shell (or a simulation) owns.
using Time = std::chrono::milliseconds;

/// Milliseconds by spec::Timer.
using Timers = std::array<std::uint32_t, spec::timer_count>;

struct ApplicationVersion {
  std::uint16_t major = 0, minor = 0, patch = 0;
  auto operator<=>(const ApplicationVersion&) const = default;  // major before minor before patch [SES-016]
};

}  // namespace coffer::protocol
