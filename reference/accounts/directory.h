// Who may log in, on which computer, with which permissions: the rules of chapter 6 over one fixture.
// Must not know: sessions, sockets, files, databases; where bindings are kept is the caller's (`Bind`).
#pragma once

#include <cstdint>
#include <expected>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>

#include "accounts/fixture.h"
#include "protocol/server_session.h"

namespace coffer::accounts {

/// Keeps durably that a computer now belongs to a user; an error (as text) when it cannot. Called under the directory's lock, at most
/// once for each computer, on the thread of check_login().
using Bind = std::function<std::expected<void, std::string>(std::uint64_t computer, std::uint64_t user)>;

/// What stands in the way of a login: the rules, or trouble of the server's own [ERR-006].
struct NoLogin {
  std::string cause;
  bool own_trouble = false;
};

/// Thread-safe: any thread may call any operation. check_login() costs the fixture's PBKDF2 rounds of CPU (about 110 ms for 100,000):
/// call it where nothing waits.
class Directory {
 public:
  /// Passwords of the fixture become verifiers here, with salts from `random`, which is not kept. `bound`: what `bind` kept in earlier
  /// runs, computer to user; the fixture wins where both speak of a computer.
  Directory(Fixture fixture, Botan::RandomNumberGenerator& random, std::map<std::uint64_t, std::uint64_t> bound, Bind bind);

  /// The computer step. Whether it is connected already is asked of Presence, not here.
  std::expected<protocol::ComputerAdmitted, protocol::ComputerRefused> admit_computer(std::uint64_t guid) const;

  /// The user step on a computer presented as `presented`. Binds an unknown computer on success [IDN-023]. The cause of a refusal is for
  /// the event log only [IDN-022].
  std::expected<protocol::LoginAdmitted, NoLogin> check_login(const protocol::Login& login, std::uint64_t presented);

  /// The key modes that the user's organisation permits, as bits [KEY-010]; of a user that there is not, account_password alone.
  std::uint16_t key_modes(std::uint64_t user) const;
  /// Whether user and computer are both active, as far as the fixture says: what a device key is kept for [KEY-050].
  bool active(std::uint64_t user, std::uint64_t computer) const;
  /// Costs what a login costs.
  bool password_is(std::uint64_t user, View password) const;
  /// From now on this is the user's password, whatever the fixture says. Nothing of a user that there is not.
  void set_verifier(std::uint64_t user, Verifier verifier);
  std::uint32_t rounds() const { return nobody_.rounds; }

 private:
  struct Account {
    std::uint64_t id = 0;
    Verifier verifier;
    std::uint32_t permissions = 0;
    State state = State::active;
    std::uint16_t key_modes = 0;
  };
  const Account* account(std::uint64_t user) const;
  Verifier verifier_of(const Account& account) const;
  struct Key {
    std::string organisation;
    bool deferred = false;
  };

  std::optional<NoLogin> bind_computer(std::uint64_t computer, std::uint64_t user);

  std::unordered_map<std::string, Key> keys_;                        // by registration key
  std::map<std::pair<std::string, std::string>, Account> accounts_;  // by organisation and name
  std::unordered_map<std::uint64_t, State> computers_;
  Configuration configuration_;
  Verifier nobody_;  // matches no password: the work of a login whose user does not exist [IDN-021]
  Bind bind_;

  mutable std::mutex verifiers_mutex_;  // of the accounts' verifiers, which change while logins are checked
  std::mutex bound_mutex_;
  std::map<std::uint64_t, std::uint64_t> bound_;  // computer to user
};

}  // namespace coffer::accounts
