// What a run found, as plain data: the judge fills it, report.json is written from it, every other report is derived. Must not know: JSON,
// sockets.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "judge/verdict.h"
#include "peer/transcript.h"

namespace coffer::conformance {

/// One execution of a script: the case's or its twin's.
struct ScriptResult {
  bool ran = false;
  Verdict verdict = Verdict::none;
  std::string expected;  // of the first expectation that was not met; empty on a pass
  std::string actual;
  bool on_the_way = false;  // it was of a scene that many cases share, not of what this one is about
  std::string note;         // anything else worth saying: a lenient reason, the state that was not reached
  std::uint64_t duration_us = 0;
  Transcript transcript;
};

/// How the verdict stands against the baseline file.
enum class Standing : std::uint8_t {
  as_expected,  // passes and none is listed, or fails as listed
  unexpected,   // does not pass, and is not listed
  stale,        // listed, but passes now: the list is wrong
};
std::string_view name(Standing standing);

struct CaseResult {
  std::string id;                         // framing.control_length_over_limit
  std::string chapter;                    // 03-framing: of the first requirement
  std::vector<std::string> requirements;  // FRM-008 …
  std::string level;                      // MUST, SHOULD
  std::string role;                       // server, client: of the implementation under test
  std::string goal;                       // one sentence
  Verdict verdict = Verdict::none;        // of script and twin together
  Skip skip = Skip::no;
  std::string skip_reason;  // in words, when skipped
  Standing standing = Standing::as_expected;
  std::string baseline_reason;  // as the baseline file gives it, when the case is listed
  std::uint32_t iteration = 1;  // of --repeat
  ScriptResult script;
  bool has_twin = false;  // a rejection case: its pass counts only together with the twin's
  ScriptResult twin;
  std::uint64_t seed = 0;      // of this iteration
  std::string reproduce;       // one line for a shell
  std::string adapter_stderr;  // what the adapter wrote while the case ran (its end, at most 8 KiB); kept unless it passed
};

struct Implementation {
  std::string name;  // as the adapter's hello says, or host:port
  std::string version;
  std::vector<std::string> roles;             // server, client
  std::map<std::string, std::string> claims;  // the ICS, flattened: "channels" -> "tls" …
  std::string adapter_command;                // empty with --connect
  std::vector<std::string> vectors = {};      // kinds of test vectors that it answers
  bool destinations = false;                  // whether its client backs up to several
};

struct Counts {
  std::uint32_t selected = 0;  // the denominator: cases chosen × iterations
  std::uint32_t pass = 0, warn = 0, inconclusive = 0, fail = 0, error = 0, not_applicable = 0, unimplemented = 0, not_run = 0;
  std::uint32_t unexpected = 0, stale = 0, expected_failures = 0;
};

struct RequirementCover {
  std::string id;
  std::string level, role, judged, provenance, chapter, sentence;
  std::vector<std::string> cases;   // every case that names it, run or not
  Verdict verdict = Verdict::none;  // the worst of those that ran; none when none did
};

struct RunResult {
  std::string suite_version;
  std::string started_at;  // 2025-01-31T12:00:00Z
  std::uint64_t duration_ms = 0;
  std::uint64_t seed = 0;
  bool strict = true;  // about reason codes
  std::uint64_t answer_ms = 0;
  std::string connect, pin, fixture, fault;  // as they were asked for; empty: not
  std::uint32_t jobs = 1, shard = 1, shards = 1, repeat = 1;
  std::string command_line;
  std::string reproduce;  // the line for a shell that repeats one case, whose id stands there as CASE
  Implementation implementation;
  std::vector<std::string> preflight_faults;  // of the adapter; not empty: nothing was run
  std::vector<std::string> parting_faults;    // of the adapter, once its last case was over: a reply too many, a bad end
  std::vector<std::string> hints;             // what may lie behind many verdicts at once, and what to do about it
  Counts counts;
  std::vector<CaseResult> cases;               // in the suite's order, whatever the workers' was
  std::vector<RequirementCover> requirements;  // every requirement of the specification, in its order
  std::vector<std::string> stale_unknown;      // baseline entries that name no case of the suite
  int exit_code = 0;  // 0 as expected, 1 unexpected failure, 2 stale baseline, 3 inconclusive or incomplete, 4 suite or adapter error
};

}  // namespace coffer::conformance
