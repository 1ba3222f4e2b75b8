#include "keys/expansion.h"

#include <botan/kdf.h>
#include <botan/pwdhash.h>

namespace coffer::keys {

Secret expand(const Secret& key, std::string_view info, std::size_t octets) {
  const auto hkdf = Botan::KDF::create_or_throw("HKDF(SHA-256)");
  Secret out(octets);
  hkdf->kdf(out.data(), out.size(), key.data(), key.size(), nullptr, 0, reinterpret_cast<const std::uint8_t*>(info.data()), info.size());
  return out;
}

Secret stretch(const std::string& hash, View password, std::string_view salt, std::uint32_t rounds, std::size_t octets) {
  Secret out(octets);
  const auto family = Botan::PasswordHashFamily::create_or_throw("PBKDF2(" + hash + ")");
  family->from_params(rounds)->derive_key(out.data(), out.size(), reinterpret_cast<const char*>(password.data()), password.size(),
                                          reinterpret_cast<const std::uint8_t*>(salt.data()), salt.size());
  return out;
}

void append_owner(std::string& to, const ArchiveOwner& owner) {
  for (const std::uint64_t number : {owner.user, owner.computer, owner.server})
    for (int shift = 56; shift >= 0; shift -= 8) to.push_back(static_cast<char>(number >> shift));
}

}  // namespace coffer::keys
