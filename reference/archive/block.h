// Blocks: their names, and their sealed form (spec section 8.1).
//   sealed = 0x01 ‖ nonce (12) ‖ AES-256-GCM( 0x00 ‖ block  or  0x01 ‖ zstd(block) ) ‖ tag (16)
// Must not know: files, servers, entropy sources (the generator for nonces comes in).
#pragma once

#include <cstdint>
#include <expected>
#include <functional>
#include <memory>

#include "archive/archive_error.h"
#include "keys/archive_key.h"
#include "protocol/octets.h"

namespace coffer::archive {

/// What a block holds; part of its name, so that no kind passes for another [ARC-001].
enum class BlockKind : std::uint8_t { content = 0x00, leaf = 0x01, id_list = 0x02, node = 0x03 };

/// A block with its name, not yet sealed.
struct NamedBlock {
  BlockKind kind = BlockKind::content;
  Digest id{};
  Octets octets;
};
using NamedBlockSink = std::function<void(NamedBlock)>;

/// The longest plaintext that any sealed block can hold: stored, with format octet, nonce, compression octet and tag around it.
inline constexpr std::size_t block_octets_max = 4'194'304 - 30;

/// SHA-256 over sealed octets: what a destination verifies without any key.
Digest checksum(View sealed);

/// Names, seals and opens blocks of one archive. Holds keyed ciphers and buffers: one per thread, cheap per block.
class BlockVault {
 public:
  /// Copies what it needs of the keys.
  explicit BlockVault(const keys::ArchiveKeys& keys);
  ~BlockVault();
  BlockVault(BlockVault&&) noexcept;
  BlockVault& operator=(BlockVault&&) noexcept;

  /// [ARC-001] HMAC-SHA-256 over the kind's octet and the block.
  Digest id(BlockKind kind, View block);

  /// Compressed where that makes it smaller. `id` must be the block's. Errors: block_too_long.
  std::expected<Octets, ArchiveError> seal(const Digest& id, View block, Botan::RandomNumberGenerator& random);

  /// The two steps of seal(), for a block that several archives of one key take: the first is the same for all of them. Errors:
  /// block_too_long.
  std::expected<Octets, ArchiveError> pack(View block);
  Octets seal_packed(const Digest& id, View packed, Botan::RandomNumberGenerator& random);

  /// The block behind `id`, proven to be it. Errors: sealed_length, unknown_format, tag_wrong, unknown_compression, not_one_zstd_frame,
  /// content_size, content_differs, id_differs; in this order, the first decides.
  std::expected<Octets, ArchiveError> open(BlockKind kind, const Digest& id, View sealed);

 private:
  struct Tools;
  std::unique_ptr<Tools> tools_;
};

}  // namespace coffer::archive
