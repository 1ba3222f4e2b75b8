#include "judge/execute.h"

#include <fmt/format.h>

#include "adapter/adapter.h"
#include "coffer/spec/requirements.h"

namespace coffer::conformance {
namespace {

struct Outcome {
  ScriptResult result;
  bool expected_refusal = false;
  std::optional<std::string> unimplemented;
};

Outcome run_script(const Case& subject, const Script& script, const Execution& execution, std::string_view label) {
  Outcome outcome;
  auto& result = outcome.result;
  result.ran = true;
  // "#1": another iteration has another seed (seed_of), and is the first of a run with that.
  Recorder recorder;
  Stage stage{.recorder = recorder,
              .random = Random(execution.seed, fmt::format("{}#1{}", subject.id, label), execution.guids_apart),
              .patience = execution.patience,
              .used_once = execution.used_once};
  const auto began = Clock::now();
  const auto ended_by = [&](Verdict verdict, std::string expected, std::string actual) {
    result.verdict = verdict;
    result.expected = std::move(expected);
    result.actual = std::move(actual);
  };
  try {
    Context context(stage, execution.setting);
    script(context);
    result.verdict = Verdict::pass;
  } catch (const Unmet& unmet) {
    ended_by(subject.level == Level::should ? Verdict::warn : Verdict::fail, unmet.expected, unmet.actual);
    result.on_the_way = unmet.on_the_way;
  } catch (const NotReached& blocked) {
    ended_by(Verdict::inconclusive, "to reach " + blocked.expected, blocked.actual);
  } catch (const Unimplemented& reason) {
    outcome.unimplemented = reason.what();
  } catch (const SuiteFault& fault) {
    ended_by(Verdict::error, "a suite and an adapter that work", fault.what());
  } catch (const std::exception& error) {
    ended_by(Verdict::error, "a script that runs", error.what());
  }
  // Whatever was found: an implementation that cannot be asked to end is judged by nothing.
  if (execution.setting.adapter != nullptr && execution.setting.adapter->hung() && result.verdict != Verdict::error)
    ended_by(Verdict::error, "an adapter that replies", "the adapter does not reply to `drive`; it has to end a client that hangs");
  for (const auto& tolerated : stage.tolerated) result.note += (result.note.empty() ? "tolerated: " : "; ") + tolerated;
  outcome.expected_refusal = stage.expected_refusal;
  result.duration_us = static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::microseconds>(Clock::now() - began).count());
  result.transcript = stage.recorder.take();
  return outcome;
}

}  // namespace

CaseResult describe(const Case& subject) {
  CaseResult result;
  result.id = subject.id;
  result.requirements = subject.requirements;
  if (!subject.requirements.empty())
    if (const auto* row = spec::requirement(subject.requirements.front())) result.chapter = row->chapter;
  result.level = name(subject.level);
  result.role = name(subject.role);
  result.goal = subject.goal;
  result.has_twin = static_cast<bool>(subject.twin);
  return result;
}

CaseResult execute(const Case& subject, const Execution& execution) {
  CaseResult result = describe(subject);
  result.seed = execution.seed;
  result.iteration = execution.iteration;
  auto outcome = run_script(subject, subject.script, execution, "");
  result.script = std::move(outcome.result);
  result.verdict = result.script.verdict;
  if (outcome.expected_refusal && !subject.twin) {
    result.verdict = Verdict::error;
    result.script.note = "the script demands a refusal, and the case has no twin: a refusal alone proves nothing";
  }
  if (outcome.unimplemented) {
    result.skip = Skip::unimplemented;
    result.skip_reason = *outcome.unimplemented;
    return result;
  }
  // Where the way there was blocked the twin would be, too.
  if (!subject.twin || result.verdict == Verdict::inconclusive || result.verdict == Verdict::error) return result;
  auto twin = run_script(subject, subject.twin, execution, "/twin");
  result.twin = std::move(twin.result);
  if (twin.unimplemented) {
    result.skip = Skip::unimplemented;
    result.skip_reason = *twin.unimplemented;
  } else if (result.twin.verdict == Verdict::error) {
    result.verdict = Verdict::error;
  } else if (result.verdict == Verdict::pass && result.twin.verdict != Verdict::pass) {
    result.verdict = Verdict::inconclusive;
    result.script.note += fmt::format("{}it was refused as it must be, but its valid twin was not accepted, so the refusal proves nothing",
                                      result.script.note.empty() ? "" : "; ");
  }
  return result;
}

}  // namespace coffer::conformance
