// The ids of all blocks that some versions have: of their manifests, id lists and content. What several versions share is read once.
// Must not know: what becomes of the others.
#pragma once

#include <functional>
#include <utility>

#include "archive/entry.h"
#include "client/block_fetcher.h"

namespace coffer::client {

class LiveBlocks {
 public:
  /// Both must outlive it.
  LiveBlocks(ServerLink& link, const keys::ArchiveKeys& keys, BlockFetcher::Arrived arrived)
      : link_(link), fetcher_(link, keys, std::move(arrived)) {}

  /// Adds one version's. Failures: the session's; local when a block of the manifest or of an id list cannot be read [ARC-117].
  Outcome<void> add(const archive::VersionRecord& record);

  bool contains(const Digest& id) const { return ids_.contains(id); }
  std::size_t count() const { return ids_.size(); }

 private:
  Outcome<void> read(const archive::VersionRecord& record);
  Outcome<void> read_leaves(const std::vector<archive::Place>& row);
  Outcome<void> read_lists(std::vector<Digest> lists, std::uint8_t depth);
  /// Those of `ids` that are new.
  std::vector<Digest> take(const std::vector<Digest>& ids);

  ServerLink& link_;
  BlockFetcher fetcher_;
  IdSet ids_;
};

}  // namespace coffer::client
