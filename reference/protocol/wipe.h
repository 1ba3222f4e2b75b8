// Octets that held a secret, before their memory goes to somebody else. Where a secret lives on it is a Botan::secure_vector; this is for
// what it passes through on its way to and from the wire.
#pragma once

#include <botan/mem_ops.h>

#include "protocol/octets.h"

namespace coffer::protocol {

inline void wipe(Octets& octets) { Botan::secure_scrub_memory(octets.data(), octets.size()); }

}  // namespace coffer::protocol
