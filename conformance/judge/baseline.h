// Failures that are known, each with its reason. They still run; one that passes is stale, and the list is wrong.
#pragma once

#include <expected>
#include <map>
#include <optional>
#include <string>

#include "judge/result.h"

namespace coffer::conformance {

struct BaselineEntry {
  std::optional<Verdict> verdict;  // nothing: whatever does not pass
  std::string reason;
};
using Baseline = std::map<std::string, BaselineEntry>;  // by case id

/// {"coffer_baseline": 1, "expected": [{"case": "…", "reason": "…", "verdict": "fail"}]}; verdict may be left out: any but a pass. The text
/// says what is wrong with it.
std::expected<Baseline, std::string> parse_baseline(const std::string& text);
/// Sets standing and baseline_reason.
void judge_standing(CaseResult& result, const Baseline& baseline);

}  // namespace coffer::conformance
