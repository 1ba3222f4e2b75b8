// Reproducible octets: everything a case makes up follows from the run's seed and the case's id. Not for keys that protect anything.
#pragma once

#include <cstdint>
#include <string_view>

#include "wire/octets.h"

namespace coffer::conformance {

class Random {
 public:
  Random(std::uint64_t seed, std::string_view label);
  std::uint64_t number();                                       // any value
  std::uint64_t number(std::uint64_t low, std::uint64_t high);  // inclusive
  std::uint64_t guid();                                         // not 0
  Octets octets(std::size_t count);

 private:
  std::uint64_t state_[4];
};

}  // namespace coffer::conformance
