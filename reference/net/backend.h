// What the shell asks of the server behind it. Every call may block: the shell makes them on its worker threads, never where sockets are
// served, and brings the answers back to the connection's own thread of control. Must not know: sockets, TLS.
//
// check_login: on any login worker, several at once. Everything else: on the one storage thread, one connection's calls in the order in
// which its session asked. An exception is answered with Failed.
#pragma once

#include <cstdint>
#include <optional>
#include <variant>

#include "protocol/server_session.h"

namespace coffer::net {

/// Counts up from 1 over a server's life; never used again.
using ConnectionId = std::uint64_t;

struct BlockAbsent {};
using LoadedBlock = std::variant<protocol::BlockLoaded, BlockAbsent, protocol::Failed>;

class Backend {
 public:
  virtual ~Backend() = default;

  virtual protocol::ServerAnswer check_computer(ConnectionId connection, const protocol::CheckComputer& question) = 0;
  virtual protocol::ServerAnswer check_login(ConnectionId connection, const protocol::CheckLogin& question) = 0;

  virtual protocol::ServerAnswer find_missing(ConnectionId connection, const protocol::FindMissing& question) = 0;
  virtual std::optional<protocol::Failed> store_block(ConnectionId connection, const protocol::StoreBlock& block) = 0;
  virtual protocol::ServerAnswer commit(ConnectionId connection, const protocol::CommitRequest& request) = 0;
  virtual protocol::ServerAnswer find_versions(ConnectionId connection, const protocol::FindVersions& question) = 0;
  virtual protocol::ServerAnswer begin_restore(ConnectionId connection, const protocol::BeginRestore& request) = 0;
  virtual LoadedBlock load_block(ConnectionId connection, const Digest& id) = 0;
  virtual protocol::ServerAnswer end_restore(ConnectionId connection, const protocol::EndRestore& request) = 0;

  /// A line for the event log: the session's own, and the shell's `channel_established`, `channel_failed`, `connection_refused`.
  virtual void note(ConnectionId connection, const protocol::Note& note) = 0;
  /// The session is over: after every other call for the connection but check_login, which may still be under way.
  virtual void closed(ConnectionId connection) = 0;
};

}  // namespace coffer::net
