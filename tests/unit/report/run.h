// A finished run to report on, with one case of each outcome; the strings that an implementation chooses are hostile.
#pragma once

#include <string>

#include "judge/result.h"

namespace coffer::conformance::test {

/// Breaks out of whatever is careless: markup, a script's end, attributes, a terminal's escape sequence, octets that are no UTF-8.
extern const std::string hostile;

CaseResult case_result(std::string id, std::string role, Verdict verdict);

RunResult run_with(std::vector<CaseResult> cases);

/// pass, fail (hostile, with a twin), warn, inconclusive, error, not_applicable, unimplemented, not run; server and client.
RunResult one_of_each();

}  // namespace coffer::conformance::test
