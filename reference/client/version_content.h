// The entries of one version, read from its manifest as far as that can be had: a lost block of it costs the entries in or under it.
// Must not know: where the entries go.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "archive/entry.h"
#include "archive/manifest.h"
#include "client/block_fetcher.h"

namespace coffer::client {

/// A block that cannot be used, and why.
struct LostBlock {
  Digest id{};
  std::string why;
};

struct VersionContent {
  /// In order of their paths. Of a file, `blocks` are the ids of all its content, and `depth` is 0.
  std::vector<archive::Entry> entries;
  /// What is known of each loss, for a person: which entries are missing. Empty: all are there.
  Problems incomplete;
  std::vector<LostBlock> lost;  // of the manifest and its id lists
};

/// Which parts of a manifest are read: those for whose place this is true.
using Wanted = std::function<bool(const archive::Place&)>;
inline bool everything(const archive::Place&) { return true; }

/// Inside a restore that has begun. Entries that nobody wants may come along with others. Failures: the session's; local when the manifest
/// is whole and wrong, and then nothing of it is used [ARC-029, ARC-044, ARC-046, ARC-064].
Outcome<VersionContent> read_content(BlockFetcher& fetcher, const archive::VersionRecord& record, const Wanted& wanted = everything);

}  // namespace coffer::client
