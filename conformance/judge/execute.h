// One case, executed: its script, then its twin, and the verdict that both give together. Must not know: workers, baselines, reports.
#pragma once

#include "judge/context.h"
#include "judge/result.h"

namespace coffer::conformance {

struct Execution {
  Context::Setting setting;
  Patience patience;
  std::uint64_t seed = 0;  // from which alone everything made up follows
  std::uint32_t iteration = 1;
  std::uint64_t guids_apart = 0;
  UsedOnce* used_once = nullptr;  // of the run
};

/// The data of a result that follow from the case alone.
CaseResult describe(const Case& subject);
/// Runs it. A refusal counts only if its twin is accepted; a script that demands one and has no twin is the suite's own fault.
CaseResult execute(const Case& subject, const Execution& execution);

}  // namespace coffer::conformance
