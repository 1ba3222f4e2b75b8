// Blocks on their way to a server: offered in batches, sealed by the workers, sent in order if they are missing. As long as nearly all are
// missing, as in a first backup, they are sealed before the answer is there; otherwise only what is missing is sealed.
// Must not know: files, manifests.
#pragma once

#include <cstdint>
#include <functional>
#include <future>
#include <memory>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "archive/block.h"
#include "archive/manifest.h"
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

/// A vault and a generator of nonces: what one worker needs.
struct SealingTools {
  archive::BlockVault vault;
  std::unique_ptr<Botan::RandomNumberGenerator> random;
};
using MakeRandom = std::function<std::unique_ptr<Botan::RandomNumberGenerator>()>;

class BlockSender {
 public:
  struct Counts {
    std::uint64_t blocks_sent = 0;
    std::uint64_t octets_sent = 0;  // sealed
  };

  /// The link must outlive the sender. make_random is called once on each worker.
  BlockSender(ServerLink& link, const keys::ArchiveKeys& keys, MakeRandom make_random);

  /// Asks about blocks whose content is not at hand. The ids among them that the server lacks: they must come before the commit.
  Outcome<std::vector<Digest>> ask(const std::vector<Digest>& ids);
  /// Takes a block; sends a batch once one is full.
  Outcome<void> add(archive::NamedBlock block);
  /// Sends what is left.
  Outcome<void> flush();
  /// Ids that were named missing and have not been sent.
  const IdSet& owed() const { return owed_; }
  /// Whether the server had the block, or it was sent.
  bool settled(const Digest& id) const { return asked_.contains(id) && !owed_.contains(id); }
  const Counts& counts() const { return counts_; }
  /// Called after each block that was sent.
  std::function<void()> on_sent = [] {};
  /// Asked before each block: true ends the sending with `interrupted`.
  std::function<bool()> interrupted = [] { return false; };

 private:
  struct Sealed {
    Octets octets;
    Digest checksum{};
  };
  /// What one worker seals in one go, as small blocks would cost more to hand over than to seal; not gone before the worker is done with
  /// it.
  struct Group {
    ~Group() {
      if (sealing.valid()) sealing.wait();
    }
    std::vector<archive::NamedBlock> blocks;
    std::size_t octets = 0;
    std::future<std::expected<std::vector<Sealed>, archive::ArchiveError>> sealing;  // once begun
  };
  void begin_sealing(Group& group);
  void close_group();
  Outcome<void> send_all(std::vector<std::unique_ptr<Group>> groups, bool only_owed);

  ServerLink& link_;
  // The batch; groups stay where they are while a worker looks at them. Before the workers, who are waited for first.
  std::vector<std::unique_ptr<Group>> groups_;
  std::unique_ptr<Group> filling_ = std::make_unique<Group>();
  IdSet batch_ids_;
  std::size_t batch_octets_ = 0;
  bool all_missing_ = false;  // nearly all of the batch before
  Workers<SealingTools> workers_;
  IdSet asked_;  // in this session
  IdSet owed_;
  Counts counts_;
};

}  // namespace coffer::client
