#include "keys/key_wrap.h"

#include <botan/block_cipher.h>
#include <botan/exceptn.h>
#include <botan/nist_keywrap.h>

#include "fault/switch.h"

namespace coffer::keys {
namespace {

std::unique_ptr<Botan::BlockCipher> cipher(const Secret& wrapping_key) {
  auto aes = Botan::BlockCipher::create_or_throw("AES-256");
  aes->set_key(wrapping_key);
  return aes;
}

}  // namespace

// [KEY-014] A wrap MUST be AES-256 key wrap with padding of the archive key
Secret key_wrapped(const Secret& wrapping_key, const Secret& octets) {
  const auto with = fault::on(fault::KEY_014_without_padding) ? Botan::nist_key_wrap : Botan::nist_key_wrap_padded;
  const auto wrapped = with(octets.data(), octets.size(), *cipher(wrapping_key));
  return {wrapped.begin(), wrapped.end()};
}

Secret key_unwrapped(const Secret& wrapping_key, View wrapped) try {
  Secret held = Botan::nist_key_unwrap_padded(wrapped.data(), wrapped.size(), *cipher(wrapping_key));
  if (fault::on(fault::KEY_018_broken_wraps_too)) held.resize(32);
  return held;
} catch (const Botan::Exception&) {
  if (fault::on(fault::KEY_018_another_check_too)) return Botan::nist_key_unwrap(wrapped.data(), wrapped.size(), *cipher(wrapping_key));
  if (fault::on(fault::KEY_018_broken_wraps_too)) return Secret(wrapped.end() - 32, wrapped.end());
  throw;
}

}  // namespace coffer::keys
