#include "client/version_content.h"

#include <algorithm>
#include <string_view>

#include <fmt/format.h>

#include "archive/id_list.h"
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

class VersionReader {
 public:
  VersionReader(BlockFetcher& fetcher, const archive::VersionRecord& record, const Wanted& wanted)
      : fetcher_(fetcher), record_(record), wanted_(wanted) {}

  Outcome<VersionContent> run() {
    std::vector<archive::Place> row;
    if (record_.root) row.push_back({*record_.root, {}, std::nullopt});
    for (int level = record_.depth; level > 0; --level)
      if (auto read = read_nodes(row); !read) return std::unexpected(read.error());
    if (auto read = read_leaves(row); !read) return std::unexpected(read.error());
    if (content_.lost.empty() && !left_out_)
      if (const auto all = archive::check_counts(record_, content_.entries.size(), content_octets_); !all)
        return std::unexpected(refuse(all.error()));
    if (auto read = read_id_lists(); !read) return std::unexpected(read.error());
    return std::move(content_);
  }

 private:
  /// Puts what the nodes name in their place.
  Outcome<void> read_nodes(std::vector<archive::Place>& row) {
    std::vector<archive::Place> below;
    auto read = each(archive::BlockKind::node, row, [&](const archive::Place& place, View block) -> Outcome<void> {
      auto children = archive::read_node(block, place);
      if (!children) return std::unexpected(refuse(children.error()));
      std::ranges::move(*children, std::back_inserter(below));
      return {};
    });
    const auto all = below.size();
    std::erase_if(below, [this](const archive::Place& place) { return !wanted_(place); });
    if (below.size() != all) left_out_ = true;
    row = std::move(below);
    return read;
  }

  Outcome<void> read_leaves(const std::vector<archive::Place>& row) {
    return each(archive::BlockKind::leaf, row, [&](const archive::Place& place, View block) -> Outcome<void> {
      auto entries = archive::read_leaf(block, place);
      if (!entries) return std::unexpected(refuse(entries.error()));
      for (archive::Entry& entry : *entries) {
        content_octets_ += entry.size;
        content_.entries.push_back(std::move(entry));
      }
      return {};
    });
  }

  template <typename Take>
  Outcome<void> each(archive::BlockKind kind, const std::vector<archive::Place>& row, Take take) {
    std::vector<Digest> ids;
    for (const archive::Place& place : row) ids.push_back(place.id);
    return fetcher_.fetch(kind, ids, [&](std::size_t index, const BlockFetcher::Block& block) -> Outcome<void> {
      if (block) return take(row[index], *block);
      lose(row[index], block.error());
      return {};
    });
  }

  void lose(const archive::Place& place, const std::string& why) {
    std::string text = fmt::format("manifest block {} is lost ({}): the files named in it", hex(place.id).substr(0, 16), why);
    if (!place.first.empty()) text += fmt::format(", from {} on", printable(place.first));
    if (place.before) text += fmt::format(", before {}", printable(*place.before));
    content_.incomplete.push_back({"", text + ", cannot be restored"});
    content_.lost.push_back({place.id, why});
  }

  /// Of files of many blocks: puts the content's ids in the place of those of the lists. A file that has lost one is left out.
  Outcome<void> read_id_lists() {
    std::vector<archive::Entry> kept;
    kept.reserve(content_.entries.size());
    for (archive::Entry& entry : content_.entries) {
      bool whole = true;
      for (; entry.depth > 0 && whole; --entry.depth)
        if (auto read = read_lists(entry, whole); !read) return read;
      if (whole) kept.push_back(std::move(entry));
    }
    content_.entries = std::move(kept);
    return {};
  }

  Outcome<void> read_lists(archive::Entry& entry, bool& whole) {
    std::vector<Digest> below;
    const auto take = [&](std::size_t index, const BlockFetcher::Block& block) -> Outcome<void> {
      const auto list = block ? archive::read_id_list(*block) : std::unexpected(archive::ArchiveError::id_list_length);
      if (list) {
        below.insert(below.end(), list->begin(), list->end());
        return {};
      }
      const std::string why = block ? std::string(archive::describe(list.error())) : block.error();
      content_.lost.push_back({entry.blocks[index], why});
      if (whole)
        content_.incomplete.push_back({entry.path, fmt::format("was not restored: the list {} of its blocks is lost ({})",
                                                               hex(entry.blocks[index]).substr(0, 16), why)});
      whole = false;
      return {};
    };
    auto read = fetcher_.fetch(archive::BlockKind::id_list, entry.blocks, take);
    entry.blocks = std::move(below);
    return read;
  }

  BlockFetcher& fetcher_;
  const archive::VersionRecord& record_;
  const Wanted& wanted_;
  VersionContent content_;
  std::uint64_t content_octets_ = 0;
  bool left_out_ = false;
};

}  // namespace

Outcome<VersionContent> read_content(BlockFetcher& fetcher, const archive::VersionRecord& record, const Wanted& wanted) {
  return VersionReader(fetcher, record, wanted).run();
}

}  // namespace coffer::client
