// Where a device takes the key from of an archive that there is. Must not know: commands, what was seen before.
#pragma once

#include "client/key_ring.h"
#include "client/session.h"

namespace coffer::client {

/// How the password of a mode is come by: one that is to hold from now on, or one that holds already.
using AskForPassword = Outcome<keys::Secret> (*)(const std::string& file, const std::string& what);

/// The password that a mode has: the account's is the one that logs in.
Outcome<keys::Secret> password_of(keys::KeyMode mode, const Device& device, const std::string& destination, const std::string& file,
                                  AskForPassword ask_for_it);

/// A session without a key, and what the server says of the archive's.
struct Asked : Visit {
  ShownKey shown;
};

/// The key that the device has for another destination, opened in a session there; none where it has none. The failure of the last one that
/// was tried: another key must not take the place of one that only cannot be reached.
Outcome<std::optional<keys::ArchiveKey>> key_from_elsewhere(const Asked& here, const protocol::Timers& timers);

/// Of a key that the server was asked to hand out and did not: what opens it all the same.
Failure with_a_way_on(Failure not_recovered);

struct FoundKey {
  keys::ArchiveKey key;
  std::optional<keys::Secret> password = std::nullopt;  // under which the archive's record has it
};

/// The key given, or the one that the device has for another destination, or what the archive's record opens to: with the password in that
/// file, or else with the one that the mode has, or by recovery.
Outcome<FoundKey> key_for(const Asked& here, std::optional<keys::ArchiveKey> given, const std::string& password_file,
                          const protocol::Timers& timers);

}  // namespace coffer::client
