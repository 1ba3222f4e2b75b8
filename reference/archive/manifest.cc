#include "archive/manifest.h"

#include <algorithm>
#include <bit>
#include <utility>

#include "archive/id_list.h"
#include "fault/switch.h"

namespace coffer::archive {
namespace {

constexpr std::size_t length_octets = 4;
constexpr std::size_t level_octets_max = 65'536;
constexpr int bits_per_level = 6;

void put_row(Octets& octets, View row) {
  const auto at = octets.size();
  for (int shift = 24; shift >= 0; shift -= 8) octets.push_back(static_cast<std::uint8_t>(row.size() >> shift));
  if (fault::on(fault::ARC_022_length_little_endian)) std::reverse(octets.begin() + static_cast<std::ptrdiff_t>(at), octets.end());
  octets.insert(octets.end(), row.begin(), row.end());
}

/// What is overlooked, of a leaf or of a node.
struct Careless {
  bool ends_anywhere, any_order;
};

/// Hands every row of a leaf or node to `take`, which returns its path, and holds the paths against their order and their place.
template <typename Take>
std::expected<void, ArchiveError> each_row(View block, const Place& place, Careless careless, Take take) {
  const auto truncated = [&]() -> std::expected<void, ArchiveError> {
    if (careless.ends_anywhere) return {};
    return std::unexpected(ArchiveError::rows_truncated);
  };
  if (block.empty()) return truncated();
  std::string last;
  for (bool first = true; !block.empty(); first = false) {
    if (block.size() < length_octets) return truncated();
    std::size_t length = 0;
    for (const std::uint8_t octet : block.first(length_octets)) length = length << 8 | octet;
    block = block.subspan(length_octets);
    if (block.size() < length) return truncated();
    std::expected<std::string, ArchiveError> path = take(block.first(length));
    if (!path) return std::unexpected(path.error());
    block = block.subspan(length);
    if (!first && *path <= last && !careless.any_order) return std::unexpected(ArchiveError::paths_not_ascending);
    last = std::move(*path);
    // [ARC-064] A client MUST refuse a leaf or a node that does not begin with the path that its parent names, or that has a path not
    // before the next one that its parent names.
    if (fault::on(fault::ARC_064_in_any_place)) continue;
    if (first && !place.first.empty() && last != place.first) return std::unexpected(ArchiveError::place_differs);
    if (place.before && last >= *place.before) return std::unexpected(ArchiveError::place_differs);
  }
  return {};
}

}  // namespace

std::uint64_t path_hash(const GearTable& table, std::string_view path) {
  std::uint64_t hash = 0;
  for (const char octet : path)
    hash = (hash << 1) + table[static_cast<std::uint8_t>(octet) ^ (fault::on(fault::ARC_062_another_hash) ? 1U : 0U)];
  return hash;
}

ManifestWriter::ManifestWriter(const GearTable& table, BlockVault& vault, NamedBlockSink sink)
    : table_(table), vault_(vault), sink_(std::move(sink)) {}

// [ARC-022] A leaf MUST be one entry or more in strictly ascending octet order of their paths, each as a length (4 octets big-endian) and a
// canonical Entry.
std::expected<void, ArchiveError> ManifestWriter::add(Entry entry) {
  std::vector<Digest> ids = std::exchange(entry.blocks, {});
  // Checked as it will stand: with one id in the place of many.
  if (!ids.empty()) entry.blocks.push_back(ids.front());
  if (const auto checked = check_entry(entry); !checked) return checked;
  if (ids.size() > data_octets(entry)) return std::unexpected(ArchiveError::entry_out_of_range);
  if (entry.path <= last_path_) return std::unexpected(ArchiveError::paths_not_ascending);
  IdRow row = shorten(std::move(ids), vault_, sink_);
  entry.blocks = std::move(row.ids);
  entry.depth = row.depth;
  append(0, entry.path, encode(entry), path_hash(table_, entry.path));
  ++summary_.entry_count;
  summary_.content_octets += entry.size;
  last_path_ = std::move(entry.path);
  return {};
}

// [ARC-061] A node MUST be one child or more in strictly ascending octet order of their paths
// [ARC-062] A client MUST end a leaf exactly after an entry whose path hash has its upper 6 bits zero, or that brings the leaf to 65,536
// octets or more, or after the last entry.
// [ARC-063] A client MUST end a node of level n exactly after a child whose last entry's path hash has its upper 6(n + 1) bits zero, or
// that brings the node to 65,536 octets or more, or after the last child.
void ManifestWriter::append(std::size_t level, const std::string& path, View row, std::uint64_t hash) {
  if (level == levels_.size()) levels_.emplace_back();
  if (levels_[level].complete) give(level);
  Level& filling = levels_[level];
  if (filling.octets.empty()) filling.first_path = path;
  put_row(filling.octets, row);
  filling.last_hash = hash;
  const bool larger = level == 0 ? fault::on(fault::ARC_062_larger_leaves) : fault::on(fault::ARC_063_larger_nodes);
  const int bits = bits_per_level * (static_cast<int>(level) + 1) + (larger ? 1 : 0);
  const bool full = filling.octets.size() >= level_octets_max && !(level == 0 && fault::on(fault::ARC_062_never_full));
  filling.complete = std::countl_zero(hash) >= bits || full;
  if (level == 0 && fault::on(fault::ARC_062_by_count)) filling.complete = summary_.entry_count % 64 == 63;
}

/// The block of a level as it stands; the level then begins another.
NamedBlock ManifestWriter::take(std::size_t level) {
  const BlockKind kind = level == 0 ? BlockKind::leaf : BlockKind::node;
  Octets octets = std::exchange(levels_[level].octets, {});
  levels_[level].complete = false;
  const Digest id = vault_.id(kind, octets);
  return {kind, id, std::move(octets)};
}

void ManifestWriter::give(std::size_t level) {
  const std::string first_path = std::move(levels_[level].first_path);
  const std::uint64_t hash = levels_[level].last_hash;
  levels_[level].any = true;
  NamedBlock block = take(level);
  const Octets child = encode(Child{fault::on(fault::ARC_061_another_path) ? first_path + "!" : first_path, block.id});
  sink_(std::move(block));
  append(level + 1, first_path, child, hash);
}

ManifestSummary ManifestWriter::finish() {
  // A level with one block is the last one. Each level has one that is not given yet, for a block is given when the next one begins.
  std::size_t level = 0;
  for (; level < levels_.size() && levels_[level].any; ++level) give(level);
  if (level < levels_.size()) {
    NamedBlock root = take(level);
    summary_.root = root.id;
    summary_.depth = static_cast<std::uint8_t>(level);
    sink_(std::move(root));
  }
  levels_.clear();
  last_path_.clear();
  return std::exchange(summary_, {});
}

bool Place::may_have(std::string_view path) const {
  // Below "a" stands what begins with "a/", and "0" is what comes after "/".
  std::string end(path);
  end.push_back('0');
  return first < end && (!before || *before > path);
}

std::expected<std::vector<Entry>, ArchiveError> read_leaf(View block, const Place& place) {
  std::vector<Entry> entries;
  const Careless careless{fault::on(fault::ARC_022_ends_anywhere), fault::on(fault::ARC_022_any_order)};
  const auto read = each_row(block, place, careless, [&](View row) -> std::expected<std::string, ArchiveError> {
    auto entry = decode_entry(row);
    if (!entry) return std::unexpected(entry.error());
    entries.push_back(std::move(*entry));
    return entries.back().path;
  });
  if (!read) return std::unexpected(read.error());
  return entries;
}

std::expected<std::vector<Place>, ArchiveError> read_node(View block, const Place& place) {
  std::vector<Place> places;
  const Careless careless{fault::on(fault::ARC_061_ends_anywhere), fault::on(fault::ARC_061_any_order)};
  const auto read = each_row(block, place, careless, [&](View row) -> std::expected<std::string, ArchiveError> {
    auto child = decode_child(row);
    if (!child) return std::unexpected(child.error());
    if (!places.empty()) places.back().before = child->path;
    places.push_back({child->id, child->path, place.before});
    return std::move(child->path);
  });
  if (!read) return std::unexpected(read.error());
  if (fault::on(fault::ARC_061_last_child_overlooked) && !places.empty()) places.pop_back();
  return places;
}

std::expected<void, ArchiveError> check_counts(const VersionRecord& record, std::uint64_t entry_count, std::uint64_t content_octets) {
  // [ARC-046] A client MUST refuse a version whose number of entries or sum of file sizes is not what its record says.
  if ((entry_count != record.entry_count || content_octets != record.content_octets) && !fault::on(fault::ARC_046_not_counted))
    return std::unexpected(ArchiveError::counts_differ);
  return {};
}

}  // namespace coffer::archive
