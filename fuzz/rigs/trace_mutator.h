// Mutates traces step by step: what a session meets is changed, not its octets. Included by the session targets alone, which it gives
// their LLVMFuzzerCustomMutator and LLVMFuzzerCustomCrossOver; they define good_walk.
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <random>

#include "trace/trace.h"

extern "C" std::size_t LLVMFuzzerMutate(std::uint8_t* data, std::size_t size, std::size_t size_max);

namespace coffer::fuzz {

inline constexpr std::size_t steps_max = 64;

/// A whole session of the target's kind.
extern const trace::Trace good_walk;

/// A stretch of the walk, as often as not from its beginning.
inline void insert_stretch(trace::Trace& trace, std::size_t at, std::minstd_rand& random) {
  const auto from = random() % 2 != 0 ? 0 : random() % good_walk.size();
  const auto length = std::min<std::size_t>(1 + random() % (good_walk.size() - from), steps_max - trace.size());
  const auto begin = good_walk.begin() + static_cast<std::ptrdiff_t>(from);
  trace.insert(trace.begin() + static_cast<std::ptrdiff_t>(at), begin, begin + static_cast<std::ptrdiff_t>(length));
}

inline trace::Step random_step(std::minstd_rand& random) {
  const auto number = static_cast<std::uint32_t>(random());
  // Messages and fitting answers make up most of a walk; the rest is what may go wrong on it.
  const auto choice = random() % 16;
  const auto op = choice < 6 ? trace::Op::message : choice < 10 ? trace::Op::answer : static_cast<trace::Op>(random() % trace::op_count);
  trace::Step step{op, static_cast<std::uint8_t>(random()), static_cast<std::uint16_t>(random()), number};
  if (op == trace::Op::message && random() % 3 != 0) step.b = 0;
  if (op == trace::Op::answer && random() % 3 != 0) step = {op};
  if (op == trace::Op::data && random() % 2 != 0) step.a %= 4, step.b = 0;
  return step;
}

inline std::size_t give(const trace::Trace& trace, std::uint8_t* data, std::size_t size_max) {
  auto octets = trace::to_octets(trace);
  octets.resize(std::min(octets.size(), size_max / trace::step_octets * trace::step_octets));
  std::ranges::copy(octets, data);
  return octets.size();
}

inline std::size_t mutate(std::uint8_t* data, std::size_t size, std::size_t size_max, unsigned seed) {
  std::minstd_rand random(seed);
  // Now and then the neighbourhood of a whole session, whatever the engine holds to be interesting.
  auto trace = random() % 8 == 0 ? good_walk : trace::from_either({data, size});
  for (auto edits = 1 + random() % 3; edits > 0; --edits) {
    const auto at = trace.empty() ? 0 : random() % trace.size();
    const auto place = trace.begin() + static_cast<std::ptrdiff_t>(at);
    const auto choice = trace.empty() ? random() % 3 : random() % 13;
    if (choice < 3 && trace.size() < steps_max) {
      const auto to = random() % 2 != 0 ? trace.size() : at;
      if (random() % 2 != 0) {
        insert_stretch(trace, to, random);
      } else {
        trace.insert(trace.begin() + static_cast<std::ptrdiff_t>(to), random_step(random));
      }
    } else if (trace.empty()) {
      continue;
    } else if (choice == 3) {
      trace.erase(place);
    } else if (choice == 4) {
      *place = random_step(random);
    } else if (choice == 5 && trace.size() < steps_max) {
      trace.insert(place, *place);
    } else if (choice == 6 && at + 1 < trace.size()) {
      std::swap(*place, *(place + 1));
    } else if (choice == 7) {
      trace.resize(at + 1);
    } else if (choice > 7 && choice < 12) {
      if (random() % 2 != 0) place->b = static_cast<std::uint16_t>(random() % 8);
      place->c = static_cast<std::uint32_t>(random() % 4 != 0 ? random() % 32 : random());
    } else {
      place->a = static_cast<std::uint8_t>(random());
    }
  }
  return give(trace, data, size_max);
}

inline std::size_t cross(std::span<const std::uint8_t> one, std::span<const std::uint8_t> other, std::uint8_t* out, std::size_t size_max,
                         unsigned seed) {
  std::minstd_rand random(seed);
  auto trace = trace::from_either(one);
  const auto tail = trace::from_either(other);
  if (!trace.empty()) trace.resize(random() % trace.size() + 1);
  if (!tail.empty()) trace.insert(trace.end(), tail.begin() + static_cast<std::ptrdiff_t>(random() % tail.size()), tail.end());
  trace.resize(std::min(trace.size(), steps_max));
  return give(trace, out, size_max);
}

}  // namespace coffer::fuzz

extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size, std::size_t size_max, unsigned seed) {
  return coffer::fuzz::mutate(data, size, size_max, seed);
}
extern "C" std::size_t LLVMFuzzerCustomCrossOver(const std::uint8_t* one, std::size_t one_size, const std::uint8_t* other,
                                                 std::size_t other_size, std::uint8_t* out, std::size_t size_max, unsigned seed) {
  return coffer::fuzz::cross({one, one_size}, {other, other_size}, out, size_max, seed);
}
