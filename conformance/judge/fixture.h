// The accounts that a server under test is prepared with, and the names under which cases speak of them. Must not know: adapters, wires.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "wire/message.h"

namespace coffer::conformance {

/// A password as a server keeps it [IDN-012].
struct Kept {
  Octets salt;
  std::uint32_t rounds = 0;
  Octets hash;
};

struct Account {
  std::uint64_t id = 0;
  std::string name, organisation, password, registration_key;
  std::vector<std::string> roles;
  std::string state = "active";
  std::optional<Kept> kept = {};      // what the server is given in place of the password; unset: the password
  std::uint32_t permissions() const;  // what its roles grant
};

struct KnownComputer {
  std::uint64_t guid = 0;
  std::uint64_t user = 0;  // 0: nobody's
  std::string state = "active";
};

/// A deployment under test. The default is what nearly every case runs against; a case that needs another says what differs.
struct Fixture {
  std::string profile = "test";  // empty: it names none
  std::uint32_t rounds = 1000;   // of PBKDF2
  std::uint64_t server_guid = 0xc0ffe70000000001;
  std::string version = "7.0.0", minimum_version = "6.5.0";
  std::map<std::string, std::uint32_t> timers_ms;  // step, idle …; empty: the specification's
  std::map<std::string, std::uint32_t> limits;     // by their names in the fixture; empty: the implementation's
  std::vector<std::string> key_modes;              // that organisations permit; empty: all
  std::uint64_t config_version = 3;
  std::vector<Message> settings = default_settings();

  // acme: key with deferred logins, key without; globex: a key of its own.
  std::string deferred_key = "ACMEDEFERRED0001", standard_key = "ACMESTANDARD0001", other_key = "GLOBEXSTANDARD01";
  Account alice{1, "alice", "acme", "correct horse", "ACMESTANDARD0001", {"desktop_user", "console_user"}};  // backup and restore
  Account bob{2, "bob", "acme", "battery staple", "ACMESTANDARD0001", {"desktop_user"}};                     // backup only
  Account carol{3, "carol", "acme", "hunter2 hunter2", "ACMESTANDARD0001", {"console_user"}};                // restore only
  Account dora{4, "dora", "acme", "deauthorized one", "ACMESTANDARD0001", {"desktop_user"}, "deauthorized"};
  Account blake{5, "blake", "acme", "blocked two", "ACMESTANDARD0001", {"desktop_user"}, "blocked"};
  Account dean{6, "dean", "acme", "deactivated three", "ACMESTANDARD0001", {"desktop_user"}, "deactivated"};
  Account gina{7, "gina", "globex", "other house", "GLOBEXSTANDARD01", {"desktop_user", "console_user"}};
  KnownComputer bobs_computer{0xb0b0000000000001, 2, "active"};
  KnownComputer deauthorized_computer{0xdea0000000000001, 1, "deauthorized"};
  KnownComputer blocked_computer{0xb10c000000000001, 0, "blocked"};
  KnownComputer deactivated_computer{0xdead000000000001, 0, "deactivated"};

  static std::vector<Message> default_settings();
  std::vector<Account> accounts() const { return {alice, bob, carol, dora, blake, dean, gina}; }
  std::vector<KnownComputer> computers() const { return {bobs_computer, deauthorized_computer, blocked_computer, deactivated_computer}; }

  /// The JSON form that `prepare` carries (interop/README.md). Equal texts mean equal deployments.
  std::string to_json() const;
  /// Reads server identity, configuration and accounts of that form back, for a server that is already running; the text says what is
  /// wrong.
  static std::optional<Fixture> from_json(const std::string& text, std::string& why_not);
};

}  // namespace coffer::conformance
