#include "cases/all.h"

namespace coffer::conformance {

std::vector<Case> all_cases() {
  std::vector<Case> all;
  for (const auto chapter : {framing_cases, session_cases})
    for (auto& entry : chapter()) all.push_back(std::move(entry));
  return all;
}

}  // namespace coffer::conformance
