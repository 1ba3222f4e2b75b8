// The ids of a large file's blocks, apart from its entry: lists cut where the ids themselves say so, and lists of those, until an entry can
// name them. Must not know: servers, how blocks are sealed or sent. Reading is one list at a time, because each has to be fetched.
#pragma once

#include <cstdint>
#include <vector>

#include "archive/block.h"
#include "archive/entry.h"

namespace coffer::archive {

/// Ids in one list at most: 262,144 octets.
inline constexpr std::size_t ids_per_list_max = 8'192;

struct IdRow {
  std::uint8_t depth = 0;   // 0: these are the ids given; d: they name lists of ids of depth d - 1
  std::vector<Digest> ids;  // at most entry_ids_max
};

/// The row that an entry has for `ids`; the lists below it go to the sink, deepest first [ARC-065, ARC-066].
IdRow shorten(std::vector<Digest> ids, BlockVault& vault, const NamedBlockSink& sink);

/// What an opened id list names, one level down. Errors: id_list_length, also for an empty list.
std::expected<std::vector<Digest>, ArchiveError> read_id_list(View block);

}  // namespace coffer::archive
