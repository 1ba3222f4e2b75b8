// What must be done to packs and index at the start, before anyone is served. Must not know: sessions.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "store/index.h"
#include "store/packs.h"

namespace coffer::store {

/// What was found and done, for the event log.
struct Recovered {
  std::uint64_t blocks = 0;         // found beyond the index, whole, and indexed
  std::uint64_t versions = 0;       // likewise: their commits were under way, or the index is an older one that was put back
  std::uint64_t octets_cut = 0;     // torn ends
  std::vector<std::string> losses;  // packs that are shorter than the index says, or gone, and what is damaged beyond the index
};

/// Reads each pack beyond what the index knows of it: whole records are synced and indexed, a torn end is cut off; nothing there has been
/// acknowledged by who wrote this index last. It may be an older one that was put back, though: what is damaged before a version that was
/// stated costs only itself. Blocks that stood where a pack now ends are marked damaged. Then says where appending goes
/// on.
Result<Recovered> recover(Packs& packs, Index& index);

/// Packs that nothing counts on go: first their files, then their rows.
Result<void> remove_emptied(Packs& packs, Index& index);

}  // namespace coffer::store
