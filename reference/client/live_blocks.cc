#include "client/live_blocks.h"

#include <algorithm>
#include <array>

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

/// What is read before anything below it is: a node may lead to hundreds of others, a list to thousands.
constexpr std::size_t inner_together = 32, leaves_together = 512;

template <typename Item, typename Take>
Outcome<void> in_parts(std::span<const Item> all, std::size_t together, Take take) {
  for (; !all.empty(); all = all.subspan(std::min(all.size(), together)))
    if (auto taken = take(all.first(std::min(all.size(), together))); !taken) return taken;
  return {};
}

std::vector<Digest> ids_of(std::span<const archive::Place> row) {
  std::vector<Digest> ids;
  ids.reserve(row.size());
  for (const archive::Place& place : row) ids.push_back(place.id);
  return ids;
}

}  // namespace

Outcome<void> LiveBlocks::add(const archive::VersionRecord& record) {
  if (!record.root) return {};
  const auto fresh = take_inner(*record.root);
  if (!fresh) return std::unexpected(fresh.error());
  if (!*fresh) return {};
  if (auto begun = link_.begin_restore(record.number, ServerLink::Purpose::verify); !begun) return begun;
  const archive::Place root{*record.root, {}, std::nullopt};
  auto done = read_nodes({&root, 1}, record.depth);
  if (!done) return std::unexpected(end_in_order(link_, done.error()));
  return link_.end_restore(true);
}

Outcome<bool> LiveBlocks::take_inner(const Digest& id) {
  if (!inner_.insert(id)) return false;
  if (auto added = ids_.add(id); !added) return std::unexpected(added.error());
  return true;
}

Outcome<void> LiveBlocks::read_nodes(std::span<const archive::Place> row, std::uint8_t level) {
  return in_parts(row, level == 0 ? leaves_together : inner_together, [&](std::span<const archive::Place> part) -> Outcome<void> {
    if (level == 0) return read_leaves(part);
    std::vector<archive::Place> below;
    auto read =
        fetcher_.fetch(archive::BlockKind::node, ids_of(part), [&](std::size_t index, const BlockFetcher::Block& block) -> Outcome<void> {
          if (!block) return unreadable(part[index].id, block.error());
          auto children = archive::read_node(*block, part[index]);
          if (!children) return unreadable(part[index].id, archive::describe(children.error()));
          for (auto& child : *children) {
            const auto fresh = take_inner(child.id);
            if (!fresh) return std::unexpected(fresh.error());
            if (*fresh) below.push_back(std::move(child));
          }
          return {};
        });
    return read ? read_nodes(below, static_cast<std::uint8_t>(level - 1)) : read;
  });
}

Outcome<void> LiveBlocks::read_leaves(std::span<const archive::Place> row) {
  std::array<std::vector<Digest>, archive::entry_depth_max + 1> lists;  // by their depth
  auto read =
      fetcher_.fetch(archive::BlockKind::leaf, ids_of(row), [&](std::size_t index, const BlockFetcher::Block& block) -> Outcome<void> {
        if (!block) return unreadable(row[index].id, block.error());
        const auto entries = archive::read_leaf(*block, row[index]);
        if (!entries) return unreadable(row[index].id, archive::describe(entries.error()));
        for (const auto& entry : *entries)
          if (auto taken = take(entry.blocks, entry.depth, lists.at(entry.depth)); !taken) return taken;
        return {};
      });
  for (std::uint8_t depth = 1; read && depth < lists.size(); ++depth) read = read_lists(lists.at(depth), depth);
  return read;
}

Outcome<void> LiveBlocks::read_lists(std::span<const Digest> lists, std::uint8_t depth) {
  return in_parts(lists, inner_together, [&](std::span<const Digest> part) -> Outcome<void> {
    std::vector<Digest> below;
    const auto below_depth = static_cast<std::uint8_t>(depth - 1);
    const std::vector<Digest> ids(part.begin(), part.end());
    auto read = fetcher_.fetch(archive::BlockKind::id_list, ids, [&](std::size_t index, const BlockFetcher::Block& block) -> Outcome<void> {
      if (!block) return unreadable(ids[index], block.error());
      const auto list = archive::read_id_list(*block);
      if (!list) return unreadable(ids[index], archive::describe(list.error()));
      if (fault::on(fault::ARC_116_content_forgotten) && depth == 1) return {};
      return take(*list, below_depth, below);
    });
    return read && below_depth != 0 ? read_lists(below, below_depth) : read;
  });
}

Outcome<void> LiveBlocks::take(std::span<const Digest> ids, std::uint8_t depth, std::vector<Digest>& lists) {
  for (const Digest& id : ids) {
    if (depth == 0) {
      if (auto added = ids_.add(id); !added) return added;
      continue;
    }
    const auto fresh = take_inner(id);
    if (!fresh) return std::unexpected(fresh.error());
    if (*fresh) lists.push_back(id);
  }
  return {};
}

}  // namespace coffer::client
