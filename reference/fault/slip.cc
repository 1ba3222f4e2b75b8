// Reads the switch once, before main(): `COFFER_SLIP=NAME` turns one slip on, anything else is an error.
#include "fault/slip.h"

#ifdef COFFER_FAULTS

#include <cstdio>
#include <cstdlib>
#include <optional>
#include <string_view>

namespace coffer::slip {
namespace {

constexpr std::string_view names[] = {
#define COFFER_SLIP(name, what) #name,
#include "fault/slips.inc"
#undef COFFER_SLIP
};

std::optional<Name> chosen() {
  const char* given = std::getenv("COFFER_SLIP");
  if (given == nullptr || *given == '\0') return std::nullopt;
  for (std::size_t i = 0; i < std::size(names); ++i)
    if (names[i] == given) return static_cast<Name>(i);
  std::fprintf(stderr, "COFFER_SLIP=%s: there is no such slip; reference/fault/slips.inc lists them\n", given);
  std::exit(64);
}

const std::optional<Name> the_slip = chosen();

}  // namespace

bool on(Name name) { return the_slip == name; }

}  // namespace coffer::slip

#endif
