// All that opens a wrap of an archive key, whichever kind it is of, and what is another opener. Must not know: what is in a wrap.
#pragma once

#include <optional>

#include "keys/wrap.h"

namespace coffer::fuzz {

/// Each kind takes what it has a use for.
struct WrapOpener {
  keys::Wrap kind = keys::Wrap::account;
  keys::ArchiveOwner owner{1, 2, 3};
  keys::Secret secret = keys::Secret(32, 0x5a);
  keys::PublicKey one_time{9};
  keys::Salt salt{};
  std::uint32_t rounds = 1;

  bool has_password() const { return kind == keys::Wrap::account || kind == keys::Wrap::archive; }
  bool agrees() const { return kind == keys::Wrap::server || kind == keys::Wrap::recovery; }

  std::expected<keys::Secret, keys::SecretOfZeros> wrapping_key() const {
    if (has_password()) return keys::key_of_password(kind, owner, secret, salt, rounds);
    if (agrees()) return keys::key_received(kind, owner, one_time, keys::AgreementKey(secret));
    return keys::key_of_device(owner, secret);
  }

  std::expected<keys::ArchiveKey, keys::WrapError> open(const keys::Wrapped& wrapped) const {
    if (has_password()) return keys::open_with_password(kind, owner, {rounds, salt, wrapped}, secret);
    if (agrees()) return keys::open_as_recipient(kind, owner, {one_time, wrapped}, keys::AgreementKey(secret));
    return keys::open_on_device(owner, wrapped, secret);
  }

  /// One thing that counts is another, by an amount that is not 0.
  void change(std::uint8_t what, std::uint8_t by) {
    if (what % 7 == 0) owner.user ^= by;
    if (what % 7 == 1) owner.computer ^= by;
    if (what % 7 == 2) owner.server ^= by;
    if (what % 7 == 3) secret[1 + by % 30U] ^= by;  // not where X25519 overlooks bits
    if (what % 7 == 4) (has_password() ? salt[by % 16U] : one_time[by % 32U]) ^= by;
    if (what % 7 == 5) rounds += 1 + by % 4U;
    const bool counts = what % 7 < 4 || (what % 7 == 4 && kind != keys::Wrap::device) || (what % 7 == 5 && has_password());
    if (!counts) kind = keys::Wrap((static_cast<unsigned>(kind) + 1 + by % 4U) % 5);
  }
};

}  // namespace coffer::fuzz
