#include "client/manifest_reader.h"

#include <algorithm>
#include <iterator>

#include <fmt/format.h>

namespace coffer::client {
namespace {

template <typename Take>
Outcome<void> each(BlockFetcher& fetcher, archive::BlockKind kind, std::span<const archive::Place> row, const LosePlace& lose, Take take) {
  std::vector<Digest> ids;
  ids.reserve(row.size());
  for (const archive::Place& place : row) ids.push_back(place.id);
  return fetcher.fetch(kind, ids, [&](std::size_t index, const BlockFetcher::Block& block) -> Outcome<void> {
    if (block) return take(row[index], *block);
    lose(row[index], block.error());
    return {};
  });
}

}  // namespace

Failure refuse_manifest(archive::ArchiveError error) {
  return {
      ExitCode::local,
      fmt::format(
          "the version's list of files is refused: {} [{}]. Whoever made this version did not follow the specification; try another one",
          archive::describe(error), archive::requirement(error))};
}

Outcome<std::vector<archive::Place>> read_children(BlockFetcher& fetcher, std::span<const archive::Place> row, const LosePlace& lose) {
  std::vector<archive::Place> below;
  auto read = each(fetcher, archive::BlockKind::node, row, lose, [&](const archive::Place& place, View block) -> Outcome<void> {
    auto children = archive::read_node(block, place);
    if (!children) return std::unexpected(refuse_manifest(children.error()));
    std::ranges::move(*children, std::back_inserter(below));
    return {};
  });
  if (!read) return std::unexpected(std::move(read.error()));
  return below;
}

Outcome<void> read_leaves(BlockFetcher& fetcher, std::span<const archive::Place> row,
                          const std::function<void(std::vector<archive::Entry> entries)>& take, const LosePlace& lose) {
  return each(fetcher, archive::BlockKind::leaf, row, lose, [&](const archive::Place& place, View block) -> Outcome<void> {
    auto entries = archive::read_leaf(block, place);
    if (!entries) return std::unexpected(refuse_manifest(entries.error()));
    take(std::move(*entries));
    return {};
  });
}

}  // namespace coffer::client
