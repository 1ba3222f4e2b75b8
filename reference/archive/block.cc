#include "archive/block.h"

#include <algorithm>
#include <array>

#include <botan/hash.h>
#include <botan/mac.h>

#include "archive/packing.h"
#include "archive/seal.h"
#include "coffer/spec/limits.h"
#include "fault/switch.h"

namespace coffer::archive {
namespace {

namespace limits = spec::limits;

static_assert(block_octets_max == limits::sealed_block_octets_max - seal_overhead_octets - 1);

using AssociatedData = std::array<std::uint8_t, 1 + sizeof(keys::ArchiveId) + sizeof(Digest)>;

// [ARC-014] The associated data of a sealed block MUST be the octet 0x01, the archive identifier and the block's id.
AssociatedData associated_data(const keys::ArchiveId& archive, const Digest& id) {
  AssociatedData data{};
  data[0] = 0x01;
  if (!fault::on(fault::ARC_014_of_any_archive)) std::ranges::copy(archive, data.begin() + 1);
  std::ranges::copy(id, data.begin() + 1 + sizeof(archive));
  return data;
}

}  // namespace

struct BlockVault::Tools {
  keys::ArchiveId archive;
  std::unique_ptr<Botan::MessageAuthenticationCode> naming = Botan::MessageAuthenticationCode::create_or_throw("HMAC(SHA-256)");
  std::unique_ptr<Botan::MessageAuthenticationCode> keying = Botan::MessageAuthenticationCode::create_or_throw("HMAC(SHA-256)");
  Packer packer;
  SealBox box;

  // [ARC-013] The key of a sealed block MUST be HMAC-SHA-256 of the block key over the block's id.
  keys::Secret key_of(const Digest& id) {
    if (!fault::on(fault::ARC_013_one_key_for_all)) keying->update(id.data(), id.size());
    return keying->final();
  }
};

Digest checksum(View sealed) {
  thread_local const auto hash = Botan::HashFunction::create_or_throw("SHA-256");
  Digest digest;
  hash->update(sealed.data(), sealed.size());
  hash->final(digest.data());
  return digest;
}

BlockVault::BlockVault(const keys::ArchiveKeys& keys) : tools_(std::make_unique<Tools>()) {
  tools_->archive = keys.archive;
  tools_->naming->set_key(keys.block_id);
  tools_->keying->set_key(keys.block);
}
BlockVault::~BlockVault() = default;
BlockVault::BlockVault(BlockVault&&) noexcept = default;
BlockVault& BlockVault::operator=(BlockVault&&) noexcept = default;

// [ARC-001] A client MUST name a block by HMAC-SHA-256 of the block-id key over one type octet and the block's plaintext.
Digest BlockVault::id(BlockKind kind, View block) {
  Digest id;
  if (!fault::on(fault::ARC_001_no_type)) tools_->naming->update(static_cast<std::uint8_t>(kind));
  tools_->naming->update(block.data(), block.size());
  tools_->naming->final(id.data());
  return id;
}

// [ARC-011] A client MUST seal content and metadata with AES-256-GCM before they leave the computer.
std::expected<Octets, ArchiveError> BlockVault::seal(const Digest& id, View block, Botan::RandomNumberGenerator& random) {
  if (block.size() > block_octets_max) return std::unexpected(ArchiveError::block_too_long);
  return seal_packed(id, tools_->packer.pack(block), random);
}

std::expected<Octets, ArchiveError> BlockVault::pack(View block) {
  if (block.size() > block_octets_max) return std::unexpected(ArchiveError::block_too_long);
  const View packed = tools_->packer.pack(block);
  return Octets(packed.begin(), packed.end());
}

Octets BlockVault::seal_packed(const Digest& id, View packed, Botan::RandomNumberGenerator& random) {
  return tools_->box.seal(tools_->key_of(id), associated_data(tools_->archive, id), packed, random);
}

std::expected<Octets, ArchiveError> BlockVault::open(BlockKind kind, const Digest& id, View sealed) {
  if (sealed.size() < limits::sealed_block_octets_min || sealed.size() > limits::sealed_block_octets_max)
    return std::unexpected(ArchiveError::sealed_length);
  const auto packed = tools_->box.open(tools_->key_of(id), associated_data(tools_->archive, id), sealed);
  if (!packed) return std::unexpected(packed.error());
  auto block = tools_->packer.unpack(*packed);
  // [ARC-016] A client MUST refuse an opened block whose id, computed anew, is not the id it asked for.
  if (block && this->id(kind, *block) != id && !fault::on(fault::ARC_016_id_not_computed)) return std::unexpected(ArchiveError::id_differs);
  return block;
}

}  // namespace coffer::archive
