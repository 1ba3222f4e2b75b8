#include "accounts/verifier.h"

#include <botan/mem_ops.h>
#include <botan/pwdhash.h>
#include <botan/rng.h>

#include "fault/switch.h"

namespace coffer::accounts {
namespace {

// One output block of HMAC-SHA-512: more would multiply the work and add no strength.
constexpr std::size_t hash_octets = 64;

Botan::secure_vector<std::uint8_t> pbkdf2(View password, View salt, std::uint32_t rounds) {
  static const auto family =
      Botan::PasswordHashFamily::create_or_throw(fault::on(fault::IDN_012_sha_256) ? "PBKDF2(SHA-256)" : "PBKDF2(SHA-512)");
  Botan::secure_vector<std::uint8_t> hash(hash_octets);
  family->from_params(rounds)->derive_key(hash.data(), hash.size(), reinterpret_cast<const char*>(password.data()), password.size(),
                                          salt.data(), salt.size());
  return hash;
}

}  // namespace

Verifier make_verifier(Botan::RandomNumberGenerator& random, View password, std::uint32_t rounds) {
  Verifier made;
  random.randomize(made.salt.data(), made.salt.size());
  made.rounds = rounds;
  made.hash = pbkdf2(password, made.salt, rounds);
  return made;
}

bool matches(const Verifier& verifier, View password) {
  const auto hash = pbkdf2(password, verifier.salt, verifier.rounds);
  return verifier.hash.size() == hash.size() && Botan::constant_time_compare(hash.data(), verifier.hash.data(), hash.size());
}

}  // namespace coffer::accounts
