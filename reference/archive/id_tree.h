// Lists of ids, so that a version record of any size fits its limit: a tree whose leaves are manifest blocks.
// Must not know: servers, how blocks are sealed or sent. Reading is one step at a time, because each step needs blocks from elsewhere.
#pragma once

#include <cstdint>
#include <vector>

#include "archive/block.h"
#include "archive/entry.h"
#include "archive/manifest.h"

namespace coffer::archive {

/// Ids in one list block: 262,144 octets.
inline constexpr std::size_t ids_per_list = 8'192;

struct IdTree {
  std::uint8_t depth = 0;
  std::vector<Digest> ids;  // at most record_ids_max
};

/// The tree over `leaves`; its list blocks go to the sink, deepest first.
IdTree build_id_tree(std::vector<Digest> leaves, BlockVault& vault, const NamedBlockSink& sink);

/// What an opened id list names, one level down. Errors: id_list_length, also for an empty list.
std::expected<std::vector<Digest>, ArchiveError> read_id_list(View block);

}  // namespace coffer::archive
