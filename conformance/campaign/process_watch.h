// What a process of this machine costs: memory and processor time, as the kernel tells of it. Must not know: what it does for them.
#pragma once

#include <cstdint>
#include <optional>

namespace coffer::conformance {

struct Cost {
  std::uint64_t memory_octets = 0;  // resident
  std::uint64_t processor_ms = 0;   // since it began
};

/// nullopt: there is no such process.
std::optional<Cost> cost_of(int process);

}  // namespace coffer::conformance
