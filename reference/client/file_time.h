// Times as files have them and as entries have them.
// Must not know: whose they are.
#pragma once

#include <cstdint>
#include <limits>

namespace coffer::client {

/// What an entry says of a time beyond those that it can say, 1677-09-21 to 2262-04-11: the nearest.
inline constexpr std::int64_t earliest_ns = std::numeric_limits<std::int64_t>::min(), latest_ns = std::numeric_limits<std::int64_t>::max();

/// Since 1970-01-01T00:00Z, of what has tv_sec and tv_nsec.
template <class Time>
constexpr std::int64_t nanoseconds(const Time& time) {
  std::int64_t whole = 0, all = 0;
  if (__builtin_mul_overflow(static_cast<std::int64_t>(time.tv_sec), std::int64_t{1'000'000'000}, &whole) ||
      __builtin_add_overflow(whole, static_cast<std::int64_t>(time.tv_nsec), &all))
    return time.tv_sec < 0 ? earliest_ns : latest_ns;
  return all;
}

}  // namespace coffer::client
