// Where a client cuts a file into blocks: chapter 8.3, worked out from the archive key. Must not know: blocks' seals, sessions.
#pragma once

#include <vector>

#include "wire/octets.h"

namespace coffer::conformance {

/// The sizes of the blocks, in order [ARC-018, ARC-019].
std::vector<std::size_t> cut(View archive_key, View content);

}  // namespace coffer::conformance
