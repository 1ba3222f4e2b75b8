// Any octets as a key record: what is taken has the parts of its mode and no others, and each octet of it is somewhere in what was read;
// who does not hold the key makes no tag. The first octet says whose archive it is read for: the one that it names, or another.
#include <algorithm>

#include "keys/key_keeping.h"
#include "rigs/oracle.h"

namespace {

using namespace coffer;

keys::ArchiveOwner named(View octets) {
  keys::ArchiveOwner owner;
  for (std::size_t at = 2; at < 26 && at < octets.size(); ++at) {
    auto& number = at < 10 ? owner.user : at < 18 ? owner.computer : owner.server;
    number = number << 8 | octets[at];
  }
  return owner;
}

void append(Octets& to, View octets) { to.insert(to.end(), octets.begin(), octets.end()); }

void append(Octets& to, std::uint64_t number, int octets) {
  for (int shift = 8 * (octets - 1); shift >= 0; shift -= 8) to.push_back(static_cast<std::uint8_t>(number >> shift));
}

/// Put together from what was read, by the specification's table.
Octets again(const keys::KeyRecord& record, const keys::ArchiveOwner& owner) {
  Octets octets{0x01, static_cast<std::uint8_t>(record.mode)};
  for (const std::uint64_t number : {owner.user, owner.computer, owner.server, record.generation}) append(octets, number, 8);
  append(octets, record.check);
  if (record.server) {
    append(octets, record.server->escrow_key);
    append(octets, record.server->wrap.one_time);
    append(octets, record.server->wrap.wrapped);
  }
  if (record.password) {
    append(octets, record.password->rounds, 4);
    append(octets, record.password->salt);
    append(octets, record.password->wrapped);
  } else if (record.mode == keys::KeyMode::account_password) {
    octets.resize(octets.size() + 60);
  }
  append(octets, record.tag);
  return octets;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const View octets(data + 1, size - 1);
  const bool own = (data[0] & 1) != 0;
  const auto owner = own ? named(octets) : keys::ArchiveOwner{1, 2, 3};
  const auto record = keys::read_key_record(octets, owner);
  const auto sent = keys::read_sent(octets, owner, {});
  fuzz::demand(record.has_value() == sent.has_value(), "KEY-023 a server takes what is laid out, and nothing else");
  if (!record) return 0;
  fuzz::demand(own || named(octets) == owner, "KEY-024 a record of another archive is refused");
  fuzz::demand(octets.size() == 98 || octets.size() == 158 || octets.size() == 262, "KEY-021 there are three lengths");
  fuzz::demand(record->server.has_value() == spec::escrows(record->mode, spec::Escrowed::server_wrap),
               "KEY-006 the server's wrap is where its mode has it");
  fuzz::demand(!record->password || record->mode != keys::KeyMode::custom, "KEY-006 custom has no wrap");
  fuzz::demand(!record->password || (record->password->rounds >= 100'000 && record->password->rounds <= 10'000'000),
               "KEY-025 rounds are in their range");
  fuzz::demand(record->generation != 0, "KEY-021 generations begin with 1");
  const Octets same = again(*record, owner);
  fuzz::demand(std::ranges::equal(same, octets), "every octet of a record is read");
  static const auto key =
      keys::ArchiveKey::from_octets(Octets{9, 8, 7, 6, 5, 4, 3, 2, 1, 0, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0, 9, 8})
          .value();
  fuzz::demand(keys::disagrees(octets, *record, key).has_value(), "KEY-022 nobody makes the tag of a key that nobody holds");
  return 0;
}
