#include "archive/sealing.h"

#include "archive/block_cutter.h"

namespace coffer::archive {

static_assert(chunk_octets_max <= block_octets_max, "the chunker's blocks can all be sealed");

void seal_content(View content, const GearTable& table, BlockVault& vault, Botan::RandomNumberGenerator& random,
                  const std::function<void(SealedBlock)>& sink) {
  BlockCutter cutter(table, [&](View block) {
    SealedBlock sealed{.id = vault.id(BlockKind::content, block), .checksum = {}, .sealed = {}};
    sealed.sealed = *vault.seal(sealed.id, block, random);
    sealed.checksum = checksum(sealed.sealed);
    sink(std::move(sealed));
  });
  cutter.feed(content);
  cutter.finish();
}

}  // namespace coffer::archive
