#include "client/version_diff.h"

#include <algorithm>
#include <iterator>
#include <unordered_set>

#include <fmt/format.h>

#include "archive/manifest.h"
#include "client/block_sender.h"
#include "client/manifest_reader.h"
#include "client/printable.h"

namespace coffer::client {
namespace {

/// One level of a version's tree, as far as the other version has not the same.
struct Side {
  std::vector<archive::Place> row;
  int level = 0;
  std::vector<archive::Entry> entries;
};

class Diff {
 public:
  Diff(BlockFetcher& fetcher, const archive::VersionRecord& before, const archive::VersionRecord& after)
      : fetcher_(fetcher), before_(begin(before)), after_(begin(after)) {}

  Outcome<VersionDiff> run() {
    while (true) {
      if (before_.level == after_.level) drop_common();
      if (before_.level == 0 && after_.level == 0) break;
      Side& higher = before_.level >= after_.level ? before_ : after_;
      if (auto read = descend(higher); !read) return std::unexpected(read.error());
    }
    for (Side* side : {&before_, &after_})
      if (auto read = read_entries(*side); !read) return std::unexpected(read.error());
    compare();
    return std::move(diff_);
  }

 private:
  static Side begin(const archive::VersionRecord& record) {
    Side side{.row = {}, .level = record.depth, .entries = {}};
    if (record.root) side.row.push_back({*record.root, {}, std::nullopt});
    return side;
  }

  void drop_common() {
    std::unordered_set<Digest, DigestHash> here, there;
    for (const archive::Place& place : before_.row) here.insert(place.id);
    for (const archive::Place& place : after_.row) there.insert(place.id);
    std::erase_if(before_.row, [&](const archive::Place& place) { return there.contains(place.id); });
    std::erase_if(after_.row, [&](const archive::Place& place) { return here.contains(place.id); });
  }

  void lose(const archive::Place& place, const std::string& why) {
    diff_.incomplete.push_back({"", fmt::format("a part of the list of files is lost ({}), from /{} on", why, printable(place.first))});
  }

  Outcome<void> descend(Side& side) {
    auto below = read_children(fetcher_, side.row, [this](const auto& place, const auto& why) { lose(place, why); });
    if (!below) return std::unexpected(below.error());
    side.row = std::move(*below);
    --side.level;
    return {};
  }

  Outcome<void> read_entries(Side& side) {
    const auto take = [&](std::vector<archive::Entry> entries) { std::ranges::move(entries, std::back_inserter(side.entries)); };
    return read_leaves(fetcher_, side.row, take, [this](const auto& place, const auto& why) { lose(place, why); });
  }

  void compare() {
    auto before = before_.entries.begin();
    auto after = after_.entries.begin();
    while (before != before_.entries.end() || after != after_.entries.end()) {
      if (after == after_.entries.end() || (before != before_.entries.end() && before->path < after->path)) {
        diff_.removed.push_back(std::move(*before++));
      } else if (before == before_.entries.end() || after->path < before->path) {
        diff_.added.push_back(std::move(*after++));
      } else {
        auto fields = different_fields(*before, *after);
        if (!fields.empty()) diff_.changed.push_back({std::move(*before), std::move(*after), std::move(fields)});
        ++before, ++after;
      }
    }
  }

  BlockFetcher& fetcher_;
  Side before_, after_;
  VersionDiff diff_;
};

}  // namespace

std::vector<std::string_view> different_fields(const archive::Entry& before, const archive::Entry& after) {
  std::vector<std::string_view> fields;
  const auto differ = [&](std::string_view name, bool different) {
    if (different) fields.push_back(name);
  };
  differ("type", before.type != after.type);
  differ("content", before.blocks != after.blocks || before.depth != after.depth || before.extents != after.extents);
  differ("size", before.size != after.size);
  differ("target", before.target != after.target);
  differ("mode", before.mode != after.mode);
  differ("modified", before.modified_ns != after.modified_ns);
  differ("owner", before.owner != after.owner || before.owner_name != after.owner_name);
  differ("group", before.group != after.group || before.group_name != after.group_name);
  differ("attributes", before.attributes != after.attributes);
  differ("device", before.device != after.device);
  return fields;
}

Outcome<VersionDiff> diff_versions(BlockFetcher& fetcher, const archive::VersionRecord& before, const archive::VersionRecord& after) {
  return Diff(fetcher, before, after).run();
}

}  // namespace coffer::client
