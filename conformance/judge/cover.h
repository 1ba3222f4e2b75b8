// Requirements against cases: what the suite judges, and what it leaves to others.
#pragma once

#include "judge/case.h"
#include "judge/result.h"

namespace coffer::conformance {

/// Every requirement of the specification, with the cases that name it and the worst verdict among those that ran.
std::vector<RequirementCover> cover(const std::vector<Case>& all, const std::vector<CaseResult>& results);

}  // namespace coffer::conformance
