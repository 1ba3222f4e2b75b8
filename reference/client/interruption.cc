#include "client/interruption.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <array>
#include <atomic>

namespace coffer::client {
namespace {

constexpr int grace_milliseconds = 2000;
// Enough for an answer that is on its way, so that a session with a server that is there ends in order.
constexpr std::chrono::milliseconds silence_max{250};

using Clock = std::chrono::steady_clock;
std::atomic<bool> noted = false;
std::atomic<Clock::time_point> noted_at;

sigset_t ending_signals() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGTERM);
  return signals;
}

}  // namespace

Interruption::Interruption() : stop_(::eventfd(0, EFD_CLOEXEC)) {
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
  return noted && silent >= silence_max && Clock::now() - noted_at.load() >= silence_max;
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
    patience = grace_milliseconds;
  }
  ::close(source);
}

Failure interrupted() { return {ExitCode::interrupted, "interrupted"}; }

}  // namespace coffer::client
