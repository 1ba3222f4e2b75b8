#include "wire/key_record.h"

#include <botan/curve25519.h>
#include <botan/mac.h>

#include "wire/password.h"

namespace coffer::conformance {
namespace {

Octets big_endian(std::uint64_t value, int octet_count) {
  Octets out;
  for (int shift = (octet_count - 1) * 8; shift >= 0; shift -= 8) out.push_back(static_cast<std::uint8_t>(value >> shift));
  return out;
}

Octets owner_octets(const ArchiveOwner& owner) {
  return joined({big_endian(owner.user, 8), big_endian(owner.computer, 8), big_endian(owner.server, 8)});
}

Octets purpose(std::string_view label, const ArchiveOwner& owner) {
  return joined({octets("coffer/1 "), octets(label), owner_octets(owner)});
}

Octets agree(View private_key, View public_octets) {
  Octets shared(32);
  Botan::curve25519_donna(shared.data(), private_key.data(), public_octets.data());
  return shared;
}

Octets of_password(std::string_view label, const ArchiveOwner& owner, std::string_view password, std::uint32_t rounds, View salt) {
  Octets key = pbkdf2(PasswordHash::sha_512, password, joined({purpose(label, owner), salt}), rounds);
  key.resize(32);
  return key;
}

Octets of_agreement(std::string_view label, const ArchiveOwner& owner, View secret, View one_time, View recipient) {
  return derive(secret, joined({purpose(label, owner), one_time, recipient}), 32);
}

}  // namespace

Octets to_octets(const KeyRecord& record, View archive_key) {
  const Octets before = joined(
      {Octets{record.format, record.mode}, owner_octets(record.owner), big_endian(record.generation, 8), record.check, record.wraps});
  const auto mac = Botan::MessageAuthenticationCode::create_or_throw("HMAC(SHA-256)");
  const Octets key = derive(archive_key, octets("coffer/1 key record"), 32);
  mac->set_key(key.data(), key.size());
  mac->update(before.data(), before.size());
  const auto tag = mac->final();
  return joined({before, View(tag.data(), tag.size())});
}

Octets password_wrap(std::string_view label, const ArchiveOwner& owner, View archive_key, std::string_view password, std::uint32_t rounds,
                     View salt, Sealing sealing) {
  // A count that nobody should compute is written and not computed.
  const std::uint32_t computed = rounds > 0 && rounds <= 1'000'000 ? rounds : 1;
  return joined({big_endian(rounds, 4), salt, wrapped(of_password(label, owner, password, computed, salt), archive_key, sealing)});
}

Octets server_wrap(const ArchiveOwner& owner, View archive_key, View escrow_key, View one_time_private, Sealing sealing) {
  const Octets one_time = public_key(one_time_private);
  const Octets wrapping_key = of_agreement("server wrap", owner, agree(one_time_private, escrow_key), one_time, escrow_key);
  return joined({escrow_key, one_time, wrapped(wrapping_key, archive_key, sealing)});
}

Octets server_wrap_of_zeros(const ArchiveOwner& owner, View archive_key, View escrow_key) {
  const Octets zeros(32);
  return joined({escrow_key, zeros, wrapped(of_agreement("server wrap", owner, zeros, zeros, escrow_key), archive_key)});
}

std::optional<Octets> open_password_wrap(std::string_view label, const ArchiveOwner& owner, View part, std::string_view password) {
  std::uint32_t rounds = 0;
  for (const auto octet : part.first(4)) rounds = rounds << 8 | octet;
  return unwrapped(of_password(label, owner, password, rounds, part.subspan(4, 16)), part.subspan(20));
}

std::optional<Octets> open_server_wrap(const ArchiveOwner& owner, View part, View escrow_private) {
  const View one_time = part.subspan(32, 32);
  return unwrapped(of_agreement("server wrap", owner, agree(escrow_private, one_time), one_time, public_key(escrow_private)),
                   part.subspan(64));
}

Octets recovery_wrap(const ArchiveOwner& owner, View archive_key, View recipient, View one_time_private, Sealing sealing) {
  const Octets one_time = public_key(one_time_private);
  const Octets wrapping_key = of_agreement("recovery wrap", owner, agree(one_time_private, recipient), one_time, recipient);
  return joined({one_time, wrapped(wrapping_key, archive_key, sealing)});
}

Octets recovery_wrap_of_zeros(const ArchiveOwner& owner, View archive_key, View recipient) {
  const Octets zeros(32);
  return joined({zeros, wrapped(of_agreement("recovery wrap", owner, zeros, zeros, recipient), archive_key)});
}

std::optional<Octets> open_recovery(const ArchiveOwner& owner, View one_time_and_wrap, View private_key) {
  const View one_time = one_time_and_wrap.first(32);
  const Octets recipient = public_key(private_key);
  return unwrapped(of_agreement("recovery wrap", owner, agree(private_key, one_time), one_time, recipient), one_time_and_wrap.subspan(32));
}

Octets device_wrap(const ArchiveOwner& owner, View archive_key, View device_key) {
  return wrapped(derive(device_key, purpose("device wrap", owner), 32), archive_key);
}

Octets public_key(View private_key) {
  Octets key(32);
  Botan::curve25519_basepoint(key.data(), private_key.data());
  return key;
}

std::vector<FreshValue> fresh_values(const Message& message) {
  const auto name = message.name();
  const bool recovered = name == "key_recovered";
  if (!recovered && name != "store_key" && name != "key_state") return {};
  const Octets octets = message.octets(recovered ? "wrap" : "record");
  std::vector<FreshValue> found;
  const auto add = [&](std::size_t value, std::size_t length, std::size_t wrap) {
    const View all = octets;
    const auto part = [&](std::size_t at, std::size_t count) { return Octets(all.begin() + at, all.begin() + at + count); };
    if (part(wrap, 40) != Octets(40)) found.push_back({part(value, length), part(wrap, 40)});  // zeros: an account without a password
  };
  if (recovered && octets.size() == 72) add(0, 32, 32);
  if (recovered || octets.size() < 98) return found;
  if (octets[1] == account_password_mode && octets.size() == 262) {
    add(98, 32, 130);
    add(174, 16, 190);
  }
  if (octets[1] == archive_password_mode && octets.size() == 158) add(70, 16, 86);
  return found;
}

}  // namespace coffer::conformance
