// The layout that sealed blocks and version records share: 0x01, a nonce of 12 octets, AES-256-GCM with a tag of 16 [ARC-012, ARC-020].
// Must not know: what is sealed, where keys come from, anything of reference/.
#pragma once

#include <optional>

#include "wire/octets.h"

namespace coffer::conformance {

inline constexpr std::uint8_t seal_form = 0x01;
inline constexpr std::size_t nonce_octets = 12;
inline constexpr std::size_t tag_octets = 16;

Octets seal(View key, View associated, View plaintext, View nonce);
/// nullopt when the tag is wrong. `sealed` is at least as long as a seal of nothing; its first octet is not looked at.
std::optional<Octets> open_seal(View key, View associated, View sealed);

}  // namespace coffer::conformance
