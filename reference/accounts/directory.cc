#include "accounts/directory.h"

#include <botan/rng.h>
#include <fmt/core.h>

#include <algorithm>

#include "coffer/spec/permissions.h"
#include "fault/switch.h"

namespace coffer::accounts {
namespace {

NoLogin refused(std::string cause) { return {std::move(cause)}; }

Verifier first_verifier(User& user, Botan::RandomNumberGenerator& random, std::uint32_t rounds) {
  if (auto* known = std::get_if<Verifier>(&user.password)) return std::move(*known);
  return make_verifier(random, std::get<Botan::secure_vector<std::uint8_t>>(user.password), rounds);
}

// Random where a hash would stand: no password is known to give it, and checking one costs what checking a user's does.
Verifier nobodys_verifier(Botan::RandomNumberGenerator& random, std::uint32_t rounds) {
  Verifier nobody;
  random.randomize(nobody.salt.data(), nobody.salt.size());
  nobody.rounds = rounds;
  nobody.hash = random.random_vec(64);
  return nobody;
}

}  // namespace

Directory::Directory(Fixture fixture, Botan::RandomNumberGenerator& random, std::map<std::uint64_t, std::uint64_t> bound, Bind bind)
    : configuration_(std::move(fixture.configuration)),
      nobody_(nobodys_verifier(random, fixture.pbkdf2_rounds)),
      bind_(std::move(bind)),
      bound_(std::move(bound)) {
  for (const Organisation& organisation : fixture.organisations)
    for (const RegistrationKey& key : organisation.registration_keys) keys_[key.key] = {organisation.name, key.deferred};
  for (User& user : fixture.users) {
    const auto organisation = std::ranges::find(fixture.organisations, user.organisation, &Organisation::name);
    accounts_[{user.organisation, user.name}] = {user.id, first_verifier(user, random, fixture.pbkdf2_rounds), user.permissions, user.state,
                                                 organisation == fixture.organisations.end() ? std::uint16_t{7} : organisation->key_modes};
  }
  for (const Computer& computer : fixture.computers) {
    computers_[computer.guid] = computer.state;
    if (computer.user) bound_[computer.guid] = *computer.user;
  }
}

std::expected<protocol::ComputerAdmitted, protocol::ComputerRefused> Directory::admit_computer(std::uint64_t guid) const {
  const auto known = computers_.find(guid);
  // [IDN-002] A server MUST refuse a computer that is blocked or deactivated
  // [IDN-025] A server MUST admit a deauthorized computer, whose user may log in on it again.
  if (known != computers_.end() && !fault::on(fault::IDN_002_blocked_admitted) &&
      (known->second == State::blocked || known->second == State::deactivated ||
       (known->second == State::deauthorized && fault::on(fault::IDN_025_deauthorized_refused))))
    return std::unexpected(protocol::ComputerRefused{fmt::format("computer {} is {}", guid_text(guid), name(known->second))});
  return {};
}

std::expected<protocol::LoginAdmitted, NoLogin> Directory::check_login(const protocol::Login& login, std::uint64_t presented) {
  auto key = keys_.find(login.registration_key);
  if (fault::on(fault::IDN_011_any_key) && key == keys_.end())
    key = std::ranges::find_if(keys_, [&](const auto& one) { return accounts_.contains({one.second.organisation, login.user_name}); });
  const auto account = key == keys_.end() ? accounts_.end() : accounts_.find({key->second.organisation, login.user_name});

  // [IDN-021] A server MUST do the same password work for a login it refuses as for one it accepts: once, whatever else is wrong here
  // [ERR-007].
  const bool password_right = matches(account == accounts_.end() ? nobody_ : verifier_of(account->second), login.password);

  // [IDN-011] A server MUST refuse a login whose registration key it does not know
  if (key == keys_.end()) return std::unexpected(refused("registration key unknown"));
  // [IDN-013] A server MUST refuse a login whose password is wrong or whose user it does not know
  if (account == accounts_.end()) return std::unexpected(refused("user unknown in organisation " + key->second.organisation));
  if (!password_right && !fault::on(fault::IDN_013_any_password)) return std::unexpected(refused("password wrong"));
  // [IDN-018] A server MUST refuse a login of a user whose account is not active
  if (account->second.state != State::active && !fault::on(fault::IDN_018_any_state))
    return std::unexpected(refused(fmt::format("user is {}", name(account->second.state))));
  // [IDN-017] A server MUST refuse a login whose computer identity is not the one presented in the computer step
  if (login.computer != presented && !fault::on(fault::IDN_017_any_computer))
    return std::unexpected(
        refused(fmt::format("login names computer {}, {} was presented", guid_text(login.computer), guid_text(presented))));
  // [IDN-019] A server MUST refuse a deferred login unless the registration key permits deferred logins
  if (login.deferred && !key->second.deferred && !fault::on(fault::IDN_019_always_deferrable))
    return std::unexpected(refused("registration key does not permit deferred logins"));
  if (auto cause = bind_computer(presented, account->second.id)) return std::unexpected(std::move(*cause));

  protocol::LoginAdmitted admitted;
  admitted.user = account->second.id;
  // [IDN-020] A server MUST grant no permission to a deferred login
  admitted.permissions = login.deferred && !fault::on(fault::IDN_020_deferred_may_all) ? 0 : account->second.permissions;
  admitted.config_version = configuration_.version;
  admitted.settings = configuration_.settings;
  return admitted;
}

const Directory::Account* Directory::account(std::uint64_t user) const {
  const auto found = std::ranges::find_if(accounts_, [&](const auto& one) { return one.second.id == user; });
  return found == accounts_.end() ? nullptr : &found->second;
}

Verifier Directory::verifier_of(const Account& account) const {
  const std::lock_guard lock(verifiers_mutex_);
  return account.verifier;
}

std::uint16_t Directory::key_modes(std::uint64_t user) const {
  const auto* known = account(user);
  return known == nullptr ? std::uint16_t{1} : known->key_modes;
}

bool Directory::active(std::uint64_t user, std::uint64_t computer) const {
  const auto* known = account(user);
  const auto on = computers_.find(computer);
  return known != nullptr && known->state == State::active && (on == computers_.end() || on->second == State::active);
}

bool Directory::password_is(std::uint64_t user, View password) const {
  const auto* known = account(user);
  return matches(known == nullptr ? nobody_ : verifier_of(*known), password) && known != nullptr;
}

void Directory::set_verifier(std::uint64_t user, Verifier verifier) {
  const auto found = std::ranges::find_if(accounts_, [&](const auto& one) { return one.second.id == user; });
  if (found == accounts_.end()) return;
  const std::lock_guard lock(verifiers_mutex_);
  found->second.verifier = std::move(verifier);
}

/// Why there is no login, or nothing when the computer is the user's.
std::optional<NoLogin> Directory::bind_computer(std::uint64_t computer, std::uint64_t user) {
  const std::lock_guard lock(bound_mutex_);
  const auto owner = bound_.find(computer);
  // [IDN-016] A server MUST refuse a login whose computer belongs to another user
  if (fault::on(fault::IDN_023_not_bound) && owner == bound_.end()) return std::nullopt;
  if (fault::on(fault::IDN_016_of_another_user) && owner != bound_.end()) return std::nullopt;
  if (owner != bound_.end() && owner->second != user) return refused(fmt::format("computer belongs to user {}", owner->second));
  if (owner != bound_.end()) return std::nullopt;
  // [IDN-023] A server MUST bind an unknown computer to the first user who logs in on it; kept before anyone is told.
  if (const auto kept = bind_(computer, user); !kept)
    return NoLogin{"computer could not be bound: " + kept.error(), true};  // [ERR-006] … for a reason of its own
  bound_.emplace(computer, user);
  return std::nullopt;
}

}  // namespace coffer::accounts
