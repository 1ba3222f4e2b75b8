#include "archive/entry.h"

#include "fault/switch.h"

namespace coffer::archive {

// [ARC-029] A client MUST refuse a manifest with an entry whose path is empty, absolute, over 4,096 octets or has a NUL
bool safe_path(std::string_view path) {
  if (path.empty() || path.size() > path_octets_max || path.find('\0') != std::string_view::npos) return false;
  while (true) {
    const std::size_t slash = path.find('/');
    const std::string_view component = path.substr(0, slash);
    if (component == ".." && !fault::on(fault::ARC_026_paths_may_climb)) return false;
    if ((component.empty() || component == ".") && !fault::on(fault::ARC_029_dots_and_empty_components)) return false;
    if (slash == std::string_view::npos) return true;
    path.remove_prefix(slash + 1);
  }
}

// [ARC-044] A client MUST refuse a manifest with an entry whose fields contradict its type as the entry table says.
std::expected<void, ArchiveError> check_entry(const Entry& entry) {
  constexpr std::uint16_t permission_bits = 07777;
  const auto out_of_range = std::unexpected(ArchiveError::entry_out_of_range);
  if (!safe_path(entry.path)) return std::unexpected(ArchiveError::path_unsafe);
  if (entry.mode > permission_bits) return out_of_range;
  if (entry.type != EntryType::file && (entry.size != 0 || !entry.blocks.empty())) return out_of_range;
  switch (entry.type) {
    case EntryType::file:
      // Every block holds at least one octet, and none more than its limit.
      if (!entry.target.empty() || entry.blocks.size() > entry.size) return out_of_range;
      if ((entry.size == 0) != entry.blocks.empty()) return out_of_range;
      return {};
    case EntryType::directory:
      if (!entry.target.empty() && !fault::on(fault::ARC_044_directory_with_a_target)) return out_of_range;
      return {};
    case EntryType::symbolic_link:
      if (entry.target.empty() || entry.target.size() > path_octets_max || entry.target.find('\0') != std::string::npos)
        return out_of_range;
      return {};
    case EntryType::hard_link:
      // The first name comes first: a restore links to what it has already written.
      if (!safe_path(entry.target)) return std::unexpected(ArchiveError::path_unsafe);
      if (entry.target >= entry.path) return out_of_range;
      return {};
  }
  return out_of_range;
}

}  // namespace coffer::archive
