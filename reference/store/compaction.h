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

/// How many octets of each pack the index leads to, headers of records included. Reads all rows through a connection of its own, as they
/// are at one moment; nobody waits.
Result<std::map<std::uint32_t, std::uint64_t>> live_octets(const std::filesystem::path& index);
/// Whether no row leads to a pack, likewise.
Result<bool> nothing_leads_to(std::uint32_t pack, const std::filesystem::path& index);

/// A part of a pack.
struct Walked {
  std::vector<Located> blocks;         // by their headers
  std::vector<RecordRead> statements;  // whole ones
  std::uint64_t statement_octets = 0;
  bool unreadable = false;  // something that is no record, or a statement that is not whole
};

/// Reads headers from `offset` on, of at most so many records before `end`, and moves `offset` behind them. Errors: the disk's.
FileResult<Walked> walk(const File& file, std::uint32_t pack, std::uint64_t& offset, std::uint64_t end, std::size_t records_max);

}  // namespace coffer::store
