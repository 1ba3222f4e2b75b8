#include "client/version_diff.h"

#include <algorithm>
#include <compare>
#include <deque>
#include <iterator>
#include <span>
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
  std::size_t read = 0;                // leaves of the row
  std::deque<archive::Entry> entries;  // of those
};

constexpr std::size_t leaves_at_once = 64;

class Diff {
 public:
  Diff(BlockFetcher& fetcher, const archive::VersionRecord& before, const archive::VersionRecord& after, const TakeDifference& take)
      : fetcher_(fetcher), take_(take), before_(begin(before)), after_(begin(after)) {}

  Outcome<Problems> run() {
    while (true) {
      if (before_.level == after_.level) drop_common();
      if (before_.level == 0 && after_.level == 0) break;
      Side& higher = before_.level >= after_.level ? before_ : after_;
      if (auto read = descend(higher); !read) return std::unexpected(read.error());
    }
    if (auto compared = compare(); !compared) return std::unexpected(compared.error());
    return std::move(incomplete_);
  }

 private:
  static Side begin(const archive::VersionRecord& record) {
    Side side{.row = {}, .level = record.depth, .read = 0, .entries = {}};
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
    incomplete_.push_back({"", fmt::format("a part of the list of files is lost ({}), from /{} on", why, printable(place.first))});
  }

  Outcome<void> descend(Side& side) {
    auto below = read_children(fetcher_, side.row, [this](const auto& place, const auto& why) { lose(place, why); });
    if (!below) return std::unexpected(below.error());
    side.row = std::move(*below);
    --side.level;
    return {};
  }

  /// The entries of the next leaves, unless there are some.
  Outcome<void> read_entries(Side& side) {
    const auto take = [&](std::vector<archive::Entry> entries) { std::ranges::move(entries, std::back_inserter(side.entries)); };
    while (side.entries.empty() && side.read < side.row.size()) {
      const auto some = std::span(side.row).subspan(side.read, std::min(leaves_at_once, side.row.size() - side.read));
      side.read += some.size();
      if (auto read = read_leaves(fetcher_, some, take, [this](const auto& place, const auto& why) { lose(place, why); }); !read)
        return read;
    }
    return {};
  }

  Outcome<void> compare() {
    while (true) {
      for (Side* side : {&before_, &after_})
        if (auto read = read_entries(*side); !read) return read;
      const bool befores = !before_.entries.empty(), afters = !after_.entries.empty();
      if (!befores && !afters) return {};
      const auto order = !afters    ? std::strong_ordering::less
                         : !befores ? std::strong_ordering::greater
                                    : before_.entries.front().path <=> after_.entries.front().path;
      Difference found{.before = order <= 0 ? &before_.entries.front() : nullptr, .after = order >= 0 ? &after_.entries.front() : nullptr};
      if (order == 0) found.fields = different_fields(*found.before, *found.after);
      if (order != 0 || !found.fields.empty()) take_(found);
      if (order <= 0) before_.entries.pop_front();
      if (order >= 0) after_.entries.pop_front();
    }
  }

  BlockFetcher& fetcher_;
  const TakeDifference& take_;
  Side before_, after_;
  Problems incomplete_;
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

Outcome<Problems> diff_versions(BlockFetcher& fetcher, const archive::VersionRecord& before, const archive::VersionRecord& after,
                                const TakeDifference& take) {
  return Diff(fetcher, before, after, take).run();
}

}  // namespace coffer::client
