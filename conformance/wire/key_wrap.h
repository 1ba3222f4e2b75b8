// AES-256 key wrap of octets of any length, which key_record.h uses for archive keys. Must not know: where wrapping keys come from, what is
// wrapped, anything of reference/.
#pragma once

#include <optional>

#include "wire/octets.h"

namespace coffer::conformance {

/// As RFC 5649 says [KEY-014], or as RFC 3394 does, which is as long and has another integrity check [KEY-018].
enum class Sealing : std::uint8_t { padded, without_padding };

Octets wrapped(View wrapping_key, View octets, Sealing sealing = Sealing::padded);
/// What was wrapped with padding; nullopt when its integrity check fails.
std::optional<Octets> unwrapped(View wrapping_key, View wrap);

}  // namespace coffer::conformance
