// What all connections of one server share: settings, identity, the backend and its worker threads, and how many may come in.
// Every member may be used from any thread.
#pragma once

#include <algorithm>
#include <asio/io_context.hpp>
#include <asio/thread_pool.hpp>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <deque>
#include <exception>
#include <new>
#include <thread>

#include "net/backend.h"
#include "net/event_budget.h"
#include "net/server_identity.h"
#include "net/server_shell.h"

namespace coffer::net {

/// A bound on how many of something there are.
class Places {
 public:
  explicit Places(std::size_t limit) : limit_(limit) {}
  /// False, and nothing taken, when all are.
  bool take() {
    if (taken_.fetch_add(1) < limit_) return true;
    taken_.fetch_sub(1);
    return false;
  }
  void give_back() { taken_.fetch_sub(1); }

 private:
  std::size_t limit_;
  std::atomic<std::size_t> taken_ = 0;
};

/// For what nobody would notice if it were not done: without memory for it, it waits, until who ends meanwhile has freed some.
template <class Attempt>
void surely(Attempt attempt) noexcept {
  while (true) {
    try {
      return attempt();
    } catch (const std::bad_alloc&) {
      std::this_thread::sleep_for(std::chrono::milliseconds{10});
    }
  }
}

/// The clock of every deadline: it only goes forward.
inline protocol::Time now() { return std::chrono::duration_cast<protocol::Time>(std::chrono::steady_clock::now().time_since_epoch()); }

/// A thread that serves sockets. A connection lives on one of them, so that what happens to it comes in order by itself: a strand asks for
/// memory where a failure cannot be caught.
struct Loop {
  asio::io_context io{1};
  std::atomic<std::size_t> connections = 0;
};

struct ServerRoom {
  /// Connections that are to be told `busy`, or are still in their handshake, beside the unverified sessions.
  static constexpr std::size_t waiting_max = 64;

  ServerRoom(ServerShellSettings given, const ServerIdentity& key, Backend& behind)
      : settings(std::move(given)),
        identity(key),
        backend(behind),
        strangers(settings.unverified_max + waiting_max),
        sessions(settings.sessions_max),
        unverified(settings.unverified_max),
        stranger_events(settings.stranger_events_per_minute),
        loops(std::max(1U, settings.io_threads)),
        storage(1),
        logins(settings.login_threads) {}

  Loop& least_busy() {
    return *std::ranges::min_element(loops, {}, [](const Loop& loop) { return loop.connections.load(); });
  }

  /// To the event log, on the storage thread. Nobody waits for it, and the backend logs its own trouble: its exceptions stop here.
  void note(ConnectionId connection, const protocol::Note& note, Whose whose) noexcept {
    try {
      backend.note(connection, note, whose);
    } catch (const std::exception&) {
    }
  }

  const ServerShellSettings settings;
  const ServerIdentity identity;
  Backend& backend;

  // [LIM-002] A server must bound the number of connections that have not verified a user.
  Places strangers;   // connections without a verified user, for as long as anything of them is under way
  Places sessions;    // sessions
  Places unverified;  // sessions without a verified user
  EventBudget stranger_events;
  /// Octets of received blocks that wait for the storage thread, of all connections.
  std::atomic<std::size_t> unstored_octets = 0;

  std::deque<Loop> loops;
  asio::thread_pool storage, logins;
};

}  // namespace coffer::net
