#include "keys/archive_key.h"

#include <algorithm>
#include <bitset>
#include <stdexcept>
#include <string>

#include <botan/rng.h>

#include "fault/switch.h"
#include "keys/expansion.h"

namespace coffer::keys {
namespace {

constexpr std::size_t different_octets_min = 8;

/// [KEY-004] fewer than eight different octets: 32 random ones have so few with a probability below 2^-120.
bool weak(View octets) {
  std::bitset<256> different;
  for (const std::uint8_t octet : octets) different.set(octet);
  return different.count() < different_octets_min;
}

}  // namespace

std::string_view describe(KeyError error) {
  switch (error) {
    case KeyError::wrong_length: return "an archive key is 32 octets, written as 64 hexadecimal digits";
    case KeyError::not_hex: return "an archive key is written as 64 hexadecimal digits and nothing else";
    case KeyError::weak:
      return "this key is a pattern, not random; let `coffer key create` make one, or take 32 octets from a random generator";
  }
  return {};
}

ArchiveKey ArchiveKey::generate(Botan::RandomNumberGenerator& random) {
  // A generator that hands out a pattern twice is broken; a key from it would protect nothing.
  for (int attempt = 0; attempt < 2; ++attempt) {
    Secret octets(archive_key_octets);
    random.randomize(octets.data(), octets.size());
    if (!weak(octets)) return ArchiveKey(std::move(octets));
  }
  throw std::logic_error("the random generator does not generate random octets");
}

std::expected<ArchiveKey, KeyError> ArchiveKey::from_octets(View octets) {
  if (octets.size() != archive_key_octets) return std::unexpected(KeyError::wrong_length);
  if (weak(octets) && !fault::on(fault::KEY_004_patterns_taken)) return std::unexpected(KeyError::weak);
  return ArchiveKey(Secret(octets.begin(), octets.end()));
}

// [KEY-002] Each key MUST be HKDF-SHA-256 of the archive key with an empty salt
ArchiveKeys ArchiveKey::derive(const ArchiveOwner& owner) const {
  return {.block_id = expand(octets_, "coffer/1 block-id", 32),
          .block = expand(octets_, "coffer/1 block", 32),
          .record = expand(octets_, fault::on(fault::KEY_002_one_label_for_two) ? "coffer/1 block" : "coffer/1 record", 32),
          .chunker = expand(octets_, "coffer/1 chunker", 32),
          .archive = archive_id(*this, owner)};
}

Digest ArchiveKey::check_value() const {
  const Secret value = expand(octets_, "coffer/1 check", 32);
  Digest digest;
  std::ranges::copy(value, digest.begin());
  return digest;
}

// [KEY-003] The archive identifier MUST be the first 16 octets of HKDF-SHA-256 of the archive key
ArchiveId archive_id(const ArchiveKey& key, const ArchiveOwner& owner) {
  std::string info = "coffer/1 archive";
  append_owner(info, {owner.user, owner.computer, fault::on(fault::KEY_003_of_any_server) ? 0 : owner.server});
  const Secret octets = expand(key.octets(), info, std::tuple_size_v<ArchiveId>);
  ArchiveId id;
  std::ranges::copy(octets, id.begin());
  return id;
}

}  // namespace coffer::keys
