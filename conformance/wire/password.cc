#include "wire/password.h"

#include <botan/pwdhash.h>

namespace coffer::conformance {

Octets pbkdf2(PasswordHash hash, std::string_view password, View salt, std::uint32_t rounds) {
  const std::string name = hash == PasswordHash::sha_512 ? "SHA-512" : hash == PasswordHash::sha_256 ? "SHA-256" : "SHA-1";
  Octets made(64);
  Botan::PasswordHashFamily::create_or_throw("PBKDF2(" + name + ")")
      ->from_params(rounds)
      ->derive_key(made.data(), made.size(), password.data(), password.size(), salt.data(), salt.size());
  return made;
}

}  // namespace coffer::conformance
