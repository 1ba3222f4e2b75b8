// Kinds keys, archive_identifier, given_key, gear, cuts.
#include "keys/archive_key.h"

#include <algorithm>

#include <botan/hash.h>

#include "archive/chunker.h"
#include "vectors/refusal.h"
#include "vectors/value.h"

namespace coffer::vectors {
namespace {

Octets sha256(View octets) { return Botan::unlock(Botan::HashFunction::create_or_throw("SHA-256")->process(octets.data(), octets.size())); }

Octets big_endian(std::uint64_t number) {
  Octets octets(8);
  for (std::size_t i = 0; i < 8; ++i) octets[i] = static_cast<std::uint8_t>(number >> (56 - 8 * i));
  return octets;
}

/// Zero octets, then SHA-256 of the seed and a counter, as the vectors describe their content.
Octets content(const Json& input) {
  Octets made(input.at("zeros").get<std::size_t>());
  const std::size_t end = made.size() + input.at("length").get<std::size_t>();
  const Octets seed = octets(input.at("seed"));
  for (std::uint64_t counter = 0; made.size() < end; ++counter) {
    Octets hashed = seed;
    std::ranges::copy(big_endian(counter), std::back_inserter(hashed));
    std::ranges::copy(sha256(hashed), std::back_inserter(made));
  }
  made.resize(end);
  return made;
}

}  // namespace

Json keys(const Json& input) {
  const auto derived = archive_keys(input);
  return accepted({{"block_id", hex(derived.block_id)},
                   {"block", hex(derived.block)},
                   {"record", hex(derived.record)},
                   {"chunker", hex(derived.chunker)},
                   {"check", hex(keys::ArchiveKey::from_octets(octets(input.at("archive_key"))).value().check_value())},
                   {"archive", hex(derived.archive)}});
}

Json archive_identifier(const Json& input) { return accepted({{"archive", hex(archive_keys(input).archive)}}); }

Json given_key(const Json& input) {
  const auto key = keys::ArchiveKey::from_octets(octets(input.at("archive_key")));
  if (!key) return refused(key.error());
  return accepted({{"check", hex(key->check_value())}});
}

Json gear(const Json& input) {
  const auto table = archive::gear_table(archive_keys(input).chunker);
  Octets all;
  for (const auto number : table) std::ranges::copy(big_endian(number), std::back_inserter(all));
  const auto shown = [&](std::size_t i) { return hex(big_endian(table[i])); };
  return accepted({{"first", shown(0)}, {"second", shown(1)}, {"last", shown(255)}, {"sha256", hex(sha256(all))}});
}

Json cuts(const Json& input) {
  const auto table = archive::gear_table(archive_keys(input).chunker);
  const Octets data = content(input);
  Json lengths = Json::array();
  for (View rest = data; !rest.empty(); rest = rest.subspan(lengths.back().get<std::size_t>()))
    lengths.push_back(archive::first_chunk(table, rest));
  return accepted({{"lengths", lengths}});
}

}  // namespace coffer::vectors
