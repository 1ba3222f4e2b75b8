// What two versions have in common and what not, reading only what they do not share: equal parts of two trees are equal blocks.
// Must not know: how it is shown.
#pragma once

#include <string_view>
#include <vector>

#include "archive/entry.h"
#include "client/block_fetcher.h"
#include "client/failure.h"

namespace coffer::client {

struct ChangedEntry {
  archive::Entry before, after;
  std::vector<std::string_view> fields;  // "content", "mode", …
};

struct VersionDiff {
  std::vector<archive::Entry> added, removed;
  std::vector<ChangedEntry> changed;
  Problems incomplete;  // parts of either that are lost
};

/// Inside a restore that has begun. Failures: the session's; local when a manifest is whole and wrong.
Outcome<VersionDiff> diff_versions(BlockFetcher& fetcher, const archive::VersionRecord& before, const archive::VersionRecord& after);

/// In which fields two entries of one path differ.
std::vector<std::string_view> different_fields(const archive::Entry& before, const archive::Entry& after);

}  // namespace coffer::client
