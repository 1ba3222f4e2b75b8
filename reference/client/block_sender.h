// Blocks on their way to a server in one session: offered in batches, sealed by the workers, sent in order if they are missing. As long as
// nearly all are missing, as in a first backup, they are sealed before the answer is there; otherwise only what is missing is sealed.
// Must not know: files, manifests, other destinations.
#pragma once

#include <cstdint>
#include <functional>
#include <future>
#include <memory>
#include <mutex>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "archive/block.h"
#include "archive/manifest.h"
#include "client/recent_ids.h"
#include "client/server_link.h"
#include "client/workers.h"

namespace coffer::client {

struct DigestHash {
  std::size_t operator()(const Digest& digest) const {
    std::size_t hash = 0;  // an id is a keyed hash already
    for (std::size_t i = 0; i < sizeof hash; ++i) hash = hash << 8 | digest[i];
    return hash;
  }
};
using IdSet = std::unordered_set<Digest, DigestHash>;

/// A block that was read, on its way to one server or several. Compressed once, by the first that lacks it.
class SharedBlock {
 public:
  explicit SharedBlock(archive::NamedBlock block) : block_(std::move(block)) {}

  const Digest& id() const { return block_.id; }
  archive::BlockKind kind() const { return block_.kind; }
  View octets() const { return block_.octets; }
  /// From any thread, with a vault of its own.
  const std::expected<Octets, archive::ArchiveError>& packed(archive::BlockVault& vault) {
    std::call_once(once_, [&] { packed_ = vault.pack(block_.octets); });
    return packed_;
  }

 private:
  archive::NamedBlock block_;
  std::once_flag once_;
  std::expected<Octets, archive::ArchiveError> packed_;
};
using BlockPointer = std::shared_ptr<SharedBlock>;

/// A vault for each destination and a generator of nonces: what one worker needs.
struct SealingTools {
  std::vector<archive::BlockVault> vaults;
  std::unique_ptr<Botan::RandomNumberGenerator> random;
};
using SealingWorkers = Workers<SealingTools>;
using MakeRandom = std::function<std::unique_ptr<Botan::RandomNumberGenerator>()>;

/// One for each processor. make_random is called once on each.
std::unique_ptr<SealingWorkers> make_sealing_workers(std::vector<keys::ArchiveKeys> destinations, MakeRandom make_random);

class BlockSender {
 public:
  struct Counts {
    std::uint64_t blocks_sent = 0;
    std::uint64_t octets_sent = 0;  // sealed
  };

  /// All must outlive the sender. `destination`: whose vault of the workers'.
  BlockSender(ServerLink& link, SealingWorkers& workers, std::size_t destination)
      : link_(link), workers_(workers), destination_(destination) {}

  /// Asks about blocks whose content is not at hand. The ids among them that the server lacks: they must come before the commit.
  Outcome<std::vector<Digest>> ask(const std::vector<Digest>& ids);
  /// Takes a block; sends a batch once one is full.
  Outcome<void> add(BlockPointer block);
  /// Sends what is left.
  Outcome<void> flush();
  /// Ids that were named missing and have not been sent.
  const IdSet& owed() const { return owed_; }
  const Counts& counts() const { return counts_; }
  /// Called after each block that was sent.
  std::function<void()> on_sent = [] {};
  /// Asked before each block: true ends the sending with `interrupted`.
  std::function<bool()> interrupted = [] { return false; };

 private:
  struct Sealed {
    Digest id{};
    Octets octets;
    Digest checksum{};
  };
  /// What one worker seals in one go, as small blocks would cost more to hand over than to seal; not gone before the worker is done with
  /// it.
  struct Group {
    ~Group() {
      if (sealing.valid()) sealing.wait();
    }
    std::vector<Digest> ids;
    std::vector<BlockPointer> blocks;  // a worker's, once it seals them
    std::size_t octets = 0;
    std::future<std::expected<std::vector<Sealed>, archive::ArchiveError>> sealing;  // once begun
  };
  void begin_sealing(Group& group);
  std::expected<Octets, archive::ArchiveError> seal(SealingTools& tools, SharedBlock& block) const;
  void close_group();
  Outcome<void> send_all(std::vector<std::unique_ptr<Group>> groups, bool only_owed);

  ServerLink& link_;
  SealingWorkers& workers_;
  const std::size_t destination_;
  // The batch; groups stay where they are while a worker looks at them.
  std::vector<std::unique_ptr<Group>> groups_;
  std::unique_ptr<Group> filling_ = std::make_unique<Group>();
  IdSet batch_ids_;
  std::size_t batch_octets_ = 0;
  bool all_missing_ = false;  // nearly all of the batch before
  RecentIds asked_;           // in this session; what it has forgotten is offered again
  IdSet owed_;
  Counts counts_;
};

}  // namespace coffer::client
