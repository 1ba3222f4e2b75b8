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

std::atomic<bool> noted = false;

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
    noted = true;
    patience = grace_milliseconds;
  }
  ::close(source);
}

Failure interrupted() { return {ExitCode::interrupted, "interrupted"}; }

}  // namespace coffer::client
