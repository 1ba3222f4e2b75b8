#include "archive/id_tree.h"

#include <algorithm>
#include <utility>

#include "fault/switch.h"

namespace coffer::archive {

// [ARC-023] File names, sizes, times and trees MUST leave the computer only inside sealed blocks: so do the lists of their blocks.
IdTree build_id_tree(std::vector<Digest> leaves, BlockVault& vault, const NamedBlockSink& sink) {
  IdTree tree{.depth = 0, .ids = std::move(leaves)};
  while (tree.ids.size() > record_ids_max) {
    std::vector<Digest> lists;
    for (std::size_t begin = 0; begin < tree.ids.size(); begin += ids_per_list) {
      const auto first = tree.ids.begin() + static_cast<std::ptrdiff_t>(begin);
      const auto count = std::min(ids_per_list, tree.ids.size() - begin);
      Octets octets = join({first, first + static_cast<std::ptrdiff_t>(count)});
      const Digest id = vault.id(BlockKind::id_list, octets);
      lists.push_back(id);
      sink({BlockKind::id_list, id, std::move(octets)});
    }
    tree.ids = std::move(lists);
    ++tree.depth;
  }
  return tree;
}

// [ARC-047] A client MUST refuse an id-list block that is empty or not a whole number of 32-octet ids.
std::expected<std::vector<Digest>, ArchiveError> read_id_list(View block) {
  if (fault::on(fault::ARC_047_only_whole_ids_read)) return split_ids(block.first(block.size() - block.size() % sizeof(Digest)));
  if (block.empty()) return std::unexpected(ArchiveError::id_list_length);
  return split_ids(block);
}

}  // namespace coffer::archive
