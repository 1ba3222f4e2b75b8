// One worker's part of a campaign: plays a trace and judges what it cost; tries a complaint again, makes its trace short, and grades it.
// Must not know: other workers, corpora.
#pragma once

#include "campaign/campaign.h"

namespace coffer::conformance {

class Trial {
 public:
  /// `label`: what sets its made-up values apart from other workers'.
  Trial(const CampaignOptions& options, std::unique_ptr<Target> target, std::string label);

  Played play(const trace::Trace& trace, Recorder::Keeps keeps = Recorder::Keeps::nothing);
  /// What the last play with a recorder wrote.
  Transcript take_transcript() { return std::move(transcript_); }
  /// The complaint of a trace as a finding; the target is made anew before and behind.
  Finding examine(trace::Trace trace, Complaint complaint);

 private:
  trace::Trace shortened(trace::Trace trace, const std::string& signature);
  bool shows(const trace::Trace& trace, const std::string& signature);
  void judge_cost(const Cost& before, Played& played);

  const CampaignOptions& options_;
  std::unique_ptr<Target> target_;
  std::string label_;
  std::uint64_t plays_ = 0, since_renewed_ = 0;
  std::optional<Cost> warm_;  // of a process that has settled
  Transcript transcript_;
};

}  // namespace coffer::conformance
