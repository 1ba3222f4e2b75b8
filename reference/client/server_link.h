// What the client's operations ask of a server, one blocking call each; a session in ready stands behind it.
// Must not know: sockets, TLS, files, keys. The unit tests put a server in memory behind it, the program a connection (net_link.h).
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include <botan/secmem.h>

#include "client/failure.h"
#include "protocol/message.h"
#include "protocol/octets.h"

namespace coffer::client {

/// Who stands at the two ends: what an archive's identifier is made of [KEY-003].
struct SessionFacts {
  std::uint64_t user = 0;
  std::uint64_t computer = 0;
  std::uint64_t server = 0;
  std::uint32_t permissions = 0;
};

struct VersionsPage {
  std::vector<protocol::VersionEntry> entries;
  bool more = false;
};

struct BlockIdsPage {
  Octets ids;  // ascending
  bool more = false;
};

/// What the server says of the archive's key; octets as they came.
struct KeyStanding {
  std::uint16_t modes = 0;  // that are permitted, as bits
  Octets escrow_key;
  Botan::secure_vector<std::uint8_t> device_key;
  Octets record;  // empty: none
};

class ServerLink {
 public:
  virtual ~ServerLink() = default;
  virtual SessionFacts facts() const = 0;

  /// Keeps an idle session alive, and notices when it is not.
  virtual Outcome<void> ping() = 0;
  /// [ARC-030] 1 to 1,024 ids, back to back. Which of them, by index, the server lacks.
  virtual Outcome<std::vector<std::uint16_t>> offer(View ids) = 0;
  /// A block named missing [ARC-034]. Returns once it is queued, not once it is stored.
  virtual Outcome<void> send(const Digest& id, const Digest& checksum, Octets sealed) = 0;
  /// Returns once the version is on the server's stable storage [ARC-060].
  virtual Outcome<void> commit(protocol::CommitVersion version) = 0;
  virtual Outcome<VersionsPage> list(std::uint64_t from) = 0;

  /// The ids of stored blocks behind `after` (zero: from the first), without those released in this session.
  virtual Outcome<BlockIdsPage> list_blocks(const Digest& after) = 0;
  /// 1 to 1,024 ids, back to back: the server forgets these blocks with the next commit of this session, and not before.
  virtual Outcome<void> release(View ids) = 0;

  virtual Outcome<KeyStanding> fetch_key() = 0;
  /// Returns once the server keeps the record durably and nothing of the one before [KEY-036].
  virtual Outcome<void> store_key(Octets record, std::uint64_t generation) = 0;
  /// The archive's key in a wrap for this one-time public key: 72 octets.
  virtual Outcome<Octets> recover_key(View recipient) = 0;
  virtual Outcome<void> change_password(View current, View replacement) = 0;

  enum class Purpose : std::uint16_t { restore = 0, verify = 1 };
  virtual Outcome<void> begin_restore(std::uint64_t version, Purpose purpose) = 0;
  using BlockSink = std::function<void(const Digest& id, Octets sealed)>;
  /// 1 to 1,024 ids, back to back. The sink gets what the server has, in order; the result names the rest by index.
  virtual Outcome<std::vector<std::uint16_t>> fetch(View ids, const BlockSink& sink) = 0;
  virtual Outcome<void> end_restore(bool complete) = 0;

  /// Goodbye. Nothing can be asked afterwards.
  virtual void leave() = 0;
};

/// A full disk, a wrong manifest or Ctrl-C is no fault of the session: a restore ends in order, and the server's log says that it was not
/// complete.
inline Failure end_in_order(ServerLink& link, const Failure& failure) {
  if (failure.code == ExitCode::local || failure.code == ExitCode::interrupted) (void)link.end_restore(false);
  return failure;
}

}  // namespace coffer::client
