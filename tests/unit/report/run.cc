#include "run.h"

namespace coffer::conformance::test {

const std::string hostile =
    "</script><script>alert(1)</script><!-- \"'><img src=x onerror=alert(1)> & ]]> \x1b[31mred\x07 \x01 \xff\xfe end";

CaseResult case_result(std::string id, std::string role, Verdict verdict) {
  CaseResult made;
  made.id = std::move(id);
  made.chapter = "03-framing";
  made.requirements = {"FRM-008"};
  made.level = "MUST";
  made.role = std::move(role);
  made.goal = "a control frame one octet over the limit is refused";
  made.verdict = verdict;
  made.script.ran = verdict != Verdict::none;
  made.script.verdict = verdict;
  made.seed = 18446744073709551615U;
  made.reproduce = "coffer-conform run --case " + made.id;
  return made;
}

RunResult run_with(std::vector<CaseResult> cases) {
  RunResult run;
  run.suite_version = "0.1.0";
  run.started_at = "2025-01-31T12:00:00Z";
  run.duration_ms = 1500;
  run.seed = 7;
  run.implementation.name = "sample";
  run.implementation.version = "2.0";
  run.implementation.roles = {"server", "client"};
  run.counts.selected = static_cast<std::uint32_t>(cases.size());
  run.cases = std::move(cases);
  RequirementCover cover;
  cover.id = "FRM-008";
  cover.level = "MUST";
  cover.role = "endpoint";
  cover.judged = "wire";
  cover.provenance = "chosen";
  cover.chapter = "03-framing";
  cover.sentence = "A receiver MUST close with frame_too_large when length of a control frame exceeds 65,536.";
  run.requirements = {cover};
  return run;
}

RunResult one_of_each() {
  CaseResult failing = case_result("framing.fails", "server", Verdict::fail);
  failing.standing = Standing::unexpected;
  failing.script.expected = "disconnect{frame_too_large}";
  failing.script.actual = hostile;
  failing.script.transcript = {{0, 'A', Direction::happened, "TCP connected", {}, "", 0, ""},
                               {1500, 'A', Direction::sent, "ping", {{"token", "7"}}, "010000000010", 6, ""},
                               {2500, 'A', Direction::received, hostile, {{hostile, hostile}}, "ff", 1, hostile}};
  failing.has_twin = true;
  failing.twin.ran = true;
  failing.twin.verdict = Verdict::pass;
  failing.adapter_stderr = hostile;

  CaseResult skipped = case_result("framing.skipped", "client", Verdict::none);
  skipped.skip = Skip::not_applicable;
  skipped.skip_reason = "claims no client";
  CaseResult unimplemented = case_result("framing.unimplemented", "client", Verdict::none);
  unimplemented.skip = Skip::unimplemented;
  unimplemented.skip_reason = hostile;

  return run_with({case_result("framing.passes", "server", Verdict::pass), failing, case_result("framing.warns", "server", Verdict::warn),
                   case_result("framing.inconclusive", "server", Verdict::inconclusive),
                   case_result("framing.error", "client", Verdict::error), skipped, unimplemented,
                   case_result("framing.not_run", "client", Verdict::none)});
}

}  // namespace coffer::conformance::test
