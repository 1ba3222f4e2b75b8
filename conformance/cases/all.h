// Every case of the suite, in the specification's order. A new chapter file adds its function here and in all.cc: nothing registers itself.
#pragma once

#include "judge/case.h"

namespace coffer::conformance {

std::vector<Case> framing_cases();  // chapter 3.1
std::vector<Case> session_cases();  // chapter 5

/// All of them; ids are unique (a test says so).
std::vector<Case> all_cases();

}  // namespace coffer::conformance
