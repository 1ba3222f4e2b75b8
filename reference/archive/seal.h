// AES-256-GCM in the one layout that blocks and version records share: 0x01 ‖ nonce ‖ ciphertext ‖ tag.
// Must not know: what is sealed. Private to this room.
#pragma once

#include <expected>
#include <memory>

#include "archive/archive_error.h"
#include "keys/archive_key.h"
#include "protocol/octets.h"

namespace Botan {
class AEAD_Mode;
}

namespace coffer::archive {

inline constexpr std::uint8_t seal_format = 0x01;
inline constexpr std::size_t nonce_octets = 12;
inline constexpr std::size_t tag_octets = 16;
inline constexpr std::size_t seal_overhead_octets = 1 + nonce_octets + tag_octets;

/// Keeps the two cipher objects and a buffer between uses. One per thread.
class SealBox {
 public:
  SealBox();
  ~SealBox();
  SealBox(SealBox&&) noexcept;
  SealBox& operator=(SealBox&&) noexcept;

  Octets seal(const keys::Secret& key, View associated, View plaintext, Botan::RandomNumberGenerator& random);
  /// The plaintext, valid until the next call. Errors: unknown_format, tag_wrong. `sealed` has at least seal_overhead_octets.
  std::expected<View, ArchiveError> open(const keys::Secret& key, View associated, View sealed);

 private:
  std::unique_ptr<Botan::AEAD_Mode> sealer_, opener_;
  keys::Secret buffer_;
};

}  // namespace coffer::archive
