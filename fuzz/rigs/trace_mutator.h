// An engine's mutator and crossover for targets whose input is a trace. Included by those targets alone, which define `stock`.
#pragma once

#include <algorithm>
#include <cstdint>

#include "trace/mutate.h"

extern "C" std::size_t LLVMFuzzerMutate(std::uint8_t* data, std::size_t size, std::size_t size_max);

namespace coffer::fuzz {

/// What the target's traces are made of.
extern const trace::Stock stock;

inline std::size_t give(const trace::Trace& trace, std::uint8_t* data, std::size_t size_max) {
  auto octets = trace::to_octets(trace);
  octets.resize(std::min(octets.size(), size_max / trace::step_octets * trace::step_octets));
  std::ranges::copy(octets, data);
  return octets.size();
}

}  // namespace coffer::fuzz

extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size, std::size_t size_max, unsigned seed) {
  using namespace coffer;
  trace::Random random(seed);
  auto trace = trace::from_either({data, size});
  // Bits among the steps: the engine's own changes, of the form for engines, and no longer than one of ours.
  if (!trace.empty() && random() % 8 == 0) {
    const auto given = fuzz::give(trace, data, size_max);
    return LLVMFuzzerMutate(data, given, std::min(size_max, std::max(given, trace::steps_max * trace::step_octets)));
  }
  trace::mutate(trace, fuzz::stock, random);
  return fuzz::give(trace, data, size_max);
}

extern "C" std::size_t LLVMFuzzerCustomCrossOver(const std::uint8_t* one, std::size_t one_size, const std::uint8_t* other,
                                                 std::size_t other_size, std::uint8_t* out, std::size_t size_max, unsigned seed) {
  using namespace coffer;
  trace::Random random(seed);
  const auto made = trace::cross(trace::from_either({one, one_size}), trace::from_either({other, other_size}), random);
  return fuzz::give(made, out, size_max);
}
