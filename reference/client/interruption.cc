#include "client/interruption.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <limits>

namespace coffer::client {
namespace {

using Clock = std::chrono::steady_clock;
std::atomic<bool> noted = false;
std::atomic<Clock::time_point> noted_at;
std::atomic<std::chrono::milliseconds> silence_max;

sigset_t ending_signals() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGTERM);
  return signals;
}

}  // namespace

Interruption::Interruption(const Pauses& pauses)
    : grace_ms_(static_cast<int>(std::min<std::uint32_t>(pauses.grace_ms, std::numeric_limits<int>::max()))),
      stop_(::eventfd(0, EFD_CLOEXEC)) {
  silence_max = std::chrono::milliseconds(pauses.silence_ms);
  const sigset_t signals = ending_signals();
  pthread_sigmask(SIG_BLOCK, &signals, &before_);
  thread_ = std::thread([this] { wait(); });
}

Interruption::~Interruption() {
  ::eventfd_write(stop_, 1);
  thread_.join();
  ::close(stop_);
  pthread_sigmask(SIG_SETMASK, &before_, nullptr);
}

bool Interruption::came() { return noted; }

bool Interruption::is_over(std::chrono::milliseconds silent) {
  return noted && silent >= silence_max.load() && Clock::now() - noted_at.load() >= silence_max.load();
}

void Interruption::wait() const {
  const sigset_t signals = ending_signals();
  const int source = ::signalfd(-1, &signals, SFD_CLOEXEC);
  std::array<pollfd, 2> either{{{stop_, POLLIN, 0}, {source, POLLIN, 0}}};
  int patience = -1;
  while (true) {
    const int ready = ::poll(either.data(), either.size(), patience);
    if (ready < 0) continue;
    if (either[0].revents != 0) break;
    if (ready == 0 || patience >= 0) ::_exit(static_cast<int>(ExitCode::interrupted));
    signalfd_siginfo came{};
    if (::read(source, &came, sizeof came) != sizeof came) continue;
    noted_at = Clock::now();
    noted = true;
    patience = grace_ms_;
  }
  ::close(source);
}

Failure interrupted() { return {ExitCode::interrupted, "interrupted"}; }

}  // namespace coffer::client
