#include "keys/key_record.h"

#include <algorithm>
#include <stdexcept>
#include <string>

#include <botan/mac.h>
#include <botan/mem_ops.h>

#include "fault/switch.h"
#include "keys/expansion.h"

namespace coffer::keys {
namespace {

constexpr std::uint8_t format = 0x01;
constexpr std::size_t password_part_octets = 4 + salt_octets + wrapped_octets;
constexpr std::size_t server_part_octets = 32 + 32 + wrapped_octets;
constexpr std::size_t tag_octets = 32;
/// Format, mode, owner, generation, check value and tag.
constexpr std::size_t bare_octets = 1 + 1 + 24 + 8 + 32 + tag_octets;

/// [KEY-021] as the key record table says; nothing for what is no mode.
std::optional<std::size_t> length(KeyMode mode) {
  switch (mode) {
    case KeyMode::account_password: return bare_octets + server_part_octets + password_part_octets;
    case KeyMode::archive_password: return bare_octets + password_part_octets;
    case KeyMode::custom: return bare_octets;
  }
  return std::nullopt;
}

/// Takes octets from the front; the whole length has been checked before.
class Reader {
 public:
  explicit Reader(View octets) : rest_(octets) {}
  View take(std::size_t count) {
    const View taken = rest_.first(count);
    rest_ = rest_.subspan(count);
    return taken;
  }
  template <std::size_t size>
  void into(std::array<std::uint8_t, size>& to) {
    std::ranges::copy(take(size), to.begin());
  }
  std::uint64_t number(std::size_t octets) {
    std::uint64_t value = 0;
    for (const std::uint8_t octet : take(octets)) value = value << 8 | octet;
    return value;
  }

 private:
  View rest_;
};

ServerWrap read_server(Reader& reader) {
  ServerWrap server;
  reader.into(server.escrow_key);
  reader.into(server.wrap.one_time);
  reader.into(server.wrap.wrapped);
  return server;
}

PasswordWrap read_password(Reader& reader) {
  PasswordWrap password{.rounds = static_cast<std::uint32_t>(reader.number(4))};
  reader.into(password.salt);
  reader.into(password.wrapped);
  return password;
}

bool zeros(View octets) {
  return std::ranges::all_of(octets, [](std::uint8_t octet) { return octet == 0; });
}

void append(Octets& to, View octets) { to.insert(to.end(), octets.begin(), octets.end()); }

void append(Octets& to, std::uint64_t number, int octets) {
  for (int shift = 8 * (octets - 1); shift >= 0; shift -= 8) to.push_back(static_cast<std::uint8_t>(number >> shift));
}

// [KEY-022] The tag of a key record MUST be HMAC-SHA-256 of all octets before it under the key record key.
Digest tag_of(View before, const ArchiveKey& key) {
  const auto mac = Botan::MessageAuthenticationCode::create_or_throw("HMAC(SHA-256)");
  mac->set_key(expand(key.octets(), "coffer/1 key record", 32));
  mac->update(before.data(), before.size());
  Digest tag;
  mac->final(tag.data());
  return tag;
}

/// A record that is made here has what its mode has, and nothing else [KEY-006].
void demand_wraps_of_mode(const KeyRecord& record) {
  const bool server = spec::escrows(record.mode, spec::Escrowed::server_wrap);
  const bool archive = spec::escrows(record.mode, spec::Escrowed::archive_wrap);
  const bool account = spec::escrows(record.mode, spec::Escrowed::account_wrap);
  if (record.server.has_value() != server || (archive && !record.password) || (record.password && !archive && !account))
    throw std::logic_error("a key record with wraps that are not its mode's");
}

}  // namespace

std::string_view describe(KeyRecordError error) {
  switch (error) {
    case KeyRecordError::key_record_length: return "a key record is as long as its mode has it";
    case KeyRecordError::unknown_key_record_format: return "a key record of a format that is not known";
    case KeyRecordError::unknown_key_mode: return "a key record of a mode that there is not";
    case KeyRecordError::generation_0: return "generations of a key record begin with 1";
    case KeyRecordError::another_owner: return "a key record of another user, computer or server";
    case KeyRecordError::rounds_out_of_range: return "a key record with too few or too many rounds";
  }
  return {};
}

// [KEY-021] A key record MUST be laid out as the key record table says
std::expected<KeyRecord, KeyRecordError> read_key_record(View octets, const ArchiveOwner& owner, Rounds rounds) {
  using enum KeyRecordError;
  if (octets.size() < bare_octets) return std::unexpected(key_record_length);
  Reader reader(octets);
  if (reader.number(1) != format) return std::unexpected(unknown_key_record_format);
  KeyRecord record{.mode = static_cast<KeyMode>(reader.number(1))};
  const auto wanted = length(record.mode);
  if (!wanted) return std::unexpected(unknown_key_mode);
  if (octets.size() != *wanted) return std::unexpected(key_record_length);
  const ArchiveOwner named{.user = reader.number(8), .computer = reader.number(8), .server = reader.number(8)};
  record.generation = reader.number(8);
  if (record.generation == 0 && !fault::on(fault::KEY_021_generation_0)) return std::unexpected(generation_0);
  if (named != owner) return std::unexpected(another_owner);
  reader.into(record.check);
  if (record.mode == KeyMode::account_password) record.server = read_server(reader);
  if (record.mode != KeyMode::custom) {
    const bool absent = record.mode == KeyMode::account_password && zeros(Reader(reader).take(password_part_octets));
    const PasswordWrap password = read_password(reader);
    if (!absent && (password.rounds < rounds.min || password.rounds > rounds.max)) return std::unexpected(rounds_out_of_range);
    if (!absent) record.password = password;
  }
  reader.into(record.tag);
  return record;
}

Octets write_key_record(const KeyRecord& record, const ArchiveOwner& owner, const ArchiveKey& key) {
  demand_wraps_of_mode(record);
  Octets octets{format, static_cast<std::uint8_t>(record.mode)};
  for (const std::uint64_t number : {owner.user, owner.computer, owner.server, record.generation}) append(octets, number, 8);
  append(octets, key.check_value());
  if (record.server) {
    append(octets, record.server->escrow_key);
    append(octets, record.server->wrap.one_time);
    append(octets, record.server->wrap.wrapped);
  }
  if (record.password) {
    append(octets, record.password->rounds, 4);
    append(octets, record.password->salt);
    append(octets, record.password->wrapped);
  } else if (record.mode == KeyMode::account_password) {
    octets.resize(octets.size() + password_part_octets);
  }
  append(octets, tag_of(octets, key));
  return octets;
}

// [KEY-028] A client MUST refuse a key record whose check value or tag is not that of the key
std::optional<KeyTagError> disagrees(View octets, const KeyRecord& record, const ArchiveKey& key) {
  const Digest check = key.check_value();
  if (!Botan::constant_time_compare(check.data(), record.check.data(), check.size())) return KeyTagError::check_differs;
  const Digest tag = tag_of(octets.first(octets.size() - tag_octets), key);
  if (!Botan::constant_time_compare(tag.data(), record.tag.data(), tag.size()) && !fault::on(fault::KEY_022_any_tag))
    return KeyTagError::tag_differs;
  return std::nullopt;
}

}  // namespace coffer::keys
