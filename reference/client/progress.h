// What takes longer than two seconds shows how far it is, on standard error: one line on a terminal, or with --json one JSON line a second;
// otherwise nothing at all.
#pragma once

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

#include "client/pace.h"

namespace coffer::client {

class Progress {
 public:
  /// `doing`: "backed up", "restored", "verified", "listed", "compared" or "pruned".
  Progress(std::string doing, bool as_json);
  ~Progress() { clear(); }
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  /// How far one of several destinations is with the same work.
  struct Share {
    std::string name;
    std::string_view state;
    std::uint64_t octets_sent = 0;
  };

  /// Called often; cheap when nothing is to be shown.
  void show(const WorkDone& done, const std::vector<Share>& shares = {});
  void show(const BlocksSeen& seen);
  void clear();

 private:
  bool is_due(const WorkDone& done);
  void print(const std::string& json_or_line);
  using Clock = std::chrono::steady_clock;
  const std::string doing_;
  const bool as_json_, terminal_;
  const Clock::time_point began_ = Clock::now();
  Clock::time_point shown_ = began_;
  Pace pace_;
  bool visible_ = false;
};

}  // namespace coffer::client
