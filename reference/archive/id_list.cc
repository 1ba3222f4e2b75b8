#include "archive/id_list.h"

#include <algorithm>
#include <utility>

#include "fault/switch.h"

namespace coffer::archive {
namespace {

bool upper_ten_bits_zero(const Digest& id) { return id[0] == 0 && id[1] >> 6 == 0; }

/// How many of `ids` the list that begins at `begin` has.
std::size_t list_length(const std::vector<Digest>& ids, std::size_t begin) {
  // [ARC-065] A client MUST end an id list exactly after an id other than its first whose upper 10 bits are zero, or that is its 8,192nd
  const std::size_t most = std::min(ids_per_list_max, ids.size() - begin);
  if (fault::on(fault::ARC_065_lists_of_one_length)) return std::min<std::size_t>(most, 50);
  for (std::size_t i = 1; i < most; ++i)
    if (upper_ten_bits_zero(ids[begin + i])) return i + 1;
  return most;
}

}  // namespace

// [ARC-066] A client MUST put the ids of a file of more than 64 blocks into id lists, and theirs likewise, until the entry names at
// most 64. [ARC-023] File names, sizes, times and trees MUST leave the computer only inside sealed blocks: so do the lists of their blocks.
IdRow shorten(std::vector<Digest> ids, BlockVault& vault, const NamedBlockSink& sink) {
  IdRow row{.depth = 0, .ids = std::move(ids)};
  if (fault::on(fault::ARC_066_any_number_of_ids)) return row;
  while (row.ids.size() > (fault::on(fault::ARC_066_lists_too_early) ? 32 : entry_ids_max)) {
    std::vector<Digest> lists;
    for (std::size_t begin = 0; begin < row.ids.size();) {
      const auto first = row.ids.begin() + static_cast<std::ptrdiff_t>(begin);
      const std::size_t count = list_length(row.ids, begin);
      Octets octets = join(std::vector<Digest>(first, first + static_cast<std::ptrdiff_t>(count)));
      const Digest id = vault.id(BlockKind::id_list, octets);
      lists.push_back(id);
      sink({BlockKind::id_list, id, std::move(octets)});
      begin += count;
    }
    row.ids = std::move(lists);
    ++row.depth;
  }
  return row;
}

// [ARC-047] A client MUST refuse an id list that is empty or not a whole number of 32-octet ids.
std::expected<std::vector<Digest>, ArchiveError> read_id_list(View block) {
  if (fault::on(fault::ARC_047_only_whole_ids_read)) return split_ids(block.first(block.size() - block.size() % sizeof(Digest)));
  if (block.empty()) return std::unexpected(ArchiveError::id_list_length);
  return split_ids(block);
}

}  // namespace coffer::archive
