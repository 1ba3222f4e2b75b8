// One line on a terminal for what takes longer than two seconds; nothing at all elsewhere.
#pragma once

#include <chrono>
#include <string>

namespace coffer::client {

class Progress {
 public:
  Progress();
  ~Progress() { clear(); }
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  /// Whether a line would be shown now: cheap, so that no text is made in vain.
  bool due() const;
  void show(const std::string& line);
  void clear();

 private:
  using Clock = std::chrono::steady_clock;
  const bool terminal_;
  const Clock::time_point began_ = Clock::now();
  Clock::time_point shown_{};
  bool visible_ = false;
};

}  // namespace coffer::client
