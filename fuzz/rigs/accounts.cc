#include "rigs/accounts.h"

#include <algorithm>
#include <array>

#include "coffer/spec/permissions.h"
#include "protocol/samples.h"

namespace coffer::fuzz {

namespace {

namespace samples = protocol::samples;
using accounts::State;

constexpr std::uint64_t computers[] = {samples::computer, 0xb0b, 0xd0d, 0xc0c, 0xe0e};
constexpr std::string_view password = "correct horse", ordinary_key = "ABCDEFGH12345678", deferring_key = "DEFERRED12345678",
                           other_key = "OTHERS0012345678";
constexpr std::uint32_t both = spec::permissions::backup | spec::permissions::restore;

struct Person {
  std::uint64_t id;
  std::string_view name, organisation;
  std::uint32_t permissions;
  State state;
};
constexpr Person people[] = {{samples::user, "alice", "acme", both, State::active},
                             {8, "bob", "acme", spec::permissions::backup, State::active},
                             {9, "carol", "acme", both, State::blocked},
                             {10, "dave", "other", both, State::active}};

struct Machine {
  std::uint64_t guid;
  std::optional<std::uint64_t> user;
  State state;
};
constexpr Machine machines[] = {{computers[0], samples::user, State::active},
                                {computers[1], 8, State::active},
                                {computers[3], 9, State::active},
                                {computers[4], samples::user, State::blocked}};

std::optional<std::uint64_t> owner(std::uint64_t computer, const std::map<std::uint64_t, std::uint64_t>& bound) {
  for (const auto& machine : machines)
    if (machine.guid == computer) return machine.user;
  const auto found = bound.find(computer);
  return found == bound.end() ? std::nullopt : std::optional(found->second);
}

protocol::Login login(std::string_view key, std::string_view user, std::uint64_t computer, bool deferred) {
  return {std::string(key), std::string(user), {password.begin(), password.end()}, computer, deferred};
}

}  // namespace

const Identity& identity(unsigned number) {
  static const std::array<Identity, identity_count> all{{
      {computers[0], login(ordinary_key, "alice", computers[0], false)},
      {computers[1], login(ordinary_key, "bob", computers[1], false)},
      {computers[0], login(ordinary_key, "alice", computers[0], false)},
      {computers[2], login(deferring_key, "alice", computers[2], true)},
      {computers[3], login(ordinary_key, "carol", computers[3], false)},
      {computers[4], login(ordinary_key, "alice", computers[4], false)},
  }};
  return all.at(number % identity_count);
}

protocol::Login claimed_login(std::uint32_t value) {
  constexpr std::string_view keys[] = {ordinary_key, deferring_key, other_key, "UNKNOWN012345678"};
  auto claimed = login(keys[value % 4], people[value / 4 % std::size(people)].name, computers[value / 16 % std::size(computers)],
                       value / 128 % 2 != 0);
  if (value / 256 % 2 != 0) claimed.password.back() = static_cast<std::uint8_t>(claimed.password.back() ^ 1U);
  return claimed;
}

accounts::Fixture accounts_of_the_world() {
  accounts::Fixture fixture;
  fixture.profile = accounts::Profile::test;
  fixture.server_guid = samples::server;
  fixture.server_version = {7, 0, 0};
  fixture.minimum_version = {6, 5, 0};
  fixture.pbkdf2_rounds = 1;
  fixture.organisations = {{"acme", {{std::string(ordinary_key), false}, {std::string(deferring_key), true}}},
                           {"other", {{std::string(other_key), false}}}};
  for (const auto& person : people)
    fixture.users.push_back({person.id, std::string(person.name), std::string(person.organisation),
                             Botan::secure_vector<std::uint8_t>(password.begin(), password.end()), person.permissions, person.state});
  for (const auto& machine : machines) fixture.computers.push_back({machine.guid, machine.user, machine.state});
  fixture.configuration = {samples::server_config, {{"backup.frequency", "900", true}}};
  return fixture;
}

std::optional<Admitted> may_log_in(const protocol::Login& login, std::uint64_t presented,
                                   const std::map<std::uint64_t, std::uint64_t>& bound) {
  const std::string_view organisation = login.registration_key == other_key ? "other" : "acme";
  const bool known_key =
      login.registration_key == ordinary_key || login.registration_key == deferring_key || login.registration_key == other_key;
  const auto* const person =
      std::ranges::find_if(people, [&](const auto& one) { return one.name == login.user_name && one.organisation == organisation; });
  if (!known_key || person == std::end(people) || person->state != State::active || login.computer != presented ||
      !std::ranges::equal(login.password, password) || (login.deferred && login.registration_key != deferring_key))
    return std::nullopt;
  const bool barred = std::ranges::any_of(machines, [&](const auto& machine) {
    return machine.guid == presented && (machine.state == State::blocked || machine.state == State::deactivated);
  });
  if (barred || owner(presented, bound).value_or(person->id) != person->id) return std::nullopt;
  return Admitted{person->id, login.deferred ? 0 : person->permissions};
}

}  // namespace coffer::fuzz
