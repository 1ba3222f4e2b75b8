// Passwords as servers keep them, so that a case can hand a server one that was made elsewhere. Must not know: accounts, fixtures, anything
// of reference/.
#pragma once

#include <string_view>

#include "wire/octets.h"

namespace coffer::conformance {

enum class PasswordHash : std::uint8_t { sha_512, sha_256, sha_1 };  // IDN-012 and KEY-015 want the first; published vectors have the last

/// PBKDF2 with HMAC of that hash: 64 octets.
Octets pbkdf2(PasswordHash hash, std::string_view password, View salt, std::uint32_t rounds);

}  // namespace coffer::conformance
