#include "wire/key_wrap.h"

#include <botan/block_cipher.h>
#include <botan/exceptn.h>
#include <botan/nist_keywrap.h>

namespace coffer::conformance {
namespace {

std::unique_ptr<Botan::BlockCipher> cipher(View key) {
  auto aes = Botan::BlockCipher::create_or_throw("AES-256");
  aes->set_key(key.data(), key.size());
  return aes;
}

}  // namespace

Octets wrapped(View wrapping_key, View octets, Sealing sealing) {
  const auto with = sealing == Sealing::padded ? Botan::nist_key_wrap_padded : Botan::nist_key_wrap;
  return with(octets.data(), octets.size(), *cipher(wrapping_key));
}

std::optional<Octets> unwrapped(View wrapping_key, View wrap) try {
  const auto held = Botan::nist_key_unwrap_padded(wrap.data(), wrap.size(), *cipher(wrapping_key));
  return Octets(held.begin(), held.end());
} catch (const Botan::Exception&) {
  return std::nullopt;
}

}  // namespace coffer::conformance
