// The entries of one version, read from its manifest as far as the manifest is whole.
// Must not know: where the entries go.
#pragma once

#include <optional>
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
  /// Set when a block of the manifest is lost: what is known of the loss, for a person. entries are then those before it.
  std::optional<std::string> incomplete;
  std::vector<LostBlock> lost;  // of the manifest and its id lists
};

/// Inside a restore that has begun. Failures: the session's; local when the manifest is whole and wrong, and then nothing of it is used
/// [ARC-029, ARC-044, ARC-046].
Outcome<VersionContent> read_content(BlockFetcher& fetcher, const archive::VersionRecord& record);

}  // namespace coffer::client
