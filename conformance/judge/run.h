// A whole run: the cases chosen, spread over workers, judged against the baseline, counted. Must not know: command lines, report forms.
#pragma once

#include <functional>
#include <set>

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
  std::uint64_t guids_apart = 0;  // of other runs with that seed: a server that ran then, and runs still, knows the computers of those
  std::uint32_t jobs = 1, repeat = 1;
  std::set<std::pair<std::string, std::uint32_t>> only;  // of the cases chosen, these ids in these iterations; empty: all in each
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

/// The seed from which iteration n of a run's cases follows: its iteration 1 is that of a run with this seed, and of the first the run's
/// own. At most 48 bits for the others, so that every reader of JSON keeps them whole.
std::uint64_t seed_of(std::uint64_t seed, std::uint32_t iteration);

/// One word for a POSIX shell.
std::string shell_quoted(std::string_view word);

}  // namespace coffer::conformance
