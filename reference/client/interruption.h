// Ctrl-C and SIGTERM while long work runs: noticed, so that the work ends in order and the next run goes on where it was.
// Must not know: what the work is.
#pragma once

#include <chrono>
#include <csignal>
#include <cstdint>
#include <thread>

#include "client/failure.h"

namespace coffer::client {

/// While it lives, the first signal is only noted: work ends itself, and a wait for a silent server soon (is_over). Whatever is not over
/// after the grace is ended then; so is all at a second signal. To be made before the work's threads: they leave the signals to it.
class Interruption {
 public:
  struct Pauses {
    /// Enough for an answer that is on its way, so that a session with a server that is there ends in order.
    std::uint32_t silence_ms = 250;
    std::uint32_t grace_ms = 2'000;
  };
  explicit Interruption(const Pauses& pauses);
  ~Interruption();
  Interruption(const Interruption&) = delete;
  Interruption& operator=(const Interruption&) = delete;

  /// Whether one came, to any of them: from any thread.
  static bool came();
  /// Whether what has been silent for so long is not worth waiting for any more, because one came.
  static bool is_over(std::chrono::milliseconds silent);

 private:
  void wait() const;

  const int grace_ms_;
  sigset_t before_{};
  int stop_ = -1;
  std::thread thread_;
};

/// What interrupted work ends with.
Failure interrupted();

}  // namespace coffer::client
