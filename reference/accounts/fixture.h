// The account source of a server as a plain value, read from one JSON document: organisations, users, computers, configuration.
// Strict: what is not understood is an error that says where it stands and what to do. Must not know: files, stores, sessions.
#pragma once

#include <array>
#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include <botan/secmem.h>

#include "accounts/verifier.h"
#include "protocol/message.h"
#include "protocol/session_types.h"

namespace coffer::accounts {

/// The test profile allows few rounds and short timers; production allows neither [IDN-012].
enum class Profile : std::uint8_t { test, production };

/// Of users and computers alike.
enum class State : std::uint8_t { active, deauthorized, blocked, deactivated };
std::string_view name(State state);

struct RegistrationKey {
  std::string key;        // 16 letters and digits
  bool deferred = false;  // permits deferred logins [IDN-019]
};

struct Organisation {
  std::string name;
  std::vector<RegistrationKey> registration_keys;
  std::uint16_t key_modes = 7;  // that are permitted, as bits: 1 account_password, always; 2 archive_password; 4 custom
};

struct User {
  std::uint64_t id = 0;  // not 0
  std::string name;
  std::string organisation;
  std::variant<Botan::secure_vector<std::uint8_t>, Verifier> password;
  std::uint32_t permissions = 0;  // what the roles grant together [IDN-015]
  State state = State::active;
};

struct Computer {
  std::uint64_t guid = 0;             // not 0
  std::optional<std::uint64_t> user;  // whose it is; none: of the first user who logs in on it
  State state = State::active;
};

struct Configuration {
  std::uint64_t version = 0;
  std::vector<protocol::Setting> settings;
};

struct Fixture {
  Profile profile = Profile::production;
  std::uint64_t server_guid = 0;
  protocol::ApplicationVersion server_version, minimum_version;
  std::uint32_t pbkdf2_rounds = 0;
  protocol::Timers timers = spec::timer_milliseconds;
  std::optional<std::uint32_t> sessions_max, unverified_max, unverified_events_per_minute, unverified_events_max;
  std::optional<std::uint64_t> quota_octets;  // of blocks, for each user
  std::vector<Organisation> organisations;
  std::vector<User> users;
  std::vector<Computer> computers;
  Configuration configuration;
};

/// What is wrong with a document, and where.
struct FixtureError {
  std::string file;      // as the caller named it
  std::string pointer;   // RFC 6901; empty for the whole document
  std::string expected;  // what should stand there
  std::string found;     // what does; never a password
  std::string advice;    // what to do about it
};
/// One line for people.
std::string text(const FixtureError& error);

/// Reads a whole document. `file` only names it in errors.
std::expected<Fixture, FixtureError> parse_fixture(std::string_view file, std::string_view json);

/// 16 lower-case hex digits to a guid that is not 0, and back: the one text form of computers and servers.
std::optional<std::uint64_t> parse_guid(std::string_view text);
std::string guid_text(std::uint64_t guid);

}  // namespace coffer::accounts
