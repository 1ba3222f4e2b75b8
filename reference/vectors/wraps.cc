// Kinds password_wrap, agreement_wrap, device_wrap, those that open them, and read_key_record, check_key_record, seal_key_record.
#include <algorithm>

#include "keys/key_record.h"
#include "vectors/refusal.h"
#include "vectors/value.h"

namespace coffer::vectors {
namespace {

using namespace keys;

template <std::size_t size>
std::array<std::uint8_t, size> exactly(const Json& text) {
  const Octets given = octets(text);
  std::array<std::uint8_t, size> value{};
  if (given.size() != size) throw std::runtime_error("a value of another length than it has to have");
  std::ranges::copy(given, value.begin());
  return value;
}

Secret secret(const Json& text) {
  const Octets given = octets(text);
  return {given.begin(), given.end()};
}

ArchiveOwner owner(const Json& input) { return {number(input.at("user")), identity(input.at("computer")), identity(input.at("server"))}; }

ArchiveKey archive_key(const Json& input) { return ArchiveKey::from_octets(octets(input.at("archive_key"))).value(); }

Wrap which(const Json& input) {
  const auto name = input.at("wrap").get<std::string>();
  if (name == "account_wrap") return Wrap::account;
  if (name == "archive_wrap") return Wrap::archive;
  if (name == "server_wrap") return Wrap::server;
  if (name == "recovery_wrap") return Wrap::recovery;
  throw std::runtime_error("there is no wrap " + name);
}

Json opened(const std::expected<ArchiveKey, WrapError>& key) {
  if (!key) return refused(key.error());
  return accepted({{"archive_key", hex(key->octets())}});
}

Json shown(const KeyRecord& record) {
  Json fields = {{"mode", static_cast<int>(record.mode)}, {"generation", text_of(record.generation)}};
  if (record.server) {
    fields["escrow_key"] = hex(record.server->escrow_key);
    fields["one_time"] = hex(record.server->wrap.one_time);
    fields["server_wrap"] = hex(record.server->wrap.wrapped);
  }
  if (record.password) {
    fields["rounds"] = record.password->rounds;
    fields["salt"] = hex(record.password->salt);
    fields["password_wrap"] = hex(record.password->wrapped);
  }
  return fields;
}

}  // namespace

Json password_wrap(const Json& input) {
  const auto wrapping_key = key_of_password(which(input), owner(input), octets(input.at("password")),
                                            exactly<salt_octets>(input.at("salt")), input.at("rounds").get<std::uint32_t>());
  return accepted({{"wrapping_key", hex(wrapping_key)}, {"wrapped", hex(wrap(wrapping_key, archive_key(input)))}});
}

Json open_password_wrap(const Json& input) {
  const auto wrapping_key = key_of_password(which(input), owner(input), octets(input.at("password")),
                                            exactly<salt_octets>(input.at("salt")), input.at("rounds").get<std::uint32_t>());
  return opened(unwrap(wrapping_key, octets(input.at("wrapped"))));
}

Json agreement_wrap(const Json& input) {
  const AgreementKey one_time(secret(input.at("one_time_private")));
  const auto wrapping_key = key_sent(which(input), owner(input), one_time, exactly<32>(input.at("recipient")));
  if (!wrapping_key) return refused(WrapError::secret_of_zeros);
  return accepted({{"one_time", hex(one_time.public_key())},
                   {"wrapping_key", hex(*wrapping_key)},
                   {"wrapped", hex(wrap(*wrapping_key, archive_key(input)))}});
}

Json open_agreement_wrap(const Json& input) {
  const AgreementKey recipient(secret(input.at("recipient_private")));
  const auto wrapping_key = key_received(which(input), owner(input), exactly<32>(input.at("one_time")), recipient);
  if (!wrapping_key) return refused(WrapError::secret_of_zeros);
  return opened(unwrap(*wrapping_key, octets(input.at("wrapped"))));
}

Json device_wrap(const Json& input) {
  const auto wrapping_key = key_of_device(owner(input), octets(input.at("device_key")));
  return accepted({{"wrapping_key", hex(wrapping_key)}, {"wrapped", hex(wrap(wrapping_key, archive_key(input)))}});
}

Json open_device_wrap(const Json& input) {
  return opened(open_on_device(owner(input), octets(input.at("wrapped")), octets(input.at("device_key"))));
}

Json read_key_record(const Json& input) {
  const auto record = keys::read_key_record(octets(input.at("record")), owner(input));
  if (!record) return refused(record.error());
  Json fields = shown(*record);
  fields["check"] = hex(record->check);
  fields["tag"] = hex(record->tag);
  return accepted(fields);
}

Json check_key_record(const Json& input) {
  const Octets given = octets(input.at("record"));
  const auto record = keys::read_key_record(given, owner(input));
  if (!record) return refused(record.error());
  if (const auto wrong = disagrees(given, *record, archive_key(input))) return refused(*wrong);
  return accepted({{"mode", static_cast<int>(record->mode)}, {"generation", text_of(record->generation)}});
}

Json seal_key_record(const Json& input) {
  KeyRecord record{.mode = static_cast<KeyMode>(input.at("mode").get<int>()), .generation = number(input.at("generation"))};
  if (input.contains("escrow_key"))
    record.server =
        ServerWrap{.escrow_key = exactly<32>(input.at("escrow_key")),
                   .wrap = {.one_time = exactly<32>(input.at("one_time")), .wrapped = exactly<wrapped_octets>(input.at("server_wrap"))}};
  if (input.contains("rounds"))
    record.password = PasswordWrap{.rounds = input.at("rounds").get<std::uint32_t>(),
                                   .salt = exactly<salt_octets>(input.at("salt")),
                                   .wrapped = exactly<wrapped_octets>(input.at("password_wrap"))};
  return accepted({{"record", hex(write_key_record(record, owner(input), archive_key(input)))}});
}

}  // namespace coffer::vectors
