// A fuzz campaign against an implementation: traces of traces are played by workers, what is new is kept, what is wrong is tried again,
// made short and graded. Must not know: command lines, the form in which anything is told.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "campaign/reach.h"
#include "campaign/target.h"

namespace coffer::conformance {

struct CampaignOptions {
  Subject subject;
  Role role = Role::server;
  Patience patience{std::chrono::milliseconds(2000), true};
  std::uint64_t seed = 1, guids_apart = 0;
  std::uint64_t runs = 0;        // 0: as many as time allows
  std::chrono::seconds time{0};  // 0: as long as the runs take
  std::uint32_t jobs = 1;
  std::vector<trace::Trace> corpus = {};                                 // beside the walks
  std::uint64_t run_memory_octets = 64U << 20, run_processor_ms = 2000;  // that one trace may cost the server
  std::uint64_t memory_octets = 512U << 20;                              // that its process may grow by over the whole campaign
  bool stop_at_first = false;                                            // a finding that is stable ends it
  std::chrono::milliseconds tell_each{5000};
  std::function<void(const struct Progress&)> on_progress = {};
  std::function<void(const struct Finding&)> on_finding = {};  // one at a time
  std::function<void(const trace::Trace&)> on_new = {};        // worth keeping; one at a time
};

struct Progress {
  double seconds = 0, since_new = 0;
  std::uint64_t runs = 0, sessions = 0, corpus = 0, findings = 0;
  double runs_per_second = 0, sessions_per_second = 0;  // since the last time
  Tally states, transitions, reasons;
};

/// How often it came again when it was tried again.
enum class Grade : std::uint8_t { stable, flaky };
std::string_view name(Grade grade);

struct Finding {
  Complaint complaint;
  trace::Trace trace;
  Grade grade = Grade::flaky;
  unsigned again = 0;  // of three
  std::uint64_t run = 0;
  double seconds = 0;
  Transcript transcript = {};
  std::string name() const;  // of a file: the rule, where, and a number that follows from the signature
};

struct CampaignResult {
  Progress last;
  std::vector<Finding> findings;
  std::vector<std::string> missing;  // transitions that were not seen
  std::string trouble;               // of the suite or the adapter; empty: none
};

inline constexpr unsigned tries = 3;

CampaignResult campaign(const CampaignOptions& options);

/// Plays one trace once, as a campaign does, with all that happened on the wire.
struct Replayed {
  Played played;
  Transcript transcript;
};
Replayed replay(const trace::Trace& trace, const CampaignOptions& options);

}  // namespace coffer::conformance
