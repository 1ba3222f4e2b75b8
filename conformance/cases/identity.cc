// Chapter 6.1: computers and servers name themselves.
#include <fmt/core.h>

#include "cases/all.h"
#include "cases/scenes.h"

namespace coffer::conformance {
namespace {

using State = ServerState;

Walker on(Context& c, std::uint64_t guid) {
  auto walker = c.walker();
  walker.computer = guid;
  return walker;
}

Message alices_login(Context& c) {
  const auto& alice = c.fixture().alice;
  return login(alice.registration_key, alice.name, alice.password, c.computer());
}

/// A session that has named the script's computer, and no user yet.
ClientPeer& stranger(Context& c) {
  auto& peer = c.at(State::await_computer);
  peer.send(computer(c.computer()));
  peer.expect("server_identity");
  peer.now_in(State::await_login);
  return peer;
}

/// The twin and later cases log in on the same computer of the fixture: its session is over before the script is.
void let_go(ClientPeer& client) { client.walk_to(State::closed); }

/// Shows that alice may log in on her deauthorized computer.
void use_deauthorized_computer(Context& c) {
  auto& client = c.at(State::ready, on(c, c.fixture().deauthorized_computer.guid));
  client.barrier();
  let_go(client);
}

Case computer_refused(std::string id, std::string goal, KnownComputer Fixture::*which) {
  return server_rejects({
      .id = std::move(id),
      .requirements = {"IDN-002", "IDN-003"},
      .state = State::await_computer,
      .goal = std::move(goal),
      .wrong = [=](Context& c) { return control_frame(computer((c.fixture().*which).guid)); },
      .reason = Reason::computer_refused,
      .right = [](Context& c) { return control_frame(computer(c.computer())); },
      .answer = "server_identity",
  });
}

}  // namespace

std::vector<Case> identity_cases() {
  return {
      {
          .id = "identity.server_names_itself",
          .requirements = {"IDN-005"},
          .goal = "An admitted computer is told the server's identity, on every connection the same",
          .steps = {"connect twice", "version and computer on each", "expect the prepared server's identity"},
          .script =
              [](Context& c) {
                for (int connection = 0; connection < 2; ++connection) {
                  auto& client = c.at(State::await_login, on(c, c.random().guid()));
                  c.require(client.server_guid == c.fixture().server_guid, guid_text(c.fixture().server_guid),
                            guid_text(client.server_guid));
                }
              },
      },
      computer_refused("identity.blocked_computer", "A blocked computer is refused before any user is asked for",
                       &Fixture::blocked_computer),
      computer_refused("identity.deactivated_computer", "A deactivated computer is refused", &Fixture::deactivated_computer),
      {
          .id = "identity.deauthorized_computer_is_answered",
          .requirements = {"IDN-025"},
          .needs = {.holds = &Fixture::deauthorized_computer},
          .goal = "A deauthorized computer is answered with the server's identity, and its user's login with login_accepted",
          .steps = {"walk to await_computer", "send the deauthorized computer, expect server_identity",
                    "log in as its user, expect login_accepted"},
          .script =
              [](Context& c) {
                const auto guid = c.fixture().deauthorized_computer.guid;
                const auto& alice = c.fixture().alice;
                auto& client = c.at(State::await_computer, on(c, guid));
                client.send(computer(guid));
                client.expect("server_identity");
                client.send(login(alice.registration_key, alice.name, alice.password, guid));
                client.expect("login_accepted");
                client.now_in(State::await_config);
                let_go(client);
              },
      },
      {
          .id = "identity.deauthorized_computer_of_another_user",
          .requirements = {"IDN-016"},
          .needs = {.holds = &Fixture::deauthorized_computer},
          .goal = "A deauthorized computer is still its user's, and nobody else's",
          .steps = {"log in as bob on alice's deauthorized computer", "expect Disconnect(login_refused)"},
          .script =
              [](Context& c) {
                const auto& bob = c.fixture().bob;
                auto& client = c.at(State::await_login, on(c, c.fixture().deauthorized_computer.guid));
                client.send(login(bob.registration_key, bob.name, bob.password, c.fixture().deauthorized_computer.guid));
                client.expect_refusal(Reason::login_refused);
              },
          .twin = use_deauthorized_computer,
      },
      {
          .id = "identity.same_computer_twice",
          .requirements = {"IDN-004", "IDN-003"},
          .goal = "A computer that has a session is refused a second one, and the first goes on",
          .steps = {"walk to ready", "connect again and send the same computer", "expect Disconnect(computer_refused)",
                    "expect the first session to answer"},
          .script =
              [](Context& c) {
                auto& first = c.at(State::ready);
                auto& second = c.at(State::await_computer);
                second.send(computer(c.computer()));
                second.expect_refusal(Reason::computer_refused);
                first.barrier();
              },
          .twin =
              [](Context& c) {
                auto& first = c.at(State::ready);
                auto& second = c.at(State::await_computer);
                second.send(computer(c.random().guid()));
                second.expect("server_identity");
                first.barrier();
              },
      },
      {
          .id = "identity.deferred_session_has_the_place",
          .requirements = {"IDN-004"},
          .goal = "A session of a deferred login keeps its computer as any other does",
          .steps = {"log in deferred", "connect again and send the same computer", "expect Disconnect(computer_refused)"},
          .script =
              [](Context& c) {
                auto walker = c.walker();
                walker.registration_key = c.fixture().deferred_key;
                walker.deferred = true;
                auto& first = c.at(State::ready, walker);
                auto& second = c.at(State::await_computer);
                second.send(computer(c.computer()));
                second.expect_refusal(Reason::computer_refused);
                first.barrier();
              },
          .twin =
              [](Context& c) {
                auto walker = c.walker();
                walker.registration_key = c.fixture().deferred_key;
                walker.deferred = true;
                auto& first = c.at(State::ready, walker);
                first.send(goodbye());
                first.expect_end(Reason::goodbye);
                auto& second = c.at(State::await_computer);
                second.send(computer(c.computer()));
                second.expect("server_identity");
              },
      },
      {
          .id = "identity.strangers_keep_nobody_out",
          .requirements = {"IDN-027"},
          .goal = "Whoever only names a computer, and logs in on it with a wrong password, keeps nobody from logging in on it",
          .steps = {"walk to await_login twice", "walk to ready on the same computer", "log in with a wrong password on one of the others",
                    "expect Disconnect(login_refused) there, and that the session in ready answers and keeps its computer"},
          .script =
              [](Context& c) {
                stranger(c);
                auto& other = stranger(c);
                auto& real = stranger(c);
                real.walk_to(State::ready);
                other.send(alices_login(c).set("password", "a wrong one"));
                other.expect_refusal(Reason::login_refused);
                real.barrier();
                auto& late = c.at(State::await_computer);
                late.send(computer(c.computer()));
                late.expect_refusal(Reason::computer_refused);
                real.barrier();
              },
          .twin =
              [](Context& c) {
                stranger(c);
                auto& other = stranger(c);
                other.send(alices_login(c));
                other.expect("login_accepted");
              },
      },
      {
          .id = "identity.second_login_loses",
          .requirements = {"IDN-026"},
          .goal = "Of two sessions that named one computer, the first that logs in has it, and the other's login is refused",
          .steps = {"walk to await_login twice, on one computer", "log in on the second", "log in on the first",
                    "expect Disconnect(computer_refused) there, and that the second answers"},
          .script =
              [](Context& c) {
                auto& first = c.at(State::await_login);
                auto& second = c.at(State::await_login);
                second.walk_to(State::ready);
                first.send(alices_login(c));
                first.expect_refusal(Reason::computer_refused);
                second.barrier();
              },
          .twin =
              [](Context& c) {
                auto& first = c.at(State::await_login);
                auto& second = c.at(State::await_login);
                second.walk_to(State::ready);
                second.send(goodbye());
                second.expect_end(Reason::goodbye);
                first.walk_to(State::ready);
                first.barrier();
              },
      },
      {
          .id = "identity.credentials_before_the_place",
          .requirements = {"IDN-026", "IDN-014"},
          .goal = "Whether a computer has a session is told to a login only whose password is right",
          .steps = {"walk to await_login twice, on one computer", "log in on the second", "log in on the first with a wrong password",
                    "expect Disconnect(login_refused)"},
          .script =
              [](Context& c) {
                auto& first = c.at(State::await_login);
                c.at(State::ready);
                first.send(alices_login(c).set("password", "a wrong one"));
                first.expect_refusal(Reason::login_refused);
              },
          .twin =
              [](Context& c) {
                auto& first = c.at(State::await_login);
                first.walk_to(State::ready);
                first.barrier();
              },
      },
      {
          .id = "identity.computer_returns",
          .requirements = {"IDN-004", "SES-031"},
          .goal = "A computer whose session has closed, in whatever way, may connect again at once",
          .steps = {"walk to ready and say goodbye", "walk to ready and be refused", "walk to ready and disconnect", "walk to ready"},
          .script =
              [](Context& c) {
                auto& first = c.at(State::ready);
                first.send(goodbye());
                first.expect_end(Reason::goodbye);
                auto& second = c.at(State::ready);
                second.send(version());
                second.expect_refusal(Reason::unexpected_message);
                auto& third = c.at(State::ready);
                third.send(disconnect(Reason::goodbye));
                third.expect_end_without_frame();
                c.at(State::ready).barrier();
              },
          .twin = one_session_after_another,
      },
  };
}

}  // namespace coffer::conformance
