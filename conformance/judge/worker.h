// One worker of a run: it executes cases against an implementation of its own, which it replaces when a case may have harmed it.
// Must not know: how cases are chosen and shared out, counts, reports.
#pragma once

#include "judge/run.h"

namespace coffer::conformance {

struct Task {
  const Case* subject;
  std::uint32_t iteration;
  std::size_t place;  // in the results
};

/// One worker's view of an implementation that has gone silent: after a few cases that waited in vain, the next ones wait less.
class Waiting {
 public:
  explicit Waiting(Patience full) : full_(full) {}
  Patience now() const { return silent_ < silent_max ? full_ : Patience{std::min(full_.answer, shortened), full_.strict}; }
  void learn(const CaseResult& result) {
    const bool in_vain = result.verdict == Verdict::inconclusive && result.script.actual.find("in time") != std::string::npos;
    silent_ = in_vain ? silent_ + 1 : result.verdict == Verdict::pass ? 0 : silent_;
  }

 private:
  static constexpr int silent_max = 3;
  static constexpr std::chrono::milliseconds shortened{500};
  Patience full_;
  int silent_ = 0;
};

class Worker {
 public:
  /// All four must outlive it. `used_once` is that of all workers of the run.
  Worker(const RunOptions& options, const Implementation& implementation, const ServerCredentials& credentials, UsedOnce& used_once);
  /// Nothing is thrown: what breaks is in the result.
  CaseResult work(const Task& task);
  /// After the last of them: what the adapter did wrong since; empty: nothing.
  std::string end() { return deployment_.end(); }

 private:
  /// Why the implementation is not asked for it: it does not say that it can. Empty: it does.
  std::string not_claimed(const Case& subject) const;

  const RunOptions& options_;
  const Implementation& implementation_;
  Deployment deployment_;
  UsedOnce& used_once_;
  Waiting waiting_;
  static constexpr int hung_max = 2;  // each costs as long as a drive may take
  int hung_ = 0;                      // cases in a row whose adapter did not answer any more
};

/// The line for a shell that runs one iteration of a case again, against the same implementation and with the same values.
std::string reproduce_line(std::string_view id, const RunOptions& options, std::uint32_t iteration = 1);

}  // namespace coffer::conformance
