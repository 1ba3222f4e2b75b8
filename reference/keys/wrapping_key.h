// Where the key of a wrap comes from: a password, an agreement of two public keys, or the device's key (spec 7.4, 7.9). Each is bound to
// the wrap's label and to whose archive it is. Must not know: what is wrapped, key records, modes.
#pragma once

#include <array>
#include <cstdint>
#include <expected>

#include "keys/archive_key.h"

namespace coffer::keys {

inline constexpr std::size_t salt_octets = 16;
using Salt = std::array<std::uint8_t, salt_octets>;
/// Of X25519, as RFC 7748 writes it.
using PublicKey = std::array<std::uint8_t, 32>;

/// The wraps that the specification's table names; each has a label of its own.
enum class Wrap : std::uint8_t { account, archive, server, recovery, device };

/// Half of an agreement. Can be moved, not copied; wiped when it goes.
class AgreementKey {
 public:
  static AgreementKey generate(Botan::RandomNumberGenerator& random);
  /// 32 octets; anything else is the caller's mistake.
  explicit AgreementKey(Secret octets);

  AgreementKey(AgreementKey&&) noexcept = default;
  AgreementKey& operator=(AgreementKey&&) noexcept = default;
  AgreementKey(const AgreementKey&) = delete;
  AgreementKey& operator=(const AgreementKey&) = delete;

  const PublicKey& public_key() const { return public_; }
  const Secret& octets() const { return private_; }

 private:
  Secret private_;
  PublicKey public_{};
};

/// [KEY-017] The other side's public key is one of those with which everybody has the same secret: zeros.
struct SecretOfZeros {};

/// [KEY-015] 32 octets. `rounds` is at least 1.
Secret key_of_password(Wrap wrap, const ArchiveOwner& owner, View password, const Salt& salt, std::uint32_t rounds);

/// [KEY-016] 32 octets, the same for both sides: who holds `mine` and the other's public key. One of the two is the sender's one-time key.
std::expected<Secret, SecretOfZeros> key_sent(Wrap wrap, const ArchiveOwner& owner, const AgreementKey& one_time,
                                              const PublicKey& recipient);
std::expected<Secret, SecretOfZeros> key_received(Wrap wrap, const ArchiveOwner& owner, const PublicKey& one_time,
                                                  const AgreementKey& recipient);

/// [KEY-049] 32 octets.
Secret key_of_device(const ArchiveOwner& owner, View device_key);

}  // namespace coffer::keys
