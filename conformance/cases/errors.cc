// Chapter 13: one Disconnect, the first failing check's reason, and nothing for a stranger to tell causes apart by.
#include <fmt/core.h>

#include "cases/all.h"
#include "cases/scenes.h"

namespace coffer::conformance {
namespace {

using State = ServerState;

/// Plays each refusal on a connection of its own; each must be answered with the same frame and no other.
void require_alike(Context& c, State state, Reason reason,
                   const std::vector<std::pair<std::string, std::function<Message(Context&)>>>& refusals) {
  const auto only_answer = encode(control_frame(disconnect(reason)));
  for (const auto& [cause, message] : refusals) {
    auto walker = c.walker();
    walker.computer = c.random().guid();
    auto& client = c.at(state, walker);
    auto wrong = message(c);
    if (wrong.name() == "login") wrong.set("computer", walker.computer);
    client.send(wrong);
    c.stage().expected_refusal = true;
    const auto got = client.next();
    c.require(encode(got.frame) == only_answer, fmt::format("Disconnect({}) for {}", spec::name(reason), cause), got.text());
    client.expect_end_without_frame();
  }
}

void see_let_in(Context& c) { c.at(State::ready).barrier(); }

}  // namespace

std::vector<Case> errors_cases() {
  return {
      {
          .id = "errors.logins_are_refused_alike",
          .requirements = {"ERR-005", "IDN-014"},
          .goal = "Whatever is wrong with a login, the same octets come back",
          .steps = {"be refused for an unknown user, a wrong password, an unknown key, a blocked account, a deactivated one and a deferral "
                    "without leave",
                    "compare the octets"},
          .script =
              [](Context& c) {
                const auto& f = c.fixture();
                const auto of = [](const Account& a, bool deferred = false) {
                  return login(a.registration_key, a.name, a.password, 1, deferred);
                };
                require_alike(c, State::await_login, Reason::login_refused,
                              {{"an unknown user", [=](Context&) { return of(f.alice).set("user_name", "mallory"); }},
                               {"a wrong password", [=](Context&) { return of(f.alice).set("password", "wrong"); }},
                               {"an unknown key", [=](Context&) { return of(f.alice).set("registration_key", "NOBODYGAVETHIS01"); }},
                               {"a blocked account", [=](Context&) { return of(f.blake); }},
                               {"a deactivated account", [=](Context&) { return of(f.dean); }},
                               {"a deferral without leave", [=](Context&) { return of(f.alice, true); }}});
              },
          .twin = see_let_in,
      },
      {
          .id = "errors.computers_are_refused_alike",
          .requirements = {"ERR-005", "IDN-003"},
          .goal = "Whatever is wrong with a computer, the same octets come back",
          .steps = {"be refused for a blocked computer, a deactivated one and one that is connected", "compare the octets"},
          .script =
              [](Context& c) {
                c.at(State::ready);  // the script's own computer is connected
                require_alike(c, State::await_computer, Reason::computer_refused,
                              {{"a blocked computer", [](Context& d) { return computer(d.fixture().blocked_computer.guid); }},
                               {"a deactivated computer", [](Context& d) { return computer(d.fixture().deactivated_computer.guid); }},
                               {"a connected computer", [](Context& d) { return computer(d.computer()); }}});
              },
          .twin = see_let_in,
      },
      {
          .id = "errors.one_disconnect_for_many_faults",
          .requirements = {"ERR-001"},
          .goal = "Of three refusals in one record only the first is answered",
          .steps = {"walk to ready", "send pong, an unknown kind and a header over the limit in one record",
                    "expect one Disconnect(unexpected_message) and the end"},
          .script =
              [](Context& c) {
                auto& client = c.at(State::ready);
                client.send_together(
                    {control_frame(pong(1)), control_frame(ping(1)).set_kind(0x55), header_only(kind_control, 0, 0xffffffff)});
                client.expect_refusal(Reason::unexpected_message);
              },
          .twin =
              [](Context& c) {
                auto& client = c.at(State::ready);
                client.send_together({control_frame(ping(1)), control_frame(ping(2)), control_frame(ping(3))});
                for (int i = 0; i < 3; ++i) client.expect("pong");
              },
      },
      {
          .id = "errors.refused_session_is_over",
          .requirements = {"ERR-001"},
          .goal =
              "A session that was refused takes nothing back: what is sent afterwards is not answered, and a new connection starts anew",
          .steps = {"be refused in ready", "send a ping all the same", "connect again", "expect that version comes first there"},
          .script =
              [](Context& c) {
                auto& client = c.at(State::ready);
                client.send(proceed());
                client.expect_refusal(Reason::unexpected_message);
                auto& again = c.connect();
                again.send(ping(1));
                again.expect_refusal(Reason::unexpected_message);
              },
          .twin =
              [](Context& c) {
                auto& client = c.at(State::ready);
                client.send(goodbye());
                client.expect_end(Reason::goodbye);
                auto& again = c.connect();
                again.send(version());
                again.expect("proceed");
              },
      },
  };
}

}  // namespace coffer::conformance
