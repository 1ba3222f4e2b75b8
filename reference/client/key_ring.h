// What a client makes of what a server says of its archive's key: whether it may be believed, and what is done so that blocks may be
// offered. Must not know: commands, terminals.
#pragma once

#include <optional>

#include "client/session.h"
#include "keys/key_making.h"

namespace coffer::client {

/// What the server says, read and found to be believed.
struct ShownKey {
  KeyStanding said;
  std::optional<keys::KeyRecord> record;  // none: there is none yet
  bool permits(keys::KeyMode mode) const;
  keys::PublicKey escrow_key() const;
};

keys::ArchiveOwner owner_of(const SessionFacts& facts);

/// Asks, and refuses what a server may not show this device: another's record or none that is one [KEY-027], a lower mode or generation
/// than was seen, or none where one was [KEY-009].
Outcome<ShownKey> ask_for_key(ServerLink& link, const Device& device);
/// [KEY-028] Refuses a record that is not of this key.
Outcome<void> require_same_key(const ShownKey& shown, const keys::ArchiveKey& key);

/// What a record is to hold: the mode and, where it has one, the password.
struct KeyChoice {
  keys::KeyMode mode = keys::KeyMode::custom;
  keys::Secret password;
};
/// Makes the next generation, has it kept, and remembers it. Refuses a mode that the server does not permit and that is not in force
/// [KEY-008], and a lower one.
Outcome<std::uint64_t> store_key(ServerLink& link, Device& device, const ShownKey& shown, const keys::ArchiveKey& key,
                                 const KeyChoice& choice);

/// [KEY-007] Before blocks are offered: the record of this key is shown, or made. A device that was given no mode has its user hold the
/// key: custom.
Outcome<void> ready_for_blocks(Session& session);

/// [KEY-046] The key as the server hands it out, where it can.
Outcome<keys::ArchiveKey> recovered_key(ServerLink& link, const keys::ArchiveOwner& owner);

/// [KEY-047] After a login: in account_password a record that does not open with the password that logged in is replaced by one that does.
Outcome<void> wrap_under_this_password(ServerLink& link, Device& device, const keys::Secret& password);

/// "Nobody but you will be able to restore …": what opens the archive in that mode, and what is lost with which secret [KEY-013].
std::string_view consequences(keys::KeyMode mode);

}  // namespace coffer::client
