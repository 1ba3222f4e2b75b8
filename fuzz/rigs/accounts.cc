#include "rigs/accounts.h"

#include <algorithm>

#include "coffer/spec/permissions.h"
#include "protocol/samples.h"

namespace coffer::fuzz {

namespace {

namespace samples = protocol::samples;
using accounts::State;

constexpr std::uint64_t computers[] = {samples::computer, 0xb0b, 0xd0d, 0xc0c, 0xe0e};
constexpr std::string_view ordinary_key = "ABCDEFGH12345678", deferring_key = "DEFERRED12345678", other_key = "OTHERS0012345678";
constexpr std::string_view first_password = "correct horse";
constexpr std::uint32_t both = spec::permissions::backup | spec::permissions::restore;

struct Person {
  std::uint64_t id;
  std::string_view name, organisation;
  std::uint32_t permissions;
};
constexpr Person people[] = {{samples::user, "alice", "acme", both},
                             {8, "bob", "acme", spec::permissions::backup},
                             {9, "carol", "acme", both},
                             {10, "dave", "other", both}};

struct Machine {
  std::uint64_t guid;
  std::uint64_t user;
  State state;
};
constexpr Machine machines[] = {{computers[0], samples::user, State::active},
                                {computers[1], 8, State::active},
                                {computers[3], 9, State::active},
                                {computers[4], samples::user, State::blocked}};

}  // namespace

People::People(std::uint64_t number) : first_(number << 32U) {
  for (const auto& person : people) passwords_[own(person.id)] = first_password;
}

protocol::Login People::login(unsigned identity) const {
  struct Claim {
    std::string_view key;
    const Person& person;
    std::uint64_t computer;
    bool deferred;
  };
  const Claim claims[identity_count] = {
      {ordinary_key, people[0], computers[0], false}, {ordinary_key, people[1], computers[1], false},
      {ordinary_key, people[0], computers[0], false}, {deferring_key, people[0], computers[2], true},
      {ordinary_key, people[2], computers[3], false}, {ordinary_key, people[0], computers[4], false},
  };
  const auto& claim = claims[identity % identity_count];
  const auto& said = password(own(claim.person.id));
  return {std::string(claim.key), std::string(claim.person.name), {said.begin(), said.end()}, own(claim.computer), claim.deferred};
}

protocol::Login People::claimed_login(std::uint32_t value) const {
  constexpr std::string_view keys[] = {ordinary_key, deferring_key, other_key, "UNKNOWN012345678"};
  const auto& person = people[value / 4 % std::size(people)];
  auto said = password(own(person.id));
  if (value / 256 % 2 != 0) said.back() = static_cast<char>(said.back() ^ 1);
  return {std::string(keys[value % 4]),
          std::string(person.name),
          {said.begin(), said.end()},
          own(computers[value / 16 % std::size(computers)]),
          value / 128 % 2 != 0};
}

accounts::Fixture People::fixture() const {
  accounts::Fixture fixture;
  fixture.profile = accounts::Profile::test;
  fixture.server_guid = samples::server;
  fixture.server_version = {7, 0, 0};
  fixture.minimum_version = {6, 5, 0};
  fixture.pbkdf2_rounds = 1;
  fixture.organisations = {{"acme", {{std::string(ordinary_key), false}, {std::string(deferring_key), true}}},
                           {"other", {{std::string(other_key), false}}}};
  for (std::size_t i = 0; i < std::size(people); ++i)
    fixture.users.push_back({own(people[i].id), std::string(people[i].name), std::string(people[i].organisation),
                             Botan::secure_vector<std::uint8_t>(first_password.begin(), first_password.end()), people[i].permissions,
                             blocked_[i] ? State::blocked : State::active});
  for (const auto& machine : machines) fixture.computers.push_back({own(machine.guid), own(machine.user), machine.state});
  fixture.configuration = {samples::server_config, {{"backup.frequency", "900", true}}};
  return fixture;
}

void People::block_or_not(unsigned person) { blocked_[person % blocked_.size()] ^= true; }

std::optional<std::uint64_t> People::owner(std::uint64_t computer) const {
  for (const auto& machine : machines)
    if (own(machine.guid) == computer) return own(machine.user);
  const auto found = bound_.find(computer);
  return found == bound_.end() ? std::nullopt : std::optional(found->second);
}

std::optional<People::Admitted> People::may_log_in(const protocol::Login& login, std::uint64_t presented) const {
  const std::string_view organisation = login.registration_key == other_key ? "other" : "acme";
  const bool known_key =
      login.registration_key == ordinary_key || login.registration_key == deferring_key || login.registration_key == other_key;
  const auto* const person =
      std::ranges::find_if(people, [&](const auto& one) { return one.name == login.user_name && one.organisation == organisation; });
  if (!known_key || person == std::end(people) || blocked_[static_cast<std::size_t>(person - people)] || login.computer != presented ||
      !std::ranges::equal(login.password, password(own(person->id))) || (login.deferred && login.registration_key != deferring_key))
    return std::nullopt;
  const bool barred = std::ranges::any_of(machines, [&](const auto& machine) {
    return own(machine.guid) == presented && (machine.state == State::blocked || machine.state == State::deactivated);
  });
  if (barred || owner(presented).value_or(own(person->id)) != own(person->id)) return std::nullopt;
  return Admitted{own(person->id), login.deferred ? 0 : person->permissions};
}

}  // namespace coffer::fuzz
