#include "accounts/fixture.h"

#include <algorithm>
#include <charconv>
#include <limits>
#include <set>

#include <fmt/core.h>
#include <nlohmann/json.hpp>

#include "accounts/fixture_reader.h"
#include "coffer/spec/key_modes.h"
#include "coffer/spec/limits.h"
#include "coffer/spec/permissions.h"
#include "fault/switch.h"

namespace coffer::accounts {
namespace {

namespace limits = spec::limits;
constexpr std::uint64_t any = std::numeric_limits<std::uint64_t>::max();
constexpr std::uint32_t rounds_max = 100'000'000;  // a quarter of an hour of work: a slip of the finger

constexpr std::array<std::string_view, 4> state_names{"active", "deauthorized", "blocked", "deactivated"};

/// The index of a text among the allowed ones.
std::size_t word(FixtureReader& reader, const Place& at, std::span<const std::string_view> allowed) {
  const std::string text = reader.text(at, 1, limits::text_octets_max);
  const auto found = std::find(allowed.begin(), allowed.end(), text);
  if (found != allowed.end() || !at) return found == allowed.end() ? 0 : static_cast<std::size_t>(found - allowed.begin());
  std::string all;
  for (const auto& name : allowed) all += (all.empty() ? "" : ", ") + std::string(name);
  reader.fail(at, "one of " + all, "\"" + text + "\"", "use one of these words");
  return 0;
}

State state(FixtureReader& reader, const Place& object) {
  const Place at = reader.optional(object, "state");
  return at ? static_cast<State>(word(reader, at, state_names)) : State::active;
}

/// Three numbers with points between them.
protocol::ApplicationVersion version(FixtureReader& reader, const Place& at) {
  const std::string text = reader.text(at, 5, 17);
  std::array<std::uint16_t, 3> parts{};
  const char* next = text.data();
  const char* const end = next + text.size();
  for (std::size_t i = 0; i < 3; ++i) {
    const auto [after, error] = std::from_chars(next, end, parts[i]);
    const bool last = i == 2;
    if (error != std::errc() || (last ? after != end : after == end || *after != '.')) {
      if (at) reader.fail(at, "major.minor.patch, each from 0 to 65535", "\"" + text + "\"", "write it like 7.0.0");
      return {};
    }
    next = after + 1;
  }
  return {parts[0], parts[1], parts[2]};
}

void once(FixtureReader& reader, const Place& at, bool inserted, std::string_view what) {
  if (!inserted && at)
    reader.fail(at, fmt::format("each {} once", what), "one that stands before", "remove one of them or give it another");
}

void read_server(FixtureReader& reader, const Place& root, Fixture& fixture) {
  const Place server = reader.required(root, "server");
  reader.object(server, {"guid", "version", "minimum_version"});
  fixture.server_guid = reader.guid(reader.required(server, "guid"));
  fixture.server_version = version(reader, reader.required(server, "version"));
  const Place minimum = reader.required(server, "minimum_version");
  fixture.minimum_version = version(reader, minimum);
  if (minimum && fixture.minimum_version > fixture.server_version)
    reader.fail(minimum, "at most the server's own version", "a later one", "lower it or raise \"version\"");
}

void read_costs(FixtureReader& reader, const Place& root, Fixture& fixture) {
  const bool production = fixture.profile == Profile::production && !fault::on(fault::LIM_005_cheap_in_production);
  const Place rounds = reader.required(root, "pbkdf2_rounds");
  fixture.pbkdf2_rounds = static_cast<std::uint32_t>(reader.number(rounds, 1, rounds_max));
  // [IDN-012] … and at least 100,000 rounds
  // [LIM-005] fewer than 100,000 rounds, and timers other than the table's, only from a fixture that declares the test profile
  if (production && rounds && fixture.pbkdf2_rounds < limits::pbkdf2_rounds_min)
    reader.fail(rounds, fmt::format("at least {} in the production profile", limits::pbkdf2_rounds_min), "",
                "raise it, or set \"profile\" to \"test\" if nothing real is stored");

  const Place timers = reader.optional(root, "timers_ms");
  if (production && timers)
    reader.fail(timers, "no timers in the production profile", "", "remove it, or set \"profile\" to \"test\" if nothing real is stored");
  reader.object(timers, {"tls_handshake", "step", "idle", "answer", "linger"});
  for (std::size_t i = 0; i < spec::timer_count; ++i)
    if (const Place at = reader.optional(timers, name(static_cast<spec::Timer>(i))))
      fixture.timers[i] = static_cast<std::uint32_t>(reader.number(at, 1, std::numeric_limits<std::uint32_t>::max()));

  const Place bounds = reader.optional(root, "limits");
  reader.object(bounds, {"sessions_max", "unverified_max", "unverified_events_per_minute", "unverified_events_max", "quota_octets"});
  const auto bound = [&](std::string_view member) -> std::optional<std::uint32_t> {
    const Place at = reader.optional(bounds, member);
    if (!at) return std::nullopt;
    return static_cast<std::uint32_t>(reader.number(at, 1, 1'000'000));
  };
  fixture.sessions_max = bound("sessions_max");
  fixture.unverified_max = bound("unverified_max");
  fixture.unverified_events_per_minute = bound("unverified_events_per_minute");
  fixture.unverified_events_max = bound("unverified_events_max");
  if (const Place quota = reader.optional(bounds, "quota_octets")) fixture.quota_octets = reader.number(quota, 1, std::uint64_t{1} << 53);
}

std::uint16_t read_key_modes(FixtureReader& reader, const Place& at) {
  std::array<std::string_view, spec::all_key_modes.size()> names;
  for (std::size_t i = 0; i < names.size(); ++i) names[i] = name(spec::all_key_modes[i]);
  std::uint16_t modes = 0;
  reader.each(at, [&](const Place& mode) {
    const auto bit = static_cast<std::uint16_t>(1U << word(reader, mode, names));
    once(reader, mode, (modes & bit) == 0, "key mode");
    modes |= bit;
  });
  // A mode that cannot be forbidden is permitted by every list.
  for (std::size_t i = 0; i < names.size(); ++i)
    if (!spec::can_be_forbidden(spec::all_key_modes[i]) && (modes >> i & 1U) == 0)
      reader.fail(at, fmt::format("{} among the modes", names[i]), "", "add it: it cannot be forbidden");
  return modes;
}

void read_organisations(FixtureReader& reader, const Place& root, Fixture& fixture) {
  std::set<std::string> names, keys;
  reader.each(reader.required(root, "organisations"), [&](const Place& at) {
    reader.object(at, {"name", "registration_keys", "key_modes"});
    Organisation& organisation = fixture.organisations.emplace_back();
    const Place name_at = reader.required(at, "name");
    organisation.name = reader.text(name_at, 1, limits::text_octets_max);
    once(reader, name_at, names.insert(organisation.name).second, "organisation");
    reader.each(reader.required(at, "registration_keys"), [&](const Place& key_at) {
      reader.object(key_at, {"key", "deferred"});
      const Place text_at = reader.required(key_at, "key");
      RegistrationKey key{reader.text(text_at, 0, limits::text_octets_max), reader.boolean(reader.optional(key_at, "deferred"))};
      const auto letter_or_digit = [](char c) { return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z'); };
      if (text_at && (key.key.size() != limits::registration_key_octets || !std::all_of(key.key.begin(), key.key.end(), letter_or_digit)))
        reader.fail(text_at, fmt::format("{} letters and digits", limits::registration_key_octets), "", "give a key of this form");
      once(reader, text_at, keys.insert(key.key).second, "registration key");
      organisation.registration_keys.push_back(std::move(key));
    });
    if (const Place modes_at = reader.optional(at, "key_modes")) organisation.key_modes = read_key_modes(reader, modes_at);
  });
}

Verifier read_verifier(FixtureReader& reader, const Place& at, std::uint32_t rounds) {
  reader.object(at, {"salt", "rounds", "hash"});
  Verifier verifier;
  const Octets salt = reader.hex(reader.required(at, "salt"), verifier.salt.size());
  if (salt.size() == verifier.salt.size()) std::copy(salt.begin(), salt.end(), verifier.salt.begin());
  const Place rounds_at = reader.required(at, "rounds");
  verifier.rounds = static_cast<std::uint32_t>(reader.number(rounds_at, 1, rounds_max));
  // [IDN-021] A server MUST do the same password work …: a user whose verifier costs more or less would show by the time it takes.
  if (rounds_at && verifier.rounds != rounds)
    reader.fail(rounds_at, fmt::format("{}, as pbkdf2_rounds says", rounds), "", "make the verifier anew with this count");
  const Octets hash = reader.hex(reader.required(at, "hash"), 64);
  verifier.hash.assign(hash.begin(), hash.end());
  return verifier;
}

std::uint32_t read_roles(FixtureReader& reader, const Place& roles) {
  std::array<std::string_view, spec::role_rows.size()> names;
  for (std::size_t i = 0; i < names.size(); ++i) names[i] = spec::role_rows[i].name;
  std::uint32_t permissions = 0;
  std::set<std::size_t> seen;
  // [IDN-015] … exactly the permissions that the user's roles grant
  reader.each(roles, [&](const Place& at) {
    const std::size_t role = word(reader, at, names);
    once(reader, at, seen.insert(role).second, "role");
    permissions |= spec::role_rows[role].permissions;
  });
  return permissions;
}

void read_users(FixtureReader& reader, const Place& root, Fixture& fixture) {
  std::set<std::uint64_t> ids;
  std::set<std::pair<std::string, std::string>> names;
  reader.each(reader.required(root, "users"), [&](const Place& at) {
    reader.object(at, {"id", "name", "organisation", "password", "verifier", "roles", "state"});
    User& user = fixture.users.emplace_back();
    const Place id_at = reader.required(at, "id"), name_at = reader.required(at, "name"),
                organisation_at = reader.required(at, "organisation");
    user.id = reader.number(id_at, 1, any);
    once(reader, id_at, ids.insert(user.id).second, "user id");
    user.name = reader.text(name_at, 1, limits::text_octets_max);
    user.organisation = reader.text(organisation_at, 1, limits::text_octets_max);
    const auto named = [&](const Organisation& organisation) { return organisation.name == user.organisation; };
    if (organisation_at && std::none_of(fixture.organisations.begin(), fixture.organisations.end(), named))
      reader.fail(organisation_at, "the name of an organisation", "\"" + user.organisation + "\"", "add the organisation or mend the name");
    once(reader, name_at, names.emplace(user.organisation, user.name).second, "user name in an organisation");

    const Place password = reader.optional(at, "password"), verifier = reader.optional(at, "verifier");
    if (static_cast<bool>(password) == static_cast<bool>(verifier))
      reader.fail(at, "either a password or a verifier", password ? "both" : "neither", "give one of them");
    if (verifier) {
      user.password = read_verifier(reader, verifier, fixture.pbkdf2_rounds);
    } else {
      const std::string text = reader.secret(password, 1, limits::password_octets_max);
      user.password = Botan::secure_vector<std::uint8_t>(text.begin(), text.end());
    }
    user.permissions = read_roles(reader, reader.required(at, "roles"));
    user.state = state(reader, at);
  });
}

void read_computers(FixtureReader& reader, const Place& root, Fixture& fixture) {
  std::set<std::uint64_t> guids;
  reader.each(reader.required(root, "computers"), [&](const Place& at) {
    reader.object(at, {"guid", "user", "state"});
    Computer& computer = fixture.computers.emplace_back();
    const Place guid_at = reader.required(at, "guid"), user_at = reader.required(at, "user");
    computer.guid = reader.guid(guid_at);
    once(reader, guid_at, guids.insert(computer.guid).second, "computer");
    if (user_at && !user_at.value->is_null()) {
      computer.user = reader.number(user_at, 1, any);
      const auto has_id = [&](const User& user) { return user.id == computer.user; };
      if (std::none_of(fixture.users.begin(), fixture.users.end(), has_id))
        reader.fail(user_at, "the id of a user, or null", "", "add the user or mend the id");
    }
    computer.state = state(reader, at);
  });
}

void read_configuration(FixtureReader& reader, const Place& root, Fixture& fixture) {
  const Place at = reader.optional(root, "configuration");
  if (!at) return;
  reader.object(at, {"version", "settings"});
  fixture.configuration.version = reader.number(reader.required(at, "version"), 0, any);
  std::set<std::string> names;
  const Place settings = reader.required(at, "settings");
  reader.each(settings, [&](const Place& setting) {
    reader.object(setting, {"name", "value", "locked"});
    const Place name_at = reader.required(setting, "name");
    fixture.configuration.settings.push_back({reader.text(name_at, 1, limits::text_octets_max),
                                              reader.text(reader.required(setting, "value"), 0, limits::setting_value_octets_max),
                                              reader.boolean(reader.required(setting, "locked"))});
    once(reader, name_at, names.insert(fixture.configuration.settings.back().name).second, "setting");
  });
  if (fixture.configuration.settings.size() > limits::settings_max)
    reader.fail(settings, fmt::format("at most {} settings", limits::settings_max), "", "remove some");
  // [FRM-008] Each may be in its range, and the message that carries all of them still too long to be sent.
  const auto octets = protocol::encode(protocol::ConfigPush{fixture.configuration.version, fixture.configuration.settings}).size();
  if (octets > limits::control_octets_max)
    reader.fail(settings, fmt::format("settings that fit into one message of {} octets", limits::control_octets_max),
                fmt::format("a message of {}", octets), "remove some or shorten their values");
}

}  // namespace

std::string_view name(State state) { return state_names[static_cast<std::size_t>(state)]; }

std::string text(const FixtureError& error) {
  return fmt::format("{}: at {}: expected {}, found {}; {}", error.file, error.pointer.empty() ? "the whole document" : error.pointer,
                     error.expected, error.found, error.advice);
}

std::expected<Fixture, FixtureError> parse_fixture(std::string_view file, std::string_view json) {
  FixtureReader reader(file);
  const nlohmann::json document = reader.parse(json);
  if (reader.error()) return std::unexpected(*reader.error());

  Fixture fixture;
  const Place root{&document, ""};
  reader.object(root, {"coffer_fixture", "profile", "server", "pbkdf2_rounds", "timers_ms", "limits", "organisations", "users", "computers",
                       "configuration"});
  reader.number(reader.required(root, "coffer_fixture"), 1, 1);
  constexpr std::array<std::string_view, 2> profiles{"test", "production"};
  // [LIM-006] A server MUST NOT take the test profile unless its account source declares it: a fixture has to name one.
  const bool said = reader.optional(root, "profile") || !fault::on(fault::LIM_006_test_unless_said);
  fixture.profile =
      said ? static_cast<Profile>(word(reader, reader.required(root, "profile", "\"test\" or \"production\""), profiles)) : Profile::test;
  read_server(reader, root, fixture);
  read_costs(reader, root, fixture);
  read_organisations(reader, root, fixture);
  read_users(reader, root, fixture);
  read_computers(reader, root, fixture);
  read_configuration(reader, root, fixture);
  if (reader.error()) return std::unexpected(*reader.error());
  return fixture;
}

}  // namespace coffer::accounts
