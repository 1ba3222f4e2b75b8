// The accounts of the world (world.h): who there is, and a second opinion on who may log in, which shares nothing with the server's own.
// Must not know: sessions, traces.
#pragma once

#include <map>

#include "accounts/fixture.h"
#include "protocol/message.h"

namespace coffer::fuzz {

/// What an honest client of the world says of itself.
struct Identity {
  std::uint64_t computer = 0;
  protocol::Login login;
};

inline constexpr unsigned identity_count = 6;
/// 0 and 2 want the same computer's place; 3 is deferred, on a computer of nobody's; 4 is a blocked user, 5 has a blocked computer.
const Identity& identity(unsigned number);

/// Anything a stranger may claim: parts of the identities put together by `value`, with a wrong password at times.
protocol::Login claimed_login(std::uint32_t value);

accounts::Fixture accounts_of_the_world();

struct Admitted {
  std::uint64_t user = 0;
  std::uint32_t permissions = 0;
};
/// What chapter 6 says of a login; nullopt: it is refused. `bound`: whose the computers are that the accounts do not speak of.
std::optional<Admitted> may_log_in(const protocol::Login& login, std::uint64_t presented,
                                   const std::map<std::uint64_t, std::uint64_t>& bound);

}  // namespace coffer::fuzz
