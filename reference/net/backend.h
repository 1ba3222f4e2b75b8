// What the shell asks of the server behind it. Every call may block: the shell makes them on its worker threads, never where sockets are
// served, and brings the answers back to the connection's own thread of control. Must not know: sockets, TLS.
//
// check_login, set_password: on any login worker, several at once. Everything else: on the one storage thread, one connection's calls in
// the order in which its session asked. An exception is answered with Failed.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <variant>
#include <vector>

#include "protocol/server_session.h"

namespace coffer::net {

/// Counts up from 1 over a server's life; never used again.
using ConnectionId = std::uint64_t;

struct BlockAbsent {};
using LoadedBlock = std::variant<protocol::BlockLoaded, BlockAbsent, protocol::Failed>;

enum class Whose : std::uint8_t { user, stranger };

class Backend {
 public:
  virtual ~Backend() = default;

  virtual protocol::ServerAnswer check_computer(ConnectionId connection, const protocol::CheckComputer& question) = 0;
  virtual protocol::ServerAnswer check_login(ConnectionId connection, const protocol::CheckLogin& question) = 0;
  /// After a check_login that admitted: makes the session its computer's one session of a verified user [IDN-026], unless closed() came
  /// first. What it answers is what the session hears.
  virtual protocol::ServerAnswer enter(ConnectionId connection, protocol::LoginAdmitted admitted) = 0;

  virtual protocol::ServerAnswer find_missing(ConnectionId connection, const protocol::FindMissing& question) = 0;
  /// Blocks of one session in the order in which they came, as many as had come when the storage thread was free. Refused or Failed, unless
  /// all is well.
  virtual std::optional<protocol::ServerAnswer> store_blocks(ConnectionId connection, std::span<const protocol::StoreBlock> blocks) = 0;
  virtual protocol::ServerAnswer commit(ConnectionId connection, const protocol::CommitRequest& request) = 0;
  virtual protocol::ServerAnswer find_versions(ConnectionId connection, const protocol::FindVersions& question) = 0;
  virtual protocol::ServerAnswer find_block_ids(ConnectionId connection, const protocol::FindBlockIds& question) = 0;
  virtual protocol::ServerAnswer stage_release(ConnectionId connection, const protocol::StageRelease& request) = 0;
  virtual protocol::ServerAnswer find_key(ConnectionId connection, const protocol::FindKey& question) = 0;
  virtual protocol::ServerAnswer keep_key(ConnectionId connection, const protocol::KeepKey& request) = 0;
  virtual protocol::ServerAnswer open_key(ConnectionId connection, const protocol::OpenKey& request) = 0;
  virtual protocol::ServerAnswer set_password(ConnectionId connection, const protocol::SetPassword& request) = 0;
  virtual protocol::ServerAnswer begin_restore(ConnectionId connection, const protocol::BeginRestore& request) = 0;
  /// What came of each of the ids (32 octets each), from the first on: at least one, and not many more than have `octets_enough` together.
  virtual std::vector<LoadedBlock> load_blocks(ConnectionId connection, View ids, std::size_t octets_enough) = 0;
  virtual protocol::ServerAnswer end_restore(ConnectionId connection, const protocol::EndRestore& request) = 0;

  /// A line for the event log: the session's own, and the shell's `channel_established`, `channel_failed`, `connection_refused` and
  /// `events_left_out`. Connection 0: the shell's own. `whose`: whether a verified user's or anybody's [LIM-007, LIM-008].
  virtual void note(ConnectionId connection, const protocol::Note& note, Whose whose) = 0;
  /// The session is over: after every other call for the connection but those of a login that may still be under way.
  virtual void closed(ConnectionId connection) = 0;
};

}  // namespace coffer::net
