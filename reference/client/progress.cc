#include "client/progress.h"

#include <unistd.h>

#include <cstdio>
#include <utility>

#include <fmt/format.h>

namespace coffer::client {

Progress::Progress() : terminal_(::isatty(STDERR_FILENO) == 1) {}

bool Progress::due() const {
  using namespace std::chrono_literals;
  const auto now = Clock::now();
  return terminal_ && now - began_ > 2s && now - shown_ > 200ms;
}

void Progress::show(const std::string& line) {
  shown_ = Clock::now();
  visible_ = true;
  fmt::print(stderr, "\r\033[K{}", line);
  std::fflush(stderr);
}

void Progress::clear() {
  if (std::exchange(visible_, false)) fmt::print(stderr, "\r\033[K");
}

}  // namespace coffer::client
