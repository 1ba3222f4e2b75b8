#include "client/live_blocks.h"

#include <algorithm>
#include <array>
#include <utility>

#include <fmt/format.h>

#include "archive/id_list.h"
#include "archive/manifest.h"
#include "client/printable.h"
#include "fault/switch.h"

namespace coffer::client {
namespace {

// [ARC-117] A client MUST NOT retire versions or release blocks when it cannot read a block of the manifest or of the id lists of a version
// that it keeps.
Outcome<void> unreadable(const Digest& id, std::string_view why) {
  if (fault::on(fault::ARC_117_lost_ones_overlooked)) return {};
  return std::unexpected(
      Failure{ExitCode::local,
              fmt::format("a version that is to be kept cannot be read whole, so that nobody knows which blocks it needs: block {} "
                          "{} [ARC-117]. Nothing was retired or released. A backup of the same files may store the block again; "
                          "`coffer verify` names what is lost",
                          hex(id).substr(0, 16), why)});
}

}  // namespace

Outcome<void> LiveBlocks::add(const archive::VersionRecord& record) {
  if (!record.root || ids_.contains(*record.root)) return {};
  if (auto begun = link_.begin_restore(record.number, ServerLink::Purpose::verify); !begun) return begun;
  auto done = read(record);
  if (!done && done.error().code != ExitCode::local) return done;  // the session has ended
  if (auto ended = link_.end_restore(done.has_value()); !ended) return ended;
  return done;
}

Outcome<void> LiveBlocks::read(const archive::VersionRecord& record) {
  ids_.insert(*record.root);
  std::vector<archive::Place> row{{*record.root, {}, std::nullopt}};
  for (int level = record.depth; level > 0; --level) {
    std::vector<archive::Place> below;
    std::vector<Digest> ids;
    for (const auto& place : row) ids.push_back(place.id);
    auto read = fetcher_.fetch(archive::BlockKind::node, ids, [&](std::size_t index, const BlockFetcher::Block& block) -> Outcome<void> {
      if (!block) return unreadable(ids[index], block.error());
      auto children = archive::read_node(*block, row[index]);
      if (!children) return unreadable(ids[index], archive::describe(children.error()));
      for (auto& child : *children)
        if (ids_.insert(child.id).second) below.push_back(std::move(child));
      return {};
    });
    if (!read) return read;
    row = std::move(below);
  }
  return read_leaves(row);
}

Outcome<void> LiveBlocks::read_leaves(const std::vector<archive::Place>& row) {
  std::vector<Digest> ids;
  for (const auto& place : row) ids.push_back(place.id);
  std::array<std::vector<Digest>, archive::entry_depth_max + 1> lists;  // by their depth
  auto read = fetcher_.fetch(archive::BlockKind::leaf, ids, [&](std::size_t index, const BlockFetcher::Block& block) -> Outcome<void> {
    if (!block) return unreadable(ids[index], block.error());
    auto entries = archive::read_leaf(*block, row[index]);
    if (!entries) return unreadable(ids[index], archive::describe(entries.error()));
    for (const auto& entry : *entries) {
      const auto fresh = take(entry.blocks);
      if (entry.depth > 0) lists.at(entry.depth).insert(lists.at(entry.depth).end(), fresh.begin(), fresh.end());
    }
    return {};
  });
  for (std::uint8_t depth = 1; read && depth < lists.size(); ++depth) read = read_lists(std::move(lists.at(depth)), depth);
  return read;
}

Outcome<void> LiveBlocks::read_lists(std::vector<Digest> lists, std::uint8_t depth) {
  for (; depth > 0 && !lists.empty(); --depth) {
    std::vector<Digest> below;
    const auto ids = std::exchange(lists, {});
    auto read = fetcher_.fetch(archive::BlockKind::id_list, ids, [&](std::size_t index, const BlockFetcher::Block& block) -> Outcome<void> {
      if (!block) return unreadable(ids[index], block.error());
      const auto list = archive::read_id_list(*block);
      if (!list) return unreadable(ids[index], archive::describe(list.error()));
      if (fault::on(fault::ARC_116_content_forgotten) && depth == 1) return {};
      const auto fresh = take(*list);
      below.insert(below.end(), fresh.begin(), fresh.end());
      return {};
    });
    if (!read) return read;
    lists = std::move(below);
  }
  return {};
}

std::vector<Digest> LiveBlocks::take(const std::vector<Digest>& ids) {
  std::vector<Digest> fresh;
  for (const Digest& id : ids)
    if (ids_.insert(id).second) fresh.push_back(id);
  return fresh;
}

}  // namespace coffer::client
