// A ServerLink over a real connection: from the settings of a destination to a session in ready, and what its end means for a person.
// Must not know: archives, files but through the Device.
#pragma once

#include <memory>

#include "client/device.h"
#include "client/server_link.h"
#include "protocol/session_types.h"

namespace coffer::client {

/// What this program says of itself in the version step [SES-010].
inline constexpr protocol::ApplicationVersion application_version{7, 0, 0};

/// Connects, checks the pin, logs in, applies a pushed configuration, and remembers the server's identity. The device outlives the link.
/// Failures: untrusted (unreachable, other key, other server), refused (by the server, with its reason), local.
Outcome<std::unique_ptr<ServerLink>> connect(Device& device, const std::string& destination, const Credential& credential,
                                             const protocol::Timers& timers);

}  // namespace coffer::client
