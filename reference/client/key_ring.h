// What a client makes of what a server says of its archive's key: whether it may be believed, what opens the key that the device keeps, and
// what is done so that blocks may be offered. Must not know: commands, terminals, how a session is come by.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "client/device.h"
#include "client/server_link.h"
#include "keys/key_making.h"

namespace coffer::client {

/// What the server says, read and found to be believed.
struct ShownKey {
  KeyStanding said;
  std::optional<keys::KeyRecord> record;  // none: there is none yet
  bool permits(keys::KeyMode mode) const;
  keys::PublicKey escrow_key() const;
  /// Whether the record's server_wrap is for a key that the server has no more [KEY-055].
  bool is_for_another_escrow_key() const;
};

keys::ArchiveOwner owner_of(const SessionFacts& facts);
/// What this device has seen of the key of the session's archive [KEY-009].
Outcome<std::optional<SeenKey>> seen_key(const ServerLink& link, const Device& device);

/// Asks, and refuses what a server may not show this device: another's record or none that is one [KEY-027], a lower mode or generation
/// than was seen, or none where one was [KEY-009].
Outcome<ShownKey> ask_for_key(ServerLink& link, const Device& device);
/// The same, whatever this device has seen before: for who goes on from an older state on purpose.
Outcome<ShownKey> ask_for_key_whatever_was_seen(ServerLink& link);
/// [KEY-009] What lies between the two.
Outcome<void> require_nothing_older(const ServerLink& link, const Device& device, const ShownKey& shown);
/// Whether the record has this key's check value, and a tag that is another's: damaged, or changed. Then its user may put another in its
/// place [KEY-060].
bool is_damaged(const ShownKey& shown, const keys::ArchiveKey& key);
/// [KEY-028] Refuses a record that is not of this key.
Outcome<void> require_same_key(const ShownKey& shown, const keys::ArchiveKey& key);
/// The same, and a record that is newer than the one this device has seen is remembered.
Outcome<void> believe(const ServerLink& link, Device& device, const ShownKey& shown, const keys::ArchiveKey& key);

/// [KEY-048] From now on the device has this key for that destination, in a wrap that opens with the device key that the server has just
/// handed out. Failure: local, where it has another one for another destination. `settled` as in KeptKey.
Outcome<void> keep_key(const ServerLink& link, Device& device, const std::string& destination, const ShownKey& shown,
                       const keys::ArchiveKey& key, bool settled = true);
/// Failure, where keep_key would refuse the key: its check value is not that of the key that the device has for another destination.
Outcome<void> require_the_device_s(const Device& device, const std::string& destination, const Digest& check);
/// Failure, which says what to do: the device has no key for that destination.
Outcome<KeptKey> require_kept(const Device& device, const std::string& destination);
/// What the device keeps for that destination, opened. Failures: there is none; it is that of another user or server; the device key that
/// the server hands out does not open it. It stays in any case: a server that errs once must not take the key away.
Outcome<keys::ArchiveKey> open_kept(const ServerLink& link, const Device& device, const std::string& destination, const ShownKey& shown);

/// [KEY-008, KEY-057] Failure(server) where a record of that mode is not to be stored.
Outcome<void> require_mode(const ServerLink& link, const Device& device, const ShownKey& shown, keys::KeyMode mode);

/// What a record is to hold: the mode and, where it has one, the password.
struct KeyChoice {
  keys::KeyMode mode = keys::KeyMode::custom;
  keys::Secret password;
};
/// Makes the next generation, has it kept, and remembers it. Refuses a mode that the server does not permit and that is not in force
/// [KEY-008], and a lower one.
Outcome<std::uint64_t> store_key(ServerLink& link, Device& device, const ShownKey& shown, const keys::ArchiveKey& key,
                                 const KeyChoice& choice);

/// [KEY-007] Before blocks are offered: the record of this key is shown, and believed already, or made. Who gave the device a key and chose
/// no mode holds it alone: custom; before that is so, `tell` is given what it means [KEY-013]. Refuses where a choice of mode was cut
/// short.
Outcome<void> ready_for_blocks(ServerLink& link, Device& device, const std::string& destination, const ShownKey& shown,
                               const keys::ArchiveKey& key, const std::function<void(const std::string&)>& tell);

/// [KEY-046] The key as the server hands it out, where it can.
Outcome<keys::ArchiveKey> recovered_key(ServerLink& link, const keys::ArchiveOwner& owner);

/// What a login makes of the archive's key.
struct UnlockedKey {
  std::optional<keys::ArchiveKey> key;                  // none: neither was one given nor does anything that was said open one
  std::optional<Failure> not_recovered = std::nullopt;  // why the server did not hand one out that was asked to
  /// [KEY-047, KEY-055] In account_password: the record does not open with the password that logged in, or is for another escrow key.
  bool wrap_is_stale = false;
};
/// The key that its user gives, or that the device keeps and that opens, or that the password opens in account_password, or that the server
/// then hands out.
Outcome<UnlockedKey> unlocked_key(ServerLink& link, const Device& device, const std::string& destination, const ShownKey& shown,
                                  std::optional<keys::ArchiveKey> given, const keys::Secret& password);

/// What a user is told before the mode is taken at a destination, in lines: what opens the archive in it, and what is lost with which
/// secret [KEY-013]; and, where another archive of the device is in another mode, who can then read both.
std::string what_it_means(const Device& device, const std::string& destination, keys::KeyMode mode);

}  // namespace coffer::client
