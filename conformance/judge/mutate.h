// How good the suite is at noticing: the implementation is given one fault at a time, and the cases of the requirement that it breaks must
// fail. Must not know: what the faults are, report forms.
#pragma once

#include <expected>
#include <functional>

#include "judge/run.h"

namespace coffer::conformance {

enum class Fate : std::uint8_t {
  killed,            // a case that cites the requirement failed, twice, at what it is about
  caught_elsewhere,  // only cases of other requirements failed, or on the way to what they are about, or test vectors for what the wire
                     // judges
  survived,          // no case failed
  broken,            // the implementation could not be judged with it: that says nothing of the suite
};
std::string_view name(Fate fate);

/// A case that failed with the fault.
struct Catch {
  std::string id;
  std::vector<std::string> requirements;
  std::string expected, actual;
};

/// One fault in one role.
struct FaultResult {
  std::string fault = {}, role = {}, what = {};
  std::vector<std::string> requirements = {};  // that it breaks
  Fate fate = Fate::broken;
  std::string trouble = {};                                         // of a broken one, in words
  std::vector<Catch> killers = {}, others = {};                     // cases that cite one of them; cases of other requirements
  std::vector<Catch> on_the_way = {}, vectors = {};                 // cite one, and say less than a killer: a shared scene; test vectors
  std::vector<std::string> silent = {};                             // cases that cite one of them, ran, and passed
  std::uint32_t citing = 0, citing_run = 0;                         // cases of the suite that cite one of them
  std::uint32_t others_all = 0, others_chosen = 0, others_run = 0;  // cases of other requirements: all, chosen, and run in time
  std::uint32_t inconclusive = 0;                                   // neither kept nor broken
  std::string excuse = {};                                          // why it need not be killed; empty: it must
  std::uint64_t duration_ms = 0;
};

/// A MUST that the wire or stored state can judge, or that a case does judge, in one role.
struct RequirementFaults {
  std::string id = {}, role = {}, sentence = {};
  std::vector<std::string> faults = {}, killed = {};  // all that break it; those of them that were killed
  std::string excuse = {};                            // why none need be killed; empty: one must
};

/// A case that cites a requirement, ran with each of its faults, and passed each time: nothing shows that it judges what it cites. Of a
/// large family of cases only some are run with a fault (citing_max): of the others nothing is known.
struct IdleCitation {
  std::string id, requirement;  // of the case
  std::vector<std::string> faults;
  std::string excuse;  // empty: there is none
};

/// What need not be killed, or what need not kill, with the reason. Role empty: both.
struct Excuse {
  std::string subject, role, reason;  // a requirement or a fault
  std::string cases = {};             // not empty: of these, a glob, it excuses the citation of that requirement
  std::uint32_t at_most = 1;          // of so many of them: one more is news
};
/// {"coffer_mutate_exceptions": 1, "exceptions": [{"requirement"|"fault": "…", "role": "client", "reason": "…"}]}, role optional; or
/// {"citation": "…", "case": "GLOB", "at_most": 16, "reason": "…"}; at_most only, and always, with a pattern.
std::expected<std::vector<Excuse>, std::string> parse_excuses(const std::string& text);

struct MutateOptions {
  RunOptions run;                              // the implementation, how patient, how many at a time; its selection narrows the cases
  std::vector<std::string> faults;             // globs; none: all
  bool every_case = false;                     // of the role with every fault; otherwise some of each other requirement
  std::uint32_t citing_max = 24;               // of each family of cases that cite it; all of them before it counts as survived
  std::chrono::milliseconds others_max{4000};  // for cases of other requirements, with each fault
  std::vector<Excuse> excuses;
  std::function<void(std::size_t done, std::size_t all, const FaultResult&)> on_fault = {};
};

struct MutateResult {
  std::string suite_version, started_at, command_line;
  std::uint64_t duration_ms = 0, seed = 0;
  Implementation implementation;
  bool every_fault = true;            // not narrowed: requirements without one were asked for
  std::vector<std::string> troubles;  // of the adapter, or of the request: not empty, nothing was judged
  std::uint32_t clean_run = 0;        // cases that ran without any fault
  std::vector<CaseResult> clean;      // of those, the ones that did not pass: they are left out
  std::vector<FaultResult> faults;    // in the order of the adapter, the server's role first
  std::vector<RequirementFaults> requirements;
  std::vector<IdleCitation> idle;  // of the cases that ran, and requirements of which every fault was tried
  std::vector<std::string> stale;  // excuses that nothing needs
  int exit_code = 0;  // 0 all killed and no citation idle, or excused; 1 not, 2 stale excuses, 4 suite, adapter or fault in trouble
};

/// Nothing is thrown: what breaks is in the result.
MutateResult mutate(const std::vector<Case>& all, const MutateOptions& options);

}  // namespace coffer::conformance
