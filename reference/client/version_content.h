// The entries of one version, read from its manifest as far as the manifest is whole.
// A lost block of it costs the entries that were in it, and the one cut off at either end.
// Must not know: where the entries go.
#pragma once

#include <string>
#include <vector>

#include "archive/entry.h"
#include "client/block_fetcher.h"

namespace coffer::client {

/// A block that cannot be used, and why.
struct LostBlock {
  Digest id{};
  std::string why;
};

struct VersionContent {
  std::vector<archive::Entry> entries;
  /// What is known of each loss, for a person: entries are missing, and no count says how many. Empty: all are there.
  Problems incomplete;
  std::vector<LostBlock> lost;  // of the manifest and its id lists
};

/// Inside a restore that has begun. Failures: the session's; local when the manifest is whole and wrong, and then nothing of it is used
/// [ARC-029, ARC-044, ARC-046].
Outcome<VersionContent> read_content(BlockFetcher& fetcher, const archive::VersionRecord& record);

}  // namespace coffer::client
