#include "campaign/world.h"

#include <algorithm>

namespace coffer::conformance {

World::World(const Fixture& fixture_) : fixture(fixture_) {
  for (const auto& known : fixture.computers()) perhaps_taken.insert(known.guid);
}

bool World::shared(std::uint64_t computer) const {
  return std::ranges::any_of(fixture.computers(), [&](const KnownComputer& known) { return known.guid == computer; });
}

std::uint64_t World::owner(std::uint64_t computer) const {
  for (const auto& known : fixture.computers())
    if (known.guid == computer && known.user != 0) return known.user;
  const auto found = owners.find(computer);
  return found == owners.end() ? 0 : found->second;
}

bool World::admissible(std::uint64_t computer) const {
  return std::ranges::none_of(fixture.computers(), [&](const KnownComputer& known) {
    return known.guid == computer && (known.state == "blocked" || known.state == "deactivated");
  });
}

const Account* World::account_of(const Message& login, const std::vector<Account>& accounts) const {
  const auto key = login.text("registration_key");
  const bool of_acme = key == fixture.deferred_key || key == fixture.standard_key;
  if (!of_acme && key != fixture.other_key) return nullptr;
  if (login.flag("deferred") && key != fixture.deferred_key) return nullptr;
  const auto found = std::ranges::find_if(accounts, [&](const Account& account) {
    return account.name == login.text("user_name") && account.organisation == (of_acme ? fixture.alice : fixture.gina).organisation;
  });
  if (found == accounts.end() || octets(found->password) != login.octets("password") || found->state != "active") return nullptr;
  const auto of = owner(login.number("computer"));
  return of == 0 || of == found->id ? &*found : nullptr;
}

}  // namespace coffer::conformance
