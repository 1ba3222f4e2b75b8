// The blocks of a manifest, a row at a time, from a server. Must not know: what their entries are for.
#pragma once

#include <functional>
#include <span>
#include <string>
#include <vector>

#include "archive/entry.h"
#include "archive/manifest.h"
#include "client/block_fetcher.h"

namespace coffer::client {

/// Told of each block that is lost: where it stands, and why there is none.
using LosePlace = std::function<void(const archive::Place&, const std::string& why)>;

/// The manifest is whole and wrong.
Failure refuse_manifest(archive::ArchiveError error);

/// The children that the nodes in a row name, in order. Failures: the session's; local when a node is wrong.
Outcome<std::vector<archive::Place>> read_children(BlockFetcher& fetcher, std::span<const archive::Place> row, const LosePlace& lose);

/// The entries of the leaves in a row, leaf by leaf. Failures: likewise.
Outcome<void> read_leaves(BlockFetcher& fetcher, std::span<const archive::Place> row,
                          const std::function<void(std::vector<archive::Entry> entries)>& take, const LosePlace& lose);

}  // namespace coffer::client
