#include "keys/wrapping_key.h"

#include <stdexcept>
#include <string_view>

#include <botan/curve25519.h>
#include <botan/mem_ops.h>
#include <botan/rng.h>

#include "fault/switch.h"
#include "keys/expansion.h"

namespace coffer::keys {
namespace {

constexpr std::size_t wrapping_key_octets = 32;

std::string_view label(Wrap wrap) {
  switch (wrap) {
    case Wrap::account: return "coffer/1 account wrap";
    case Wrap::archive: return "coffer/1 archive wrap";
    case Wrap::server: return "coffer/1 server wrap";
    case Wrap::recovery: return "coffer/1 recovery wrap";
    case Wrap::device: return "coffer/1 device wrap";
  }
  throw std::logic_error("no such wrap");
}

/// What every wrapping key is bound to, so that a wrap opens as nothing else and for nobody else.
std::string purpose(Wrap wrap, const ArchiveOwner& owner) {
  std::string octets(label(wrap));
  append_owner(octets, owner);
  return octets;
}

void append(std::string& to, View octets) { to.append(octets.begin(), octets.end()); }

// [KEY-016] The wrapping key of an agreement MUST be HKDF-SHA-256 of the X25519 shared secret
std::expected<Secret, SecretOfZeros> agreed(Wrap wrap, const ArchiveOwner& owner, const Secret& mine, const PublicKey& other,
                                            const PublicKey& one_time, const PublicKey& recipient) {
  Secret shared(32);
  Botan::curve25519_donna(shared.data(), mine.data(), other.data());
  // [KEY-017] An endpoint MUST refuse an agreement whose shared secret is 32 zero octets.
  const Secret zeros(32);
  if (Botan::constant_time_compare(shared.data(), zeros.data(), zeros.size()) && !fault::on(fault::KEY_017_any_point))
    return std::unexpected(SecretOfZeros{});
  std::string info = purpose(wrap, fault::on(fault::KEY_016_without_the_owner) ? ArchiveOwner{} : owner);
  append(info, one_time);
  append(info, recipient);
  return expand(shared, info, wrapping_key_octets);
}

}  // namespace

AgreementKey AgreementKey::generate(Botan::RandomNumberGenerator& random) {
  Secret octets(32);
  random.randomize(octets.data(), octets.size());
  return AgreementKey(std::move(octets));
}

AgreementKey::AgreementKey(Secret octets) : private_(std::move(octets)) {
  if (private_.size() != 32) throw std::logic_error("a private key of X25519 is 32 octets");
  Botan::curve25519_basepoint(public_.data(), private_.data());
}

// [KEY-015] The wrapping key of a password MUST be the first 32 octets of PBKDF2-HMAC-SHA-512 of the password
Secret key_of_password(Wrap wrap, const ArchiveOwner& owner, View password, const Salt& salt, std::uint32_t rounds) {
  std::string salted = fault::on(fault::KEY_015_bare_salt) ? std::string() : purpose(wrap, owner);
  append(salted, salt);
  return stretch("SHA-512", password, salted, rounds, wrapping_key_octets);
}

std::expected<Secret, SecretOfZeros> key_sent(Wrap wrap, const ArchiveOwner& owner, const AgreementKey& one_time,
                                              const PublicKey& recipient) {
  return agreed(wrap, owner, one_time.octets(), recipient, one_time.public_key(), recipient);
}

std::expected<Secret, SecretOfZeros> key_received(Wrap wrap, const ArchiveOwner& owner, const PublicKey& one_time,
                                                  const AgreementKey& recipient) {
  return agreed(wrap, owner, recipient.octets(), one_time, one_time, recipient.public_key());
}

// [KEY-049] The wrapping key of a device_wrap MUST be HKDF-SHA-256 of the device key with an empty salt
Secret key_of_device(const ArchiveOwner& owner, View device_key) {
  return expand(Secret(device_key.begin(), device_key.end()),
                purpose(fault::on(fault::KEY_049_label_of_another_wrap) ? Wrap::archive : Wrap::device, owner), wrapping_key_octets);
}

}  // namespace coffer::keys
