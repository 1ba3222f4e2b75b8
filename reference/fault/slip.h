// Slips: mistakes in handling memory, to show that fuzzing notices them. As with faults (switch.h), a build with COFFER_FAULTS can switch
// one of them on for a process, by the environment variable COFFER_SLIP; in every other build on() is a constant and nothing of them is
// left. No rule of the specification is broken by them as such, so they stand apart from the catalogue of faults.
#pragma once

#include <cstdint>

namespace coffer::slip {

/// As the list has them.
enum Name : std::uint16_t {
#define COFFER_SLIP(name, what) name,
#include "fault/slips.inc"
#undef COFFER_SLIP
};

#ifdef COFFER_FAULTS
/// Whether this process makes that slip.
bool on(Name name);
#else
constexpr bool on(Name) { return false; }
#endif

}  // namespace coffer::slip
