#include "client/version_content.h"

#include <map>
#include <string_view>

#include <fmt/format.h>

#include "archive/id_tree.h"
#include "archive/manifest.h"
#include "client/printable.h"

namespace coffer::client {
namespace {

Failure refuse(archive::ArchiveError error) {
  return {
      ExitCode::local,
      fmt::format(
          "the version's list of files is refused: {} [{}]. Whoever made this version did not follow the specification; try another one",
          archive::describe(error), archive::requirement(error))};
}

/// Blocks in their order, and the places before which others are missing, nobody knows how many: by which losses.
struct Row {
  std::vector<Digest> ids;
  std::map<std::size_t, std::vector<std::size_t>> gaps;
  void widen(std::size_t place, const std::vector<std::size_t>& losses) {
    gaps[place].insert(gaps[place].end(), losses.begin(), losses.end());
  }
};

/// A block that is lost, and behind how many entries.
struct Loss {
  std::string what;
  std::size_t entries;
};

class VersionReader {
 public:
  VersionReader(BlockFetcher& fetcher, const archive::VersionRecord& record) : fetcher_(fetcher), record_(record) {}

  Outcome<VersionContent> run() {
    Row row{record_.ids, {}};
    for (int depth = record_.depth; depth > 0; --depth)
      if (auto read = read_lists(row); !read) return std::unexpected(read.error());
    if (auto read = read_entries(row); !read) return std::unexpected(read.error());
    if (const auto whole = reader_.finish(record_); !whole) return std::unexpected(refuse(whole.error()));
    for (const Loss& loss : losses_) content_.incomplete.push_back({"", describe(loss)});
    return std::move(content_);
  }

 private:
  /// Puts what the lists name in the place of the lists.
  Outcome<void> read_lists(Row& row) {
    Row below;
    const auto take = [&](std::size_t index, const BlockFetcher::Block& block) -> Outcome<void> {
      if (const auto gap = row.gaps.find(index); gap != row.gaps.end()) below.widen(below.ids.size(), gap->second);
      const auto list = block ? archive::read_id_list(*block) : std::unexpected(archive::ArchiveError::id_list_length);
      if (list) {
        below.ids.insert(below.ids.end(), list->begin(), list->end());
        return {};
      }
      below.widen(below.ids.size(), {losses_.size()});
      lose(row.ids[index], "a list of blocks of the version's list of files",
           block ? std::string(archive::describe(list.error())) : block.error());
      return {};
    };
    if (auto fetched = fetcher_.fetch(archive::BlockKind::id_list, row.ids, take); !fetched) return fetched;
    if (const auto gap = row.gaps.find(row.ids.size()); gap != row.gaps.end()) below.widen(below.ids.size(), gap->second);
    row = std::move(below);
    return {};
  }

  Outcome<void> read_entries(const Row& row) {
    const auto take = [&](std::size_t index, const BlockFetcher::Block& block) -> Outcome<void> {
      pass(row, index);
      if (!block) {
        reader_.lose();
        const bool counted = row.gaps.empty() || row.gaps.begin()->first > index;
        lose(row.ids[index],
             counted ? fmt::format("manifest block {} of {}{}", index + 1, row.gaps.empty() ? "" : "at least ", row.ids.size())
                     : std::string("a manifest block"),
             block.error());
        return {};
      }
      reader_.feed(*block);
      while (true) {
        auto entry = reader_.next();
        if (!entry) return std::unexpected(refuse(entry.error()));
        if (!*entry) return {};
        content_.entries.push_back(std::move(**entry));
      }
    };
    auto fetched = fetcher_.fetch(archive::BlockKind::manifest, row.ids, take);
    if (fetched) pass(row, row.ids.size());
    return fetched;
  }

  /// What was lost above shows where it is missing.
  void pass(const Row& row, std::size_t place) {
    const auto gap = row.gaps.find(place);
    if (gap == row.gaps.end()) return;
    reader_.lose();
    for (const std::size_t loss : gap->second) losses_[loss].entries = content_.entries.size();
  }

  void lose(const Digest& id, std::string_view which, std::string why) {
    losses_.push_back({fmt::format("{} is lost ({}, {})", which, hex(id).substr(0, 16), why), content_.entries.size()});
    content_.lost.push_back({id, std::move(why)});
  }

  std::string describe(const Loss& loss) const {
    const auto& entries = content_.entries;
    std::string text = loss.what + ": the files named in it";
    if (loss.entries > 0) text += fmt::format(", behind {}", printable(entries[loss.entries - 1].path));
    if (loss.entries < entries.size()) text += fmt::format(", before {}", printable(entries[loss.entries].path));
    return text + ", cannot be restored";
  }

  BlockFetcher& fetcher_;
  const archive::VersionRecord& record_;
  archive::ManifestReader reader_;
  VersionContent content_;
  std::vector<Loss> losses_;
};

}  // namespace

Outcome<VersionContent> read_content(BlockFetcher& fetcher, const archive::VersionRecord& record) {
  return VersionReader(fetcher, record).run();
}

}  // namespace coffer::client
