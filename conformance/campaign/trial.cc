#include "campaign/trial.h"

#include <fmt/format.h>

namespace coffer::conformance {

namespace {
constexpr std::uint64_t plays_to_settle = 500;
}

Trial::Trial(const CampaignOptions& options, std::unique_ptr<Target> target, std::string label)
    : options_(options), target_(std::move(target)), label_(std::move(label)) {}

Played Trial::play(const trace::Trace& trace, Recorder::Keeps keeps) {
  Recorder recorder(keeps);
  Stage stage{.recorder = recorder,
              .random = Random(options_.seed, fmt::format("{} {}", label_, plays_), options_.guids_apart),
              .patience = options_.patience};
  ++plays_;
  const auto before = target_->cost();
  auto played = target_->play(trace, stage);
  if (before && played.complaints.empty()) judge_cost(*before, played);
  transcript_ = recorder.take();
  return played;
}

void Trial::judge_cost(const Cost& before, Played& played) {
  const auto complain = [&](std::string rule, std::string expected, std::string actual) {
    played.complaints.push_back({std::move(rule), "a process", "a trace", std::move(expected), std::move(actual)});
  };
  const auto after = target_->cost();
  if (!after) return complain("liveness", "a process that runs", "none");
  const auto mebioctets = [](std::uint64_t octets) { return fmt::format("{} MiB", octets >> 20); };
  const auto grown = [&](const Cost& from) {
    return after->memory_octets < from.memory_octets ? 0 : after->memory_octets - from.memory_octets;
  };
  if (after->processor_ms < before.processor_ms) return;  // it was started again
  if (after->processor_ms - before.processor_ms > options_.run_processor_ms)
    complain("processor time", fmt::format("at most {} ms for a trace", options_.run_processor_ms),
             fmt::format("{} ms", after->processor_ms - before.processor_ms));
  else if (grown(before) > options_.run_memory_octets)
    complain("memory", "at most " + mebioctets(options_.run_memory_octets) + " more for a trace", mebioctets(grown(before)));
  if (++since_renewed_ == plays_to_settle) warm_ = after;
  if (warm_ && grown(*warm_) > options_.memory_octets)
    complain("memory", "at most " + mebioctets(options_.memory_octets) + " more over a campaign", mebioctets(grown(*warm_)));
}

bool Trial::shows(const trace::Trace& trace, const std::string& signature) {
  const auto played = play(trace);
  return !played.complaints.empty() && played.complaints.front().signature() == signature;
}

trace::Trace Trial::shortened(trace::Trace trace, const std::string& signature) {
  // Halves first: steps that only make sense together go together.
  for (auto size = trace.size() / 2; size > 0; size /= 2)
    for (std::size_t at = 0; at + size <= trace.size();) {
      auto shorter = trace;
      const auto begin = shorter.begin() + static_cast<std::ptrdiff_t>(at);
      shorter.erase(begin, begin + static_cast<std::ptrdiff_t>(size));
      if (shows(shorter, signature))
        trace = std::move(shorter);
      else
        ++at;
    }
  return trace;
}

Finding Trial::examine(trace::Trace trace, Complaint complaint) {
  const auto signature = complaint.signature();
  const auto renew = [this] {
    target_->renew();
    since_renewed_ = 0;
    warm_.reset();
  };
  Finding finding{.complaint = std::move(complaint), .trace = {}};
  for (unsigned i = 0; i < tries; ++i) {
    renew();
    if (shows(trace, signature)) ++finding.again;
  }
  finding.grade = finding.again == tries ? Grade::stable : Grade::flaky;
  const bool waits = signature.find("nothing in time") != std::string::npos;  // each attempt would cost the whole patience
  if (finding.grade == Grade::stable && !waits) {
    trace.resize(std::min(trace.size(), finding.complaint.step + 1));
    trace = shortened(std::move(trace), signature);
  }
  renew();
  const auto played = play(trace, Recorder::Keeps::everything);
  if (!played.complaints.empty() && played.complaints.front().signature() == signature) finding.complaint = played.complaints.front();
  finding.transcript = take_transcript();
  finding.trace = std::move(trace);
  renew();
  return finding;
}

}  // namespace coffer::conformance
