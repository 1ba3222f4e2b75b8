// Faults: deliberate violations of one rule each, to show that the suite notices. A build with COFFER_FAULTS can switch one of them on for
// a process, by the environment variable COFFER_FAULT; in every other build on() is a constant, and neither names nor branches are left.
// Where a fault distorts the code stands only `fault::on(fault::NAME)`. Must not know: anything of what it distorts.
#pragma once

#include <cstdint>

namespace coffer::fault {

/// As the catalogue lists them: the requirement that is broken, then what is done instead.
enum Name : std::uint16_t {
#define COFFER_FAULT(name, roles, what) name,
#include "fault/catalogue.inc"
#undef COFFER_FAULT
};

#ifdef COFFER_FAULTS
/// Whether this process has that fault.
bool on(Name name);
#else
constexpr bool on(Name) { return false; }
#endif

}  // namespace coffer::fault
