// The whole way of content in one call: cut, name, compress, seal. For whatever has its octets in memory; files take the same steps
// with threads between them (client/block_sender.h).
// Must not know: files, servers.
#pragma once

#include <expected>
#include <functional>

#include "archive/block.h"
#include "archive/chunker.h"

namespace coffer::archive {

struct SealedBlock {
  Digest id{};
  Digest checksum{};
  Octets sealed;
};

/// Gives each block of `content` to the sink, in order, as soon as it is sealed.
void seal_content(View content, const GearTable& table, BlockVault& vault, Botan::RandomNumberGenerator& random,
                  const std::function<void(SealedBlock)>& sink);

}  // namespace coffer::archive
