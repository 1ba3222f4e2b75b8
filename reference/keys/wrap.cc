#include "keys/wrap.h"

#include <algorithm>
#include <span>

#include <botan/exceptn.h>
#include <botan/rng.h>

#include "fault/switch.h"
#include "keys/key_wrap.h"

namespace coffer::keys {
namespace {

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

Wrapped wrap(const Secret& wrapping_key, const ArchiveKey& key) {
  Wrapped wrapped{};
  std::ranges::copy(key_wrapped(wrapping_key, key.octets()), wrapped.begin());
  return wrapped;
}

// [KEY-018] An endpoint MUST refuse a wrap whose integrity check fails or that does not hold exactly 32 octets.
std::expected<ArchiveKey, WrapError> unwrap(const Secret& wrapping_key, View wrapped) try {
  if (wrapped.size() != wrapped_octets) return std::unexpected(WrapError::wrap_length);
  auto key = ArchiveKey::from_octets(key_unwrapped(wrapping_key, wrapped));
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
