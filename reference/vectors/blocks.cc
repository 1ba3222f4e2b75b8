// Kinds block_id, open_block, seal_block.
#include "archive/block.h"

#include "vectors/refusal.h"
#include "vectors/value.h"

namespace coffer::vectors {
namespace {

archive::BlockKind type(const Json& input) { return static_cast<archive::BlockKind>(input.at("type").get<std::uint8_t>()); }

}  // namespace

Json block_id(const Json& input) {
  archive::BlockVault vault(archive_keys(input));
  return accepted({{"id", hex(vault.id(type(input), octets(input.at("block"))))}});
}

Json open_block(const Json& input) {
  archive::BlockVault vault(archive_keys(input));
  const auto block = vault.open(type(input), digest(input.at("block_id")), octets(input.at("sealed")));
  if (!block) return refused(block.error());
  return accepted({{"block", hex(*block)}});
}

Json seal_block(const Json& input) {
  archive::BlockVault vault(archive_keys(input));
  const Octets block = octets(input.at("block"));
  const Digest id = vault.id(type(input), block);
  GivenOctets nonce(octets(input.at("nonce")));
  const auto sealed = vault.seal(id, block, nonce);
  if (!sealed) return refused(sealed.error());
  return accepted({{"id", hex(id)}, {"sealed", hex(*sealed)}, {"checksum", hex(archive::checksum(*sealed))}});
}

}  // namespace coffer::vectors
