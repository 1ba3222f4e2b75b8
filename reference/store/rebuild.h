// [ARC-059] An index made anew from the packs, when the one that stands is damaged or gone. What the packs hold needs nothing of it:
// blocks, versions, whose they are, whose a computer is. Of what it alone held, the event log above all, each row comes along that its sum
// proves.
//
// Never done unasked: it reads everything, a folder of packs that is not mounted would look like a loss, and what could not be recovered is
// for someone to read. The old file is kept. Must not know: sessions, command lines.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "store/event_log.h"
#include "store/file_system.h"
#include "store/trouble.h"
#include "store/verify.h"

namespace coffer::store {

struct RebuildReport {
  std::uint64_t packs = 0, octets = 0, blocks = 0, archives = 0, versions = 0, computers = 0, events = 0;  // in the new index
  std::string kept;               // the name of the old index now; empty when there was none
  std::vector<Finding> findings;  // what could not be recovered
  bool whole() const { return findings.empty(); }
};
/// One JSON object.
std::string json(const RebuildReport& report);

/// Makes the index of the store in `directory` anew. At each moment the directory holds the old index, none (and is refused), or the new
/// one whole: after any interruption it can be done again. `packs` and `home` are both rooted in `directory`; `home` renames the indexes.
/// Trouble in_use beside a running server, newer for a format that this program does not know; nothing is changed then.
Result<RebuildReport> rebuild(const std::filesystem::path& directory, FileSystem& packs, FileSystem& home, const Clock& clock);

}  // namespace coffer::store
