// Wraps: an archive key sealed with AES-256 key wrap with padding, 40 octets (spec 7.4). Each kind is made and opened side by side here.
// Must not know: key records, modes, where passwords and keys come from.
#pragma once

#include "keys/wrapping_key.h"

namespace coffer::keys {

inline constexpr std::size_t wrapped_octets = 40;
/// [KEY-014]
using Wrapped = std::array<std::uint8_t, wrapped_octets>;

/// Why a wrap does not give an archive key. A wrong password, a record of somebody else and a flipped bit look alike.
enum class WrapError : std::uint8_t {
  wrap_length,      // [KEY-014] not 40 octets
  secret_of_zeros,  // [KEY-017]
  wrap_broken,      // [KEY-018]
};
std::string_view describe(WrapError error);

/// Under a wrapping key of 32 octets.
Wrapped wrap(const Secret& wrapping_key, const ArchiveKey& key);
std::expected<ArchiveKey, WrapError> unwrap(const Secret& wrapping_key, View wrapped);

/// The password's wrap of a key record.
struct PasswordWrap {
  std::uint32_t rounds = 0;
  Salt salt{};
  Wrapped wrapped{};
  bool operator==(const PasswordWrap&) const = default;
};
/// [KEY-020] with a salt of its own. `which` is account or archive.
PasswordWrap wrap_under_password(Wrap which, const ArchiveOwner& owner, const ArchiveKey& key, View password, std::uint32_t rounds,
                                 Botan::RandomNumberGenerator& random);
std::expected<ArchiveKey, WrapError> open_with_password(Wrap which, const ArchiveOwner& owner, const PasswordWrap& wrap, View password);

/// A wrap for whoever holds the private half of a public key.
struct AgreementWrap {
  PublicKey one_time{};
  Wrapped wrapped{};
  bool operator==(const AgreementWrap&) const = default;
};
/// [KEY-020] with a one-time key of its own. `which` is server or recovery. Errors: secret_of_zeros, where the recipient's key is of small
/// order.
std::expected<AgreementWrap, WrapError> wrap_for(Wrap which, const ArchiveOwner& owner, const ArchiveKey& key, const PublicKey& recipient,
                                                 Botan::RandomNumberGenerator& random);
std::expected<ArchiveKey, WrapError> open_as_recipient(Wrap which, const ArchiveOwner& owner, const AgreementWrap& wrap,
                                                       const AgreementKey& recipient);

/// What a device keeps [KEY-048].
Wrapped wrap_for_device(const ArchiveOwner& owner, const ArchiveKey& key, View device_key);
std::expected<ArchiveKey, WrapError> open_on_device(const ArchiveOwner& owner, View wrapped, View device_key);

}  // namespace coffer::keys
