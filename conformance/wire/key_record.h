// Wraps and key records as spec sections 7.4 and 7.5 write them, each part open to be made wrong, and wraps opened again: the archive key,
// the passwords and the private keys are the suite's own. Must not know: sessions, what a server keeps, anything of reference/.
#pragma once

#include <optional>
#include <string_view>

#include "wire/archive.h"
#include "wire/key_wrap.h"
#include "wire/message.h"

namespace coffer::conformance {

inline constexpr std::uint8_t account_password_mode = 1, archive_password_mode = 2, custom_mode = 3;

/// Everything between the front of a key record and its tag; a wrong one is a value like any other.
struct KeyRecord {
  std::uint8_t format = 0x01, mode = custom_mode;
  ArchiveOwner owner;
  std::uint64_t generation = 1;
  Octets check = {};  // 32 octets
  Octets wraps = {};  // those of the mode, back to back
};

/// The record's octets, its tag made with this archive key [KEY-021, KEY-022].
Octets to_octets(const KeyRecord& record, View archive_key);

/// rounds ‖ salt ‖ wrap, 60 octets [KEY-015]. `label`: "account wrap" or "archive wrap".
Octets password_wrap(std::string_view label, const ArchiveOwner& owner, View archive_key, std::string_view password, std::uint32_t rounds,
                     View salt, Sealing sealing = Sealing::padded);
/// escrow key ‖ one-time key ‖ wrap, 104 octets [KEY-016].
Octets server_wrap(const ArchiveOwner& owner, View archive_key, View escrow_key, View one_time_private, Sealing sealing = Sealing::padded);

/// The same for a one-time key of zeros, with which everybody has the same secret.
Octets server_wrap_of_zeros(const ArchiveOwner& owner, View archive_key, View escrow_key);

/// one-time key ‖ wrap, 72 octets.
Octets recovery_wrap(const ArchiveOwner& owner, View archive_key, View recipient, View one_time_private, Sealing sealing = Sealing::padded);

Octets recovery_wrap_of_zeros(const ArchiveOwner& owner, View archive_key, View recipient);

/// What a device keeps of its archive key, 40 octets [KEY-048, KEY-049].
Octets device_wrap(const ArchiveOwner& owner, View archive_key, View device_key);

/// The archive key; nullopt when it does not open.
std::optional<Octets> open_password_wrap(std::string_view label, const ArchiveOwner& owner, View part, std::string_view password);
std::optional<Octets> open_server_wrap(const ArchiveOwner& owner, View part, View escrow_private);
std::optional<Octets> open_recovery(const ArchiveOwner& owner, View one_time_and_wrap, View private_key);
/// 32 octets.
Octets public_key(View private_key);

/// A salt or a one-time key, and the wrap that was made with it [KEY-020].
struct FreshValue {
  Octets value, wrap;
};
/// Those of a message that holds a key record, laid out as its mode has it, or a recovered key.
std::vector<FreshValue> fresh_values(const Message& message);

}  // namespace coffer::conformance
