// The people of the world (world_player.h): who there is, what they say of themselves, and a second opinion on who may log in, which shares
// nothing with the server's own.
// Must not know: sessions, traces.
#pragma once

#include <array>
#include <map>
#include <optional>
#include <string>

#include "accounts/fixture.h"
#include "protocol/message.h"

namespace coffer::fuzz {

class People {
 public:
  /// People of the same names, but with identities of their own for each number: what was stored of others is not theirs.
  explicit People(std::uint64_t number);
  /// What an honest client says of itself. 0 and 2 want the same computer's place; 3 is deferred, on a computer of nobody's; 4 is a
  /// blocked user, 5 has a blocked computer.
  static constexpr unsigned identity_count = 6;
  protocol::Login login(unsigned identity) const;
  /// A word of every password, and of nothing else.
  static constexpr std::string_view in_every_password = "horse";

  /// Anything a stranger may claim: parts of the above put together by `value`, with a wrong password at times.
  protocol::Login claimed_login(std::uint32_t value) const;

  accounts::Fixture fixture() const;

  struct Admitted {
    std::uint64_t user = 0;
    std::uint32_t permissions = 0;
  };
  /// What chapter 6 says of a login; nullopt: it is refused.
  std::optional<Admitted> may_log_in(const protocol::Login& login, std::uint64_t presented) const;

  /// The administrator blocks one of them, or lets them in again; the server learns of it when it begins anew.
  void block_or_not(unsigned person);
  /// A computer of nobody's is now that of the first user who logged in on it.
  void bind(std::uint64_t computer, std::uint64_t user) { bound_.emplace(computer, user); }
  const std::string& password(std::uint64_t user) const { return passwords_.at(user); }
  void set_password(std::uint64_t user, std::string password) { passwords_.at(user) = std::move(password); }

 private:
  std::uint64_t own(std::uint64_t identity) const { return identity + first_; }
  std::optional<std::uint64_t> owner(std::uint64_t computer) const;

  std::uint64_t first_;
  std::array<bool, 4> blocked_{false, false, true, false};
  std::map<std::uint64_t, std::uint64_t> bound_;
  std::map<std::uint64_t, std::string> passwords_;  // by user
};

}  // namespace coffer::fuzz
