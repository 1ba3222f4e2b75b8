// Where a client cuts files into blocks and a manifest into leaves and nodes: chapters 8.2 and 8.3, worked out from the archive key. Must
// not know: blocks' seals, sessions.
#pragma once

#include <vector>

#include "wire/octets.h"

namespace coffer::conformance {

/// The sizes of the blocks, in order [ARC-018, ARC-019].
std::vector<std::size_t> cut(View archive_key, View content);

/// The gear hash of all octets of a path: what decides where leaves and nodes end [ARC-062, ARC-063].
std::uint64_t path_hash(View archive_key, View path);

/// 65,536 octets that are one block wherever a file has them after a cut: `beginning`, zeros, and an end that cuts.
Octets shortest_block(View archive_key, View beginning);

}  // namespace coffer::conformance
