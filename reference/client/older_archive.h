// An archive that a server shows older than this device has seen it, as after the server was put back from a copy: what is missing, and
// going on from there.
#pragma once

#include <optional>
#include <string>

#include "client/session.h"

namespace coffer::client {

/// Another key record than the one that the server shows, which is damaged [KEY-060].
struct NextRecord {
  keys::KeyMode mode;
  std::optional<keys::Secret> password;  // none: it is asked for, where the mode has one
};

/// What the server shows, verified with the archive's key but not against what this device has seen.
struct OlderArchive {
  Session session;
  archive::ChainPoint head;
  std::string missing;  // in words, a sentence for each thing; empty: nothing is older than it was seen
  std::optional<NextRecord> next_record;
};

/// With the key given, or the one that the device keeps, or, where the server does not open that any more, as of key_for. Failures: as of
/// visit; no key; it is another than this device has had of the archive.
Outcome<OlderArchive> look_at_older(std::shared_ptr<Device> device, const std::string& destination, std::optional<keys::ArchiveKey> given,
                                    const std::string& password_file, const protocol::Timers& timers);

/// What the server shows is the newest that this device has seen, from now on, and opens the key that it keeps; of a damaged key record the
/// next generation takes the place. The password that this may need is asked for as in new_password_from_terminal_or.
Outcome<void> accept_older(OlderArchive& older, const std::string& password_file, const protocol::Timers& timers);

/// " If its administrator says …": what a refusal names as the way on.
std::string_view way_on_from_older();

}  // namespace coffer::client
