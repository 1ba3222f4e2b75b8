// Ctrl-C and SIGTERM while long work runs: noticed, so that the work ends in order and the next run goes on where it was.
// Must not know: what the work is.
#pragma once

#include <chrono>
#include <csignal>
#include <thread>

#include "client/failure.h"

namespace coffer::client {

/// While it lives, the first signal is only noted: work ends itself, and a wait for a silent server soon (is_over). Whatever is not over
/// two seconds later is ended then; so is all at a second signal. To be made before the work's threads: they leave the signals to it.
class Interruption {
 public:
  Interruption();
  ~Interruption();
  Interruption(const Interruption&) = delete;
  Interruption& operator=(const Interruption&) = delete;

  /// Whether one came, to any of them: from any thread.
  static bool came();
  /// Whether what has been silent for so long is not worth waiting for any more, because one came.
  static bool is_over(std::chrono::milliseconds silent);

 private:
  void wait() const;

  sigset_t before_{};
  int stop_ = -1;
  std::thread thread_;
};

/// What interrupted work ends with.
Failure interrupted();

}  // namespace coffer::client
