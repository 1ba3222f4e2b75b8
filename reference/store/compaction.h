// Which packs are worth compacting, and what stands in one. Reading only: it needs no lock of the store's. Must not know: the store.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <vector>

#include "store/index.h"
#include "store/packs.h"
#include "store/statement.h"

namespace coffer::store {

/// What of a pack the index leads to.
struct Live {
  std::uint64_t octets = 0;   // headers of records included
  std::uint64_t damaged = 0;  // blocks that are known not to be what was stored
};
/// Of each pack. Reads all rows through a connection of its own, as they are at one moment; nobody waits.
Result<std::map<std::uint32_t, Live>> live_by_pack(const std::filesystem::path& index);
/// How many rows lead to a pack, likewise.
Result<std::uint64_t> rows_leading_to(std::uint32_t pack, const std::filesystem::path& index);

/// A part of a pack.
struct Walked {
  std::vector<Located> blocks;         // by their headers
  std::vector<RecordRead> statements;  // whole ones
  std::uint64_t statement_octets = 0;
};

/// Reads headers from `offset` on, of at most so many records before `end`, and moves `offset` behind them. Errors: the disk's.
FileResult<Walked> walk(const File& file, std::uint32_t pack, std::uint64_t& offset, std::uint64_t end, std::size_t records_max);

}  // namespace coffer::store
