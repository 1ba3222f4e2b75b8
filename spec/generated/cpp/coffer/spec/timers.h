// Made by spec/tools/generate.py from spec/tables/timers.toml. Do not edit: edit the source and run `./dev generate`.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace coffer::spec {

enum class Timer : std::uint8_t {
  tls_handshake,
  step,
  idle,
  answer,
  linger,
};

inline constexpr std::size_t timer_count = 5;

/// Milliseconds each timer runs unless a deployment says otherwise, by Timer.
inline constexpr std::array<std::uint32_t, 5> timer_milliseconds{10000, 10000, 900000, 60000, 1000};

/// The specification's word for it; empty for a value outside the table.
constexpr std::string_view name(Timer value) {
  switch (value) {
    case Timer::tls_handshake: return "tls_handshake";
    case Timer::step: return "step";
    case Timer::idle: return "idle";
    case Timer::answer: return "answer";
    case Timer::linger: return "linger";
  }
  return {};
}

}  // namespace coffer::spec
