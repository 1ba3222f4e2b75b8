#include "keys/wrap.h"

#include <algorithm>
#include <span>

#include <botan/block_cipher.h>
#include <botan/exceptn.h>
#include <botan/nist_keywrap.h>
#include <botan/rng.h>

#include "fault/switch.h"

namespace coffer::keys {
namespace {

std::unique_ptr<Botan::BlockCipher> cipher(const Secret& wrapping_key) {
  auto aes = Botan::BlockCipher::create_or_throw("AES-256");
  aes->set_key(wrapping_key);
  return aes;
}

/// Throws where the wrap's integrity check fails.
Secret held_in(const Secret& wrapping_key, View wrapped) try {
  Secret held = Botan::nist_key_unwrap_padded(wrapped.data(), wrapped.size(), *cipher(wrapping_key));
  if (fault::on(fault::KEY_018_broken_wraps_too)) held.resize(32);
  return held;
} catch (const Botan::Exception&) {
  if (fault::on(fault::KEY_018_another_check_too)) return Botan::nist_key_unwrap(wrapped.data(), wrapped.size(), *cipher(wrapping_key));
  if (fault::on(fault::KEY_018_broken_wraps_too)) return Secret(wrapped.end() - 32, wrapped.end());
  throw;
}

// [KEY-020] An endpoint MUST take each salt and each one-time key of a wrap anew from a cryptographic random generator.
void take_anew(std::span<std::uint8_t> value, Botan::RandomNumberGenerator& random) {
  if (fault::on(fault::KEY_020_one_for_all)) return;
  if (fault::on(fault::KEY_020_another_for_all))
    std::ranges::fill(value, std::uint8_t{0x9d});
  else
    random.randomize(value.data(), value.size());
}

}  // namespace

std::string_view describe(WrapError error) {
  switch (error) {
    case WrapError::wrap_length: return "a wrap of an archive key is 40 octets";
    case WrapError::secret_of_zeros: return "a public key is one with which everybody has the same secret";
    case WrapError::wrap_broken: return "this does not open the wrap: another password or key, another's wrap, or a damaged one";
  }
  return {};
}

// [KEY-014] A wrap MUST be AES-256 key wrap with padding of the archive key
Wrapped wrap(const Secret& wrapping_key, const ArchiveKey& key) {
  const auto with = fault::on(fault::KEY_014_without_padding) ? Botan::nist_key_wrap : Botan::nist_key_wrap_padded;
  const auto octets = with(key.octets().data(), key.octets().size(), *cipher(wrapping_key));
  Wrapped wrapped{};
  std::ranges::copy(octets, wrapped.begin());
  return wrapped;
}

// [KEY-018] An endpoint MUST refuse a wrap whose integrity check fails or that does not hold exactly 32 octets.
std::expected<ArchiveKey, WrapError> unwrap(const Secret& wrapping_key, View wrapped) try {
  if (wrapped.size() != wrapped_octets) return std::unexpected(WrapError::wrap_length);
  auto key = ArchiveKey::from_octets(held_in(wrapping_key, wrapped));
  if (!key) return std::unexpected(WrapError::wrap_broken);
  return std::move(*key);
} catch (const Botan::Exception&) {
  return std::unexpected(WrapError::wrap_broken);
}

PasswordWrap wrap_under_password(Wrap which, const ArchiveOwner& owner, const ArchiveKey& key, View password, std::uint32_t rounds,
                                 Botan::RandomNumberGenerator& random) {
  PasswordWrap made{.rounds = rounds};
  take_anew(made.salt, random);
  made.wrapped = wrap(key_of_password(which, owner, password, made.salt, rounds), key);
  return made;
}

std::expected<ArchiveKey, WrapError> open_with_password(Wrap which, const ArchiveOwner& owner, const PasswordWrap& wrap, View password) {
  return unwrap(key_of_password(which, owner, password, wrap.salt, wrap.rounds), wrap.wrapped);
}

std::expected<AgreementWrap, WrapError> wrap_for(Wrap which, const ArchiveOwner& owner, const ArchiveKey& key, const PublicKey& recipient,
                                                 Botan::RandomNumberGenerator& random) {
  Secret private_half(32);
  take_anew(private_half, random);
  const AgreementKey one_time(std::move(private_half));
  const auto wrapping_key = key_sent(which, owner, one_time, recipient);
  if (!wrapping_key) return std::unexpected(WrapError::secret_of_zeros);
  return AgreementWrap{.one_time = one_time.public_key(), .wrapped = wrap(*wrapping_key, key)};
}

std::expected<ArchiveKey, WrapError> open_as_recipient(Wrap which, const ArchiveOwner& owner, const AgreementWrap& wrap,
                                                       const AgreementKey& recipient) {
  const auto wrapping_key = key_received(which, owner, wrap.one_time, recipient);
  if (!wrapping_key) return std::unexpected(WrapError::secret_of_zeros);
  return unwrap(*wrapping_key, wrap.wrapped);
}

Wrapped wrap_for_device(const ArchiveOwner& owner, const ArchiveKey& key, View device_key) {
  return wrap(key_of_device(owner, device_key), key);
}

std::expected<ArchiveKey, WrapError> open_on_device(const ArchiveOwner& owner, View wrapped, View device_key) {
  return unwrap(key_of_device(owner, device_key), wrapped);
}

}  // namespace coffer::keys
