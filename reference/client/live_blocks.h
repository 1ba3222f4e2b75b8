// The ids of all blocks that some versions have: of their manifests, id lists and content. What several versions share is read once.
// Their number is the archive's, so most lie in a file; in memory is half of each id of a manifest and id list, one for some hundred
// others. Must not know: what becomes of the others.
#pragma once

#include <limits>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "archive/entry.h"
#include "client/block_fetcher.h"
#include "client/recent_ids.h"
#include "client/sorted_ids.h"

namespace coffer::client {

class LiveBlocks {
 public:
  /// Link and keys must outlive it; a file may be made in `directory`.
  LiveBlocks(ServerLink& link, const keys::ArchiveKeys& keys, BlockFetcher::Arrived arrived, BlockFetcher::Interrupted interrupted,
             std::string directory)
      : link_(link), fetcher_(link, keys, std::move(arrived), std::move(interrupted)), ids_(std::move(directory)) {}

  /// Adds one version's. Failures: the session's; local when a block of the manifest or of an id list cannot be read [ARC-117], or the ids
  /// not be kept.
  Outcome<void> add(const archive::VersionRecord& record);

  /// After the last add(), of ids that ascend.
  Outcome<bool> contains(const Digest& id) { return ids_.contains(id); }

 private:
  Outcome<void> read_nodes(std::span<const archive::Place> row, std::uint8_t level);
  Outcome<void> read_leaves(std::span<const archive::Place> row);
  Outcome<void> read_lists(std::span<const Digest> lists, std::uint8_t depth);
  /// What an entry or a list names: content where the depth is 0, else lists, of which the new ones are added to `lists`.
  Outcome<void> take(std::span<const Digest> ids, std::uint8_t depth, std::vector<Digest>& lists);
  /// A block that is read itself; whether it is new.
  Outcome<bool> take_inner(const Digest& id);

  ServerLink& link_;
  BlockFetcher fetcher_;
  RecentIds inner_{std::numeric_limits<std::size_t>::max()};  // what was read
  SortedIds ids_;
};

}  // namespace coffer::client
