#include "wire/seal.h"

#include <botan/aead.h>
#include <botan/exceptn.h>

namespace coffer::conformance {

Octets seal(View key, View associated, View plaintext, View nonce) {
  const auto cipher = Botan::AEAD_Mode::create_or_throw("AES-256/GCM", Botan::ENCRYPTION);
  cipher->set_key(key.data(), key.size());
  cipher->set_associated_data(associated.data(), associated.size());
  cipher->start(nonce.data(), nonce.size());
  Botan::secure_vector<std::uint8_t> text(plaintext.begin(), plaintext.end());
  cipher->finish(text);
  return joined({Octets{seal_form}, nonce, View(text.data(), text.size())});
}

std::optional<Octets> open_seal(View key, View associated, View sealed) try {
  const auto cipher = Botan::AEAD_Mode::create_or_throw("AES-256/GCM", Botan::DECRYPTION);
  cipher->set_key(key.data(), key.size());
  cipher->set_associated_data(associated.data(), associated.size());
  cipher->start(sealed.data() + 1, nonce_octets);
  const View rest = sealed.subspan(1 + nonce_octets);
  Botan::secure_vector<std::uint8_t> text(rest.begin(), rest.end());
  cipher->finish(text);
  return Octets(text.begin(), text.end());
} catch (const Botan::Exception&) {
  return std::nullopt;
}

}  // namespace coffer::conformance
