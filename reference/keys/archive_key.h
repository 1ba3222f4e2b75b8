// The archive key, and every key and identifier that follows from it (spec chapter 7).
// Must not know: files, clocks, entropy sources (randomness comes in), blocks, sessions, passwords.
#pragma once

#include <array>
#include <cstdint>
#include <expected>
#include <string_view>

#include <botan/secmem.h>

#include "protocol/octets.h"

namespace Botan {
class RandomNumberGenerator;
}

namespace coffer::keys {

using Secret = Botan::secure_vector<std::uint8_t>;
using ArchiveId = std::array<std::uint8_t, 16>;

inline constexpr std::size_t archive_key_octets = 32;

/// Why octets are not an archive key.
enum class KeyError : std::uint8_t {
  wrong_length,  // not 32 octets
  not_hex,       // text that is not hexadecimal digits
  weak,          // [KEY-004] no random generator makes this: fewer than eight different octets
};
/// What was expected and what to do about it; never any octet of the key.
std::string_view describe(KeyError error);

/// Whose archive it is: the three identifiers that its own identifier is bound to [KEY-003].
struct ArchiveOwner {
  std::uint64_t user = 0;
  std::uint64_t computer = 0;
  std::uint64_t server = 0;
  bool operator==(const ArchiveOwner&) const = default;
};

/// The keys of one archive, each 32 octets, by the labels of the specification's table [KEY-002].
struct ArchiveKeys {
  Secret block_id;
  Secret block;
  Secret record;
  Secret chunker;
  ArchiveId archive{};
};

/// 32 octets that open everything. Can be moved, not copied; wiped when it goes.
class ArchiveKey {
 public:
  /// [KEY-001] from a cryptographic random generator.
  static ArchiveKey generate(Botan::RandomNumberGenerator& random);
  /// Errors: wrong_length, weak.
  static std::expected<ArchiveKey, KeyError> from_octets(View octets);

  ArchiveKey(ArchiveKey&&) noexcept = default;
  ArchiveKey& operator=(ArchiveKey&&) noexcept = default;
  ArchiveKey(const ArchiveKey&) = delete;
  ArchiveKey& operator=(const ArchiveKey&) = delete;

  ArchiveKeys derive(const ArchiveOwner& owner) const;
  /// Proves that two sides hold one key, and shows nothing of it.
  Digest check_value() const;
  const Secret& octets() const { return octets_; }

 private:
  explicit ArchiveKey(Secret octets) : octets_(std::move(octets)) {}
  Secret octets_;
};

/// [KEY-003] HKDF over the label, then user, computer and server, 8 octets big-endian each.
ArchiveId archive_id(const ArchiveKey& key, const ArchiveOwner& owner);

}  // namespace coffer::keys
