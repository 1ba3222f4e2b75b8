// Blocks on their way to a server: offered in batches, sealed by the workers only if they are missing, sent in order.
// Must not know: files, manifests.
#pragma once

#include <cstdint>
#include <functional>
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

 private:
  Outcome<void> send_all(std::vector<archive::NamedBlock> wanted);

  ServerLink& link_;
  Workers<SealingTools> workers_;
  std::vector<archive::NamedBlock> batch_;
  std::size_t batch_octets_ = 0;
  IdSet asked_;  // in this session
  IdSet owed_;
  Counts counts_;
};

}  // namespace coffer::client
