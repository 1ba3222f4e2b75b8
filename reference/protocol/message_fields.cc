// The range of every field, as spec/tables/messages.toml gives it, in the order of the schema.
// A test reads the table's own words and tries each bound of each field against this file.
#include <algorithm>
#include <functional>
#include <string>

#include "coffer/spec/limits.h"
#include "fault/switch.h"
#include "protocol/address.h"
#include "protocol/message.h"

namespace coffer::protocol {

namespace {

namespace limits = spec::limits;
using Result = std::expected<void, Fault>;

/// The field that is out of range; empty when there is none.
using Field = std::string_view;
constexpr Field none{};

/// Well-formed UTF-8 without U+0000: no overlong forms, no surrogates, nothing above U+10FFFF.
bool is_text(std::string_view characters) {
  for (std::size_t at = 0; at < characters.size();) {
    const auto octet = [&](std::size_t i) { return at + i < characters.size() ? static_cast<unsigned char>(characters[at + i]) : 0U; };
    const auto lead = octet(0);
    if (lead == 0) return false;
    if (lead < 0x80) {
      ++at;
      continue;
    }
    const std::size_t length = lead >= 0xC2 && lead <= 0xDF ? 2 : (lead & 0xF0U) == 0xE0 ? 3 : lead >= 0xF0 && lead <= 0xF4 ? 4 : 0;
    if (length == 0) return false;
    for (std::size_t i = 1; i < length; ++i)
      if ((octet(i) & 0xC0U) != 0x80) return false;
    const auto second = octet(1);
    if ((lead == 0xE0 && second < 0xA0) || (lead == 0xED && second > 0x9F) || (lead == 0xF0 && second < 0x90) ||
        (lead == 0xF4 && second > 0x8F))
      return false;
    at += length;
  }
  return true;
}

bool within(std::size_t size, std::size_t least, std::size_t most) {
  return (size >= least && size <= most) || fault::on(fault::MSG_005_any_length);
}
// [MSG-007] A receiver MUST treat text that is not UTF-8, or that contains U+0000, as out of range.
bool text_within(const std::string& text, std::size_t least, std::size_t most) {
  return within(text.size(), least, most) && (is_text(text) || fault::on(fault::MSG_007_any_octets_are_text));
}

// [MSG-009] A receiver MUST treat as out of range a registration key of which any octet is not an ASCII letter or digit.
bool is_registration_key(const std::string& text) {
  const auto alphanumeric = [](char c) { return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z'); };
  return text.size() == limits::registration_key_octets &&
         (std::ranges::all_of(text, alphanumeric) || fault::on(fault::MSG_009_any_key_characters));
}

// [MSG-010] A receiver MUST treat as out of range a list of block ids whose octets are not a whole number of 32-octet ids
bool are_ids(const Octets& ids, std::size_t least = 1, std::size_t most = limits::blocks_per_request_max) {
  if (fault::on(fault::MSG_010_half_ids_and_falling_indices)) return ids.size() >= least;
  return ids.size() % limits::block_id_octets == 0 && within(ids.size() / limits::block_id_octets, least, most);
}

// [MSG-010] … or a list of indices that does not strictly increase.
bool are_indices(const std::vector<std::uint16_t>& indices) {
  if (fault::on(fault::MSG_010_half_ids_and_falling_indices)) return true;
  return indices.size() <= limits::blocks_per_request_max && std::ranges::adjacent_find(indices, std::greater_equal<>()) == indices.end();
}

bool is_digest(const Octets& octets) { return octets.size() == limits::block_id_octets; }
bool is_key(View octets) { return octets.size() == limits::agreement_key_octets; }
bool is_record(const Octets& octets) { return within(octets.size(), 1, limits::record_octets_max); }

// Messages of which any value of any field is in range.
Field refused(const Disconnect&) { return none; }
Field refused(const Ping&) { return none; }
Field refused(const Pong&) { return none; }
Field refused(const Goodbye&) { return none; }
Field refused(const Proceed&) { return none; }
Field refused(const ConfigState&) { return none; }
Field refused(const ConfigAck&) { return none; }
Field refused(const Ready&) { return none; }
Field refused(const ListVersions&) { return none; }
Field refused(const RestoreBegun&) { return none; }
Field refused(const RestoreEnd&) { return none; }
Field refused(const RestoreEnded&) { return none; }
Field refused(const BlocksReleased&) { return none; }
Field refused(const FetchKey&) { return none; }
Field refused(const PasswordChanged&) { return none; }

Field refused(const Version& m) {
  constexpr std::int16_t zone_least = -720, zone_most = 840;
  if (m.time_zone_minutes < zone_least || m.time_zone_minutes > zone_most) return "time_zone_minutes";
  if (!text_within(m.operating_system, 1, limits::text_octets_max)) return "operating_system";
  if (!text_within(m.virtual_machine, 0, limits::text_octets_max)) return "virtual_machine";
  // [MSG-011] A receiver MUST treat as out of range an address that is neither IPv4 nor IPv6 in text form
  if (!is_address(m.address) && !fault::on(fault::MSG_011_any_address)) return "address";
  return none;
}

Field refused(const Computer& m) { return m.guid == 0 && !fault::on(fault::MSG_005_identity_may_be_zero) ? "guid" : none; }
Field refused(const ServerIdentity& m) { return m.guid == 0 && !fault::on(fault::MSG_005_identity_may_be_zero) ? "guid" : none; }

Field refused(const Login& m) {
  if (!is_registration_key(m.registration_key)) return "registration_key";
  if (!text_within(m.user_name, 1, limits::text_octets_max)) return "user_name";
  if (!within(m.password.size(), 1, limits::password_octets_max)) return "password";
  if (m.computer == 0) return "computer";
  return none;
}

Field refused(const LoginAccepted& m) { return m.user == 0 ? "user" : none; }

Field refused(const ConfigPush& m) {
  if (m.settings.size() > limits::settings_max) return "settings";
  for (const auto& setting : m.settings) {
    if (!text_within(setting.name, 1, limits::text_octets_max)) return "settings.name";
    if (!text_within(setting.value, 0, limits::setting_value_octets_max)) return "settings.value";
  }
  return none;
}

Field refused(const OfferBlocks& m) { return are_ids(m.ids) ? none : "ids"; }
Field refused(const MissingBlocks& m) { return are_indices(m.indices) ? none : "indices"; }

Field refused(const CommitVersion& m) {
  if (m.number == 0) return "number";
  if (!is_digest(m.previous)) return "previous";
  if (!is_digest(m.link)) return "link";
  if (!is_record(m.record)) return "record";
  return none;
}

Field refused(const VersionCommitted& m) { return m.number == 0 ? "number" : none; }

Field refused(const Versions& m) {
  if (m.entries.size() > limits::versions_per_answer_max) return "entries";
  for (const auto& entry : m.entries) {
    if (entry.number == 0) return "entries.number";
    if (!is_digest(entry.link)) return "entries.link";
    if (!is_record(entry.record)) return "entries.record";
  }
  return none;
}

Field refused(const RestoreBegin& m) {
  if (m.version == 0) return "version";
  if (m.purpose > 1) return "purpose";
  return none;
}

Field refused(const FetchBlocks& m) { return are_ids(m.ids) ? none : "ids"; }
Field refused(const BlocksFetched& m) { return are_indices(m.missing) ? none : "missing"; }

Field refused(const ListBlocks& m) { return is_digest(m.after) ? none : "after"; }
Field refused(const BlockList& m) { return are_ids(m.ids, 0, limits::block_ids_per_answer_max) ? none : "ids"; }
Field refused(const ReleaseBlocks& m) { return are_ids(m.ids) ? none : "ids"; }

Field refused(const KeyState& m) {
  constexpr std::uint16_t modes_most = 7;
  if (!within(m.modes, 1, modes_most)) return "modes";
  if (!is_key(m.escrow_key)) return "escrow_key";
  if (!is_key(m.device_key)) return "device_key";
  if (!within(m.record.size(), 0, limits::key_record_octets_max)) return "record";
  return none;
}

Field refused(const StoreKey& m) {
  return within(m.record.size(), limits::key_record_octets_min, limits::key_record_octets_max) ? none : "record";
}
Field refused(const KeyStored& m) { return m.generation == 0 ? "generation" : none; }
Field refused(const RecoverKey& m) { return is_key(m.recipient) ? none : "recipient"; }
Field refused(const KeyRecovered& m) { return m.wrap.size() == limits::recovery_octets ? none : "wrap"; }

Field refused(const ChangePassword& m) {
  if (!within(m.current.size(), 1, limits::password_octets_max)) return "current";
  if (!within(m.replacement.size(), 1, limits::password_octets_max)) return "replacement";
  return none;
}

}  // namespace

Result check_fields(const Message& message) {
  const auto field = std::visit([](const auto& m) { return refused(m); }, message);
  if (field.empty()) return {};
  // [MSG-005] A receiver MUST close with field_out_of_range when a field of a message that the state admits is outside its range.
  return std::unexpected(Fault{spec::Reason::field_out_of_range, "MSG-005", 0, std::string(name(kind(message))).append(".").append(field)});
}

}  // namespace coffer::protocol
