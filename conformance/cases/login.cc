// Chapter 6.2: who is let in, what they may do, and how little a refusal says.
#include <fmt/core.h>

#include "cases/all.h"
#include "cases/scenes.h"
#include "wire/password.h"

namespace coffer::conformance {
namespace {

using State = ServerState;
using MakeLogin = std::function<Message(Context&)>;

Message login_of(Context& c, const Account& account, bool deferred = false) {
  return login(account.registration_key, account.name, account.password, c.computer(), deferred);
}
Message alices(Context& c) { return login_of(c, c.fixture().alice); }

Case refused(std::string id, std::string requirement, std::string goal, MakeLogin wrong, MakeLogin right = alices) {
  return server_rejects({
      .id = std::move(id),
      .requirements = {std::move(requirement), "IDN-014"},
      .state = State::await_login,
      .goal = std::move(goal),
      .wrong = [=](Context& c) { return control_frame(wrong(c)); },
      .reason = Reason::login_refused,
      .right = [=](Context& c) { return control_frame(right(c)); },
      .answer = "login_accepted",
  });
}

void add_refusals(std::vector<Case>& cases) {
  cases.push_back(refused("login.unknown_registration_key", "IDN-011", "A registration key that nobody gave out is refused",
                          [](Context& c) { return alices(c).set("registration_key", "NOBODYGAVETHIS01"); }));
  cases.push_back(refused("login.registration_key_in_other_case", "IDN-011", "A registration key in lower case is another key",
                          [](Context& c) { return alices(c).set("registration_key", "acmestandard0001"); }));
  cases.push_back(refused("login.wrong_password", "IDN-013", "A wrong password is refused",
                          [](Context& c) { return alices(c).set("password", "correct house"); }));
  cases.push_back(refused("login.password_cut_short", "IDN-013", "A password without its last octet is refused",
                          [](Context& c) { return alices(c).set("password", "correct hors"); }));
  // Not with a zero octet behind it: HMAC pads its key with zeros, so that PBKDF2 cannot tell such passwords apart [IDN-012].
  cases.push_back(
      refused("login.password_after_a_zero_octet", "IDN-013", "A password with a zero octet before it is another password", [](Context& c) {
        return alices(c).set("password", joined({Octets{0}, octets(c.fixture().alice.password)}));
      }));
  cases.push_back(refused("login.password_of_another_user", "IDN-013", "Another user's password is refused",
                          [](Context& c) { return alices(c).set("password", std::string_view(c.fixture().bob.password)); }));
  cases.push_back(refused("login.unknown_user", "IDN-013", "A user whom nobody knows is refused",
                          [](Context& c) { return alices(c).set("user_name", "mallory"); }));
  cases.push_back(refused(
      "login.user_of_another_organisation", "IDN-013", "A user is not known in another organisation than their own",
      [](Context& c) { return login_of(c, c.fixture().gina).set("registration_key", std::string_view(c.fixture().standard_key)); }));
  cases.push_back(refused(
      "login.computer_of_another_user", "IDN-016", "A login on a computer that belongs to another user is refused",
      [](Context& c) { return alices(c); }, [](Context& c) { return login_of(c, c.fixture().bob); }));
  cases.back().script = [](Context& c) {
    auto walker = c.walker();
    walker.computer = c.fixture().bobs_computer.guid;
    auto& client = c.at(State::await_login, walker);
    client.send(alices(c).set("computer", walker.computer));
    client.expect_refusal(Reason::login_refused);
  };
  cases.push_back(refused("login.of_another_computer", "IDN-017",
                          "A login that names another computer than the computer step did is refused",
                          [](Context& c) { return alices(c).set("computer", c.random().guid()); }));
  cases.push_back(refused("login.deauthorized_user", "IDN-018", "A deauthorized user is refused, with the right password",
                          [](Context& c) { return login_of(c, c.fixture().dora); }));
  cases.push_back(refused("login.blocked_user", "IDN-018", "A blocked user is refused, with the right password",
                          [](Context& c) { return login_of(c, c.fixture().blake); }));
  cases.push_back(refused("login.deactivated_user", "IDN-018", "A deactivated user is refused, with the right password",
                          [](Context& c) { return login_of(c, c.fixture().dean); }));
  cases.push_back(refused(
      "login.deferred_without_leave", "IDN-019", "A deferred login is refused where the registration key does not permit it",
      [](Context& c) { return login_of(c, c.fixture().alice, true); },
      [](Context& c) { return login_of(c, c.fixture().alice, true).set("registration_key", std::string_view(c.fixture().deferred_key)); }));
}

Case granted(std::string_view who, Account Fixture::*account) {
  return {
      .id = fmt::format("login.permissions_of_{}", who),
      .requirements = {"IDN-015"},
      .goal = fmt::format("{} is told their identifier and exactly what their roles grant", who),
      .steps = {"log in", "compare login_accepted with the prepared account"},
      .script =
          [=](Context& c) {
            const auto& expected = c.fixture().*account;
            auto& client = c.at(State::await_config, c.walker(expected));
            c.require(client.user == expected.id, fmt::format("user {}", expected.id), fmt::format("user {}", client.user));
            c.require(client.permissions == expected.permissions(), fmt::format("permissions {}", expected.permissions()),
                      fmt::format("permissions {}", client.permissions));
          },
  };
}

/// Bob is given alice's password: each is still told what is their own.
Case two_users_of_one_password() {
  return {
      .id = "login.two_users_of_one_password",
      .requirements = {"IDN-015"},
      .needs = {.verbs = {"prepare"}, .fixture = [](Fixture& fixture) { fixture.bob.password = fixture.alice.password; }},
      .goal = "Of two users who chose the same password each is told their own identifier and permissions",
      .steps = {"prepare two users of one password", "log in as each", "compare login_accepted with the prepared account"},
      .script =
          [](Context& c) {
            for (const auto* account : {&c.fixture().alice, &c.fixture().bob}) {
              auto walker = c.walker(*account);
              walker.computer = c.random().guid();
              const auto& client = c.at(State::await_config, walker);
              c.require(client.user == account->id, fmt::format("user {}", account->id), fmt::format("user {}", client.user));
              c.require(client.permissions == account->permissions(), fmt::format("permissions {}", account->permissions()),
                        fmt::format("permissions {}", client.permissions));
            }
          },
  };
}

Walker deferred_alice(Context& c) {
  auto walker = c.walker();
  walker.registration_key = c.fixture().deferred_key;
  walker.deferred = true;
  return walker;
}

void add_deferred(std::vector<Case>& cases) {
  cases.push_back({
      .id = "login.deferred_grants_nothing",
      .requirements = {"IDN-020", "IDN-015"},
      .goal = "A deferred login is accepted and told that it may do nothing",
      .steps = {"log in deferred, with a key that permits it", "expect permissions 0"},
      .script =
          [](Context& c) {
            auto& client = c.at(State::await_config, deferred_alice(c));
            c.require(client.permissions == 0, "permissions 0", fmt::format("permissions {}", client.permissions));
          },
  });
  for (const bool restores : {false, true})
    cases.push_back({
        .id = restores ? "login.deferred_may_not_restore" : "login.deferred_may_not_back_up",
        .requirements = {"IDN-020", "SES-021"},
        .goal = "What a deferred login is not granted it may not do either, though the user could",
        .steps = {"log in deferred", restores ? "begin to restore" : "offer a block", "expect Disconnect(not_permitted)"},
        .script =
            [=](Context& c) {
              auto& client = c.at(State::ready, deferred_alice(c));
              client.send(restores ? restore_begin(1) : offer_blocks(c.random().octets(32)));
              client.expect_refusal(Reason::not_permitted);
            },
        .twin =
            [=](Context& c) {
              auto& client = c.at(State::ready);
              const auto number = client.commit({opaque_block(c.random())});
              client.send(restores ? restore_begin(number) : offer_blocks(c.random().octets(32)));
              client.expect(restores ? "restore_begun" : "missing_blocks");
            },
    });
}

void add_computers_and_archives(std::vector<Case>& cases) {
  cases.push_back({
      .id = "login.unknown_computer_becomes_the_users",
      .requirements = {"IDN-023", "IDN-016"},
      .goal = "A computer nobody knew belongs to the first user who logs in on it: to that user it stays open, to others it is closed",
      .steps = {"log in as alice on a new computer and leave", "log in as bob on it", "expect Disconnect(login_refused)"},
      .script =
          [](Context& c) {
            auto& first = c.at(State::ready);
            first.send(goodbye());
            first.expect_end(Reason::goodbye);
            auto& second = c.at(State::await_login, c.walker(c.fixture().bob));
            second.send(login_of(c, c.fixture().bob));
            second.expect_refusal(Reason::login_refused);
          },
      .twin =
          [](Context& c) {
            auto& first = c.at(State::ready);
            first.send(goodbye());
            first.expect_end(Reason::goodbye);
            c.at(State::ready).barrier();
          },
  });
  cases.push_back({
      .id = "login.refused_login_binds_nothing",
      .requirements = {"IDN-023"},
      .goal = "A login that was refused does not make the computer its user's",
      .steps = {"fail to log in as bob on a new computer", "log in as alice on it", "expect to be let in"},
      .script =
          [](Context& c) {
            auto& first = c.at(State::await_login, c.walker(c.fixture().bob));
            first.send(login_of(c, c.fixture().bob).set("password", "wrong"));
            first.expect_refusal(Reason::login_refused);
            c.at(State::ready).barrier();
          },
      .twin = [](Context& c) { c.at(State::ready, c.walker(c.fixture().bob)).barrier(); },
  });
  cases.push_back({
      .id = "login.archives_are_apart",
      .requirements = {"IDN-024"},
      .goal = "What alice stores is not there for gina: no version listed, no block known, no block fetched",
      .steps = {"store a version as alice", "as gina: list versions, offer the same block, fetch it", "expect none, missing, missing"},
      .script =
          [](Context& c) {
            auto& alice = c.at(State::ready);
            const auto block = opaque_block(c.random());
            alice.commit({block});
            auto walker = c.walker(c.fixture().gina);
            walker.computer = c.random().guid();
            auto& gina = c.at(State::ready, walker);
            c.require(gina.all_versions().empty(), "no version", "alice's");
            const auto own = gina.commit({opaque_block(c.random())});
            gina.send(restore_begin(own));
            gina.expect("restore_begun");
            gina.now_in(State::restoring);
            c.require(gina.fetch(block.id).missing == std::vector<std::uint16_t>{0}, "alice's block missing", "alice's block");
            gina.send(restore_end(true));
            gina.expect("restore_ended");
            gina.send(offer_blocks(block.id));
            c.require(gina.expect("missing_blocks").numbers("indices").size() == 1, "alice's block missing", "alice's block known");
          },
  });
  cases.push_back({
      .id = "login.archives_of_two_computers_are_apart",
      .requirements = {"IDN-024", "ARC-033"},
      .goal = "A user's two computers have an archive each",
      .steps = {"store a version on one computer", "log in on another", "expect no version there, and the block missing"},
      .script =
          [](Context& c) {
            auto& first = c.at(State::ready);
            const auto block = opaque_block(c.random());
            first.commit({block});
            auto walker = c.walker();
            walker.computer = c.random().guid();
            auto& second = c.at(State::ready, walker);
            c.require(second.all_versions().empty(), "no version", "the other computer's");
            second.send(offer_blocks(block.id));
            c.require(second.expect("missing_blocks").numbers("indices").size() == 1, "the block missing", "the block known");
          },
  });
}

/// The server is given alice's password as a verifier that was made here.
std::function<void(Fixture&)> alice_kept_as(PasswordHash hash) {
  return [=](Fixture& fixture) {
    const Octets salt = octets("sixteen octets: ");
    fixture.alice.kept = Kept{salt, fixture.rounds, pbkdf2(hash, fixture.alice.password, salt, fixture.rounds)};
  };
}

void be_let_in(Context& c) {
  auto& client = c.at(State::await_login);
  client.send(login_of(c, c.fixture().alice));
  client.expect("login_accepted");
}

void add_verifiers(std::vector<Case>& cases) {
  cases.push_back({
      .id = "login.verifier_made_elsewhere",
      .requirements = {"IDN-012"},
      .needs = {.verbs = {"prepare"}, .fixture = alice_kept_as(PasswordHash::sha_512)},
      .goal =
          "A server that is given PBKDF2-HMAC-SHA-512 of a password, its salt and its rounds takes that password, so it computes the same",
      .steps = {"prepare a user by the verifier that the first line names", "log in with the password"},
      .script = be_let_in,
  });
  cases.push_back({
      .id = "login.verifier_of_another_hash",
      .requirements = {"IDN-012", "IDN-013"},
      .needs = {.verbs = {"prepare"}, .fixture = alice_kept_as(PasswordHash::sha_256)},
      .goal = "A server that is given PBKDF2-HMAC-SHA-256 of a password does not take that password",
      .steps = {"prepare a user by the verifier that the first line names", "log in with the password", "expect login_refused"},
      .script =
          [](Context& c) {
            auto& client = c.at(State::await_login);
            client.send(login_of(c, c.fixture().alice));
            client.expect_end(Reason::login_refused);
          },
      .twin =
          [](Context& c) {
            const auto walker = c.walker(c.fixture().bob);
            c.at(State::ready, walker).barrier();
          },
  });
}

}  // namespace

std::vector<Case> login_cases() {
  std::vector<Case> cases = {granted("alice", &Fixture::alice), granted("bob", &Fixture::bob), granted("carol", &Fixture::carol),
                             granted("gina", &Fixture::gina), two_users_of_one_password()};
  add_refusals(cases);
  add_deferred(cases);
  add_computers_and_archives(cases);
  add_verifiers(cases);
  return cases;
}

}  // namespace coffer::conformance
