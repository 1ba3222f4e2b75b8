// What all connections of one server share: settings, identity, the backend and its worker threads, and how many may come in.
// Every member may be used from any thread.
#pragma once

#include <asio/io_context.hpp>
#include <asio/thread_pool.hpp>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <exception>

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

/// The clock of every deadline: it only goes forward.
inline protocol::Time now() { return std::chrono::duration_cast<protocol::Time>(std::chrono::steady_clock::now().time_since_epoch()); }

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
        storage(1),
        logins(settings.login_threads) {}

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

  asio::io_context io;
  asio::thread_pool storage, logins;
};

}  // namespace coffer::net
