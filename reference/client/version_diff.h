// What two versions have in common and what not, reading only what they do not share: equal parts of two trees are equal blocks.
// Must not know: how it is shown.
#pragma once

#include <functional>
#include <string_view>
#include <vector>

#include "archive/entry.h"
#include "client/block_fetcher.h"
#include "client/failure.h"

namespace coffer::client {

/// One of the two is null of what was added or removed; else the fields say in what they differ: "content", "mode", …
struct Difference {
  const archive::Entry* before = nullptr;
  const archive::Entry* after = nullptr;
  std::vector<std::string_view> fields = {};
};
using TakeDifference = std::function<void(const Difference&)>;

/// Inside a restore that has begun; in the order of their paths. Gives the parts of either that are lost. Failures: the session's; local
/// when a manifest is whole and wrong, and then nothing of what was taken counts.
Outcome<Problems> diff_versions(BlockFetcher& fetcher, const archive::VersionRecord& before, const archive::VersionRecord& after,
                                const TakeDifference& take);

/// In which fields two entries of one path differ.
std::vector<std::string_view> different_fields(const archive::Entry& before, const archive::Entry& after);

}  // namespace coffer::client
