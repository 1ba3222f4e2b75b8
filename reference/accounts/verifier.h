// A password as the server keeps it: PBKDF2-HMAC-SHA-512 under a random salt. Pure: octets in, octets out.
// Must not know: users, logins, where salts come from.
#pragma once

#include <array>
#include <cstdint>

#include <botan/secmem.h>

#include "protocol/octets.h"

namespace Botan {
class RandomNumberGenerator;
}

namespace coffer::accounts {

// [IDN-012] A server MUST keep a password only as PBKDF2-HMAC-SHA-512
struct Verifier {
  std::array<std::uint8_t, 16> salt{};
  std::uint32_t rounds = 0;                 // not 0
  Botan::secure_vector<std::uint8_t> hash;  // 64 octets
};

/// Draws a salt from `random` and does `rounds` rounds of work (about 1 ms of CPU per 1,000).
Verifier make_verifier(Botan::RandomNumberGenerator& random, View password, std::uint32_t rounds);

/// Whether it is the password, compared in constant time. The work depends on the verifier's rounds alone.
bool matches(const Verifier& verifier, View password);

}  // namespace coffer::accounts
