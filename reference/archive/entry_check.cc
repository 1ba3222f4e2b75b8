// The entry table of section 8.2.
#include <algorithm>
#include <limits>

#include "archive/entry.h"
#include "fault/switch.h"

namespace coffer::archive {
namespace {

constexpr std::uint16_t permission_bits = 07777;

bool is_target(const std::string& target) {
  return !target.empty() && target.size() <= path_octets_max && target.find('\0') == std::string::npos;
}

/// Ascending, apart, none empty, none beyond the size.
bool fits(const std::vector<Extent>& extents, std::uint64_t size) {
  if (extents.size() > extents_max) return false;
  std::optional<std::uint64_t> end;
  for (const Extent& extent : extents) {
    if (extent.length == 0 || extent.offset > size || extent.length > size - extent.offset) return false;
    if (end && extent.offset <= *end) return false;
    end = extent.offset + extent.length;
  }
  return true;
}

bool file_fits(const Entry& entry) {
  if (!entry.target.empty() || entry.device != 0) return false;
  if (entry.blocks.size() > entry_ids_max && !fault::on(fault::ARC_066_any_number_of_ids)) return false;
  if (entry.depth > entry_depth_max || !fits(entry.extents, entry.size)) return false;
  // Every block holds at least one octet of data. Without blocks all is one hole, or there is nothing at all.
  if (entry.blocks.empty()) return entry.depth == 0 && entry.extents.empty();
  return data_octets(entry) >= entry.blocks.size();
}

bool fits(const std::vector<Attribute>& attributes) {
  std::size_t octets = 0;
  for (const Attribute& attribute : attributes) {
    if (attribute.name.empty() || attribute.name.size() > name_octets_max || attribute.name.find('\0') != std::string::npos) return false;
    octets += attribute.name.size() + attribute.value.size();
  }
  return octets <= attributes_octets_max &&
         std::ranges::adjacent_find(attributes, std::ranges::greater_equal(), &Attribute::name) == attributes.end();
}

}  // namespace

std::uint64_t data_octets(const Entry& entry) {
  if (entry.blocks.empty()) return 0;
  if (entry.extents.empty()) return entry.size;
  std::uint64_t octets = 0;
  for (const Extent& extent : entry.extents) octets += extent.length;
  return octets;
}

// [ARC-044] A client MUST refuse a leaf with an entry whose fields contradict its type as the entry table says.
std::expected<void, ArchiveError> check_entry(const Entry& entry) {
  const auto out_of_range = std::unexpected(ArchiveError::entry_out_of_range);
  if (!safe_path(entry.path)) return std::unexpected(ArchiveError::path_unsafe);
  if (fault::on(fault::ARC_044_any_fields)) return {};
  if (entry.mode > permission_bits || entry.owner_name.size() > name_octets_max || entry.group_name.size() > name_octets_max ||
      !fits(entry.attributes))
    return out_of_range;
  if (entry.type == EntryType::file) return file_fits(entry) ? std::expected<void, ArchiveError>{} : out_of_range;
  if (entry.size != 0 || !entry.blocks.empty() || entry.depth != 0 || !entry.extents.empty()) return out_of_range;
  const bool device = entry.type == EntryType::character_device || entry.type == EntryType::block_device;
  if (!device && entry.device != 0) return out_of_range;
  switch (entry.type) {
    case EntryType::symbolic_link:
      if (!is_target(entry.target)) return out_of_range;
      return {};
    case EntryType::hard_link:
      // The first name comes first: a restore links to what it has already written.
      if (!safe_path(entry.target)) return std::unexpected(ArchiveError::path_unsafe);
      if (entry.target >= entry.path) return out_of_range;
      return {};
    case EntryType::directory:
      if (!entry.target.empty() && !fault::on(fault::ARC_044_directory_with_a_target)) return out_of_range;
      return {};
    case EntryType::file:
    case EntryType::named_pipe:
    case EntryType::character_device:
    case EntryType::block_device:
    case EntryType::socket:
      if (!entry.target.empty()) return out_of_range;
      return {};
  }
  return out_of_range;
}

}  // namespace coffer::archive
