// Before the archive's key goes from a device: its user is told what else opens the archive, and may think again.
// Must not know: how the key goes, sessions.
#pragma once

#include <string>
#include <vector>

#include "client/device.h"

namespace coffer::client {

/// Asks on the terminal where one of these destinations has a key that no account password brings back, and no other destination of the
/// device has it too; where there is no terminal that is said, and nothing asked. Failure: interrupted, the user said no.
Outcome<void> accept_key_loss(const Device& device, const std::vector<std::string>& destinations);

}  // namespace coffer::client
