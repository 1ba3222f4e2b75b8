#include "keys/expansion.h"

#include <botan/kdf.h>

namespace coffer::keys {

Secret expand(const Secret& key, std::string_view info, std::size_t octets) {
  const auto hkdf = Botan::KDF::create_or_throw("HKDF(SHA-256)");
  Secret out(octets);
  hkdf->kdf(out.data(), out.size(), key.data(), key.size(), nullptr, 0, reinterpret_cast<const std::uint8_t*>(info.data()), info.size());
  return out;
}

void append_owner(std::string& to, const ArchiveOwner& owner) {
  for (const std::uint64_t number : {owner.user, owner.computer, owner.server})
    for (int shift = 56; shift >= 0; shift -= 8) to.push_back(static_cast<char>(number >> shift));
}

}  // namespace coffer::keys
