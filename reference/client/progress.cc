#include "client/progress.h"

#include <unistd.h>

#include <cstdio>
#include <utility>

#include <fmt/format.h>

namespace coffer::client {

Progress::Progress(std::string doing, bool as_json)
    : doing_(std::move(doing)), as_json_(as_json), terminal_(::isatty(STDERR_FILENO) == 1) {}

void Progress::show(const WorkDone& done) {
  using namespace std::chrono_literals;
  if (!as_json_ && !terminal_) return;
  const auto now = Clock::now();
  if (now - shown_ < (as_json_ ? 1000ms : 200ms)) return;
  shown_ = now;
  pace_.note(std::chrono::duration_cast<Pace::Moment>(now - began_), done);
  if (now - began_ < 2s) return;
  if (as_json_) {
    fmt::print(stderr, "{}\n", json_of(doing_, done, pace_));
  } else {
    visible_ = true;
    fmt::print(stderr, "\r\033[K{} {}", doing_, line_of(done, pace_));
  }
  std::fflush(stderr);
}

void Progress::clear() {
  if (std::exchange(visible_, false)) fmt::print(stderr, "\r\033[K");
}

}  // namespace coffer::client
