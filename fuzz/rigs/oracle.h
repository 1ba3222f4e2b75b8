// How a target says that a rule is broken: the words on standard error, then abort, which every engine takes for a finding.
#pragma once

#include <cstdio>
#include <cstdlib>
#include <string_view>

namespace coffer::fuzz {

inline void demand(bool holds, std::string_view rule) {
  if (holds) return;
  std::fprintf(stderr, "broken: %.*s\n", static_cast<int>(rule.size()), rule.data());
  std::abort();
}

}  // namespace coffer::fuzz
