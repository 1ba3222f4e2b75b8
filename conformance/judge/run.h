// A whole run: the cases chosen, spread over workers, judged against the baseline, counted. Must not know: command lines, report forms.
#pragma once

#include <functional>

#include "judge/baseline.h"
#include "judge/deployment.h"
#include "judge/selection.h"

namespace coffer::conformance {

struct RunOptions {
  Selection selection;
  Subject subject;
  Baseline baseline;
  Patience patience;
  std::uint64_t seed = 1;
  std::uint32_t jobs = 1, repeat = 1;
  std::string suite_version, command_line;
  std::string program = "coffer-conform";  // as it was called: a failure names it in the line that repeats it
  std::string scratch_parent;
  /// Called once, with how many cases are about to run.
  std::function<void(std::size_t)> on_begin = {};
  /// Called as each case ends, one at a time.
  std::function<void(const CaseResult&)> on_result;
};

/// Adapter faults, the suite's own included, are in the result: nothing is thrown.
RunResult run(const std::vector<Case>& all, const RunOptions& options);

/// 0 as expected, 1 unexpected failure, 2 stale baseline, 3 inconclusive or incomplete, 4 suite or adapter error.
int exit_code(const RunResult& result);

/// One word for a POSIX shell.
std::string shell_quoted(std::string_view word);

}  // namespace coffer::conformance
