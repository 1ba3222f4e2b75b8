// AES-256 key wrap with padding (RFC 5649) of octets of any length, which wrap.h uses for archive keys. Must not know: what is wrapped,
// where wrapping keys come from. Private to this room.
#pragma once

#include "keys/archive_key.h"

namespace coffer::keys {

/// Under a wrapping key of 32 octets.
Secret key_wrapped(const Secret& wrapping_key, const Secret& octets);
/// Throws Botan::Exception where the integrity check fails.
Secret key_unwrapped(const Secret& wrapping_key, View wrapped);

}  // namespace coffer::keys
