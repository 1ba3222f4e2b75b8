// Reproducible octets: everything a case makes up follows from the run's seed and the case's id. Not for keys that protect anything.
#pragma once

#include <cstdint>
#include <string_view>

#include "wire/octets.h"

namespace coffer::conformance {

class Random {
 public:
  /// `guids_apart`: what the guids, and they alone, depend on besides; 0 leaves them to the seed.
  Random(std::uint64_t seed, std::string_view label, std::uint64_t guids_apart = 0);
  std::uint64_t number();                                       // any value
  std::uint64_t number(std::uint64_t low, std::uint64_t high);  // inclusive
  std::uint64_t guid();                                         // not 0
  Octets octets(std::size_t count);

 private:
  std::uint64_t state_[4];
  std::uint64_t guids_apart_;
};

}  // namespace coffer::conformance
