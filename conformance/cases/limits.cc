// Chapters 5.1 and 14: a server that is full, and a server that waits. Both with a fixture that makes them so soon.
#include <fmt/core.h>

#include "cases/all.h"
#include "cases/scenes.h"

namespace coffer::conformance {
namespace {

using State = ServerState;

constexpr std::uint32_t short_timer_ms = 1000;  // long enough to walk, short enough to wait for
constexpr std::chrono::milliseconds a_while{300};

void few_sessions(Fixture& fixture) { fixture.limits = {{"sessions_max", 2}}; }
void few_strangers(Fixture& fixture) { fixture.limits = {{"unverified_max", 2}}; }
void short_timers(Fixture& fixture) {
  fixture.timers_ms = {{"tls_handshake", short_timer_ms}, {"step", short_timer_ms}, {"idle", short_timer_ms}};
}

void short_linger(Fixture& fixture) { fixture.timers_ms = {{"linger", 300}}; }

Walker another(Context& c) {
  auto walker = c.walker();
  walker.computer = c.random().guid();
  return walker;
}

Case silent_step(State state) {
  const bool idle = state == State::ready || state == State::restoring;
  return {
      .id = fmt::format("timers.silence_in_{}", spec::server_session::name(state)),
      .requirements = {idle ? "SES-006" : "SES-005"},
      .needs = {.fixture = short_timers},
      .goal = fmt::format("A client that says nothing in {} is disconnected with timeout", spec::server_session::name(state)),
      .steps = {fmt::format("walk to {}, on a server of short timers", spec::server_session::name(state)), "say nothing",
                "expect Disconnect(timeout)"},
      .script = [=](Context& c) { c.at(state).expect_refusal(Reason::timeout); },
      .twin =
          [=](Context& c) {
            auto& client = c.at(state);
            client.expect_nothing_for(a_while);
            const auto& on = way_on(state);
            see_accepted(client, on, on.make(c, client));
          },
  };
}

}  // namespace

std::vector<Case> limits_cases() {
  std::vector<Case> cases = {
      {
          .id = "limits.full_server_says_so",
          .requirements = {"LIM-004"},
          .needs = {.own_server = true, .fixture = few_sessions},
          .goal = "A server with room for two sessions closes the third with busy, once its channel is up",
          .steps = {"walk to ready twice", "connect a third time", "expect Disconnect(busy)"},
          .script =
              [](Context& c) {
                auto& first = c.at(State::ready);
                auto& second = c.at(State::ready, another(c));
                c.connect(another(c)).expect_refusal(Reason::busy);
                first.barrier();
                second.barrier();
              },
          .twin =
              [](Context& c) {
                c.at(State::ready);
                auto& second = c.at(State::ready, another(c));
                second.send(goodbye());
                second.expect_end(Reason::goodbye);
                c.at(State::ready, another(c)).barrier();
              },
      },
      {
          .id = "limits.strangers_are_bounded",
          .requirements = {"LIM-002", "LIM-004"},
          .needs = {.own_server = true, .fixture = few_strangers},
          .goal =
              "A server that bears two connections without a verified user closes the third with busy, and bears it once one has logged in",
          .steps = {"connect three times", "expect Disconnect(busy) on the third"},
          .script =
              [](Context& c) {
                auto& first = c.at(State::await_computer, another(c));
                auto& second = c.at(State::await_computer, another(c));
                c.connect(another(c)).expect_refusal(Reason::busy);
                first.walk_to(State::ready);
                second.walk_to(State::ready);
              },
          .twin =
              [](Context& c) {
                c.at(State::await_computer, another(c));
                c.at(State::ready, another(c));
                c.at(State::ready, another(c)).barrier();
              },
      },
      {
          .id = "timers.silence_before_the_handshake",
          .requirements = {"CHN-011"},
          .needs = {.fixture = short_timers},
          .goal = "A connection that sends nothing, not even a client hello, is closed when the tls_handshake timer runs out",
          .steps = {"connect, on a server of short timers", "say nothing", "expect the end"},
          .script = [](Context& c) { c.tcp().expect_refusal_by_close(); },
          .twin = [](Context& c) { c.at(State::ready).barrier(); },
      },
      {
          .id = "timers.half_a_hello",
          .requirements = {"CHN-011"},
          .needs = {.fixture = short_timers},
          .goal = "A connection that sends half a client hello is closed when the tls_handshake timer runs out",
          .steps = {"connect, on a server of short timers", "send half a client hello", "expect the end"},
          .script =
              [](Context& c) {
                auto& peer = c.tcp();
                const auto hello = encode(ClientHello{}, c.random());
                peer.send(View(hello).first(hello.size() / 2), "half a client hello");
                peer.expect_refusal_by_close();
              },
          .twin = [](Context& c) { c.at(State::ready).barrier(); },
      },
      {
          .id = "timers.linger_ends",
          .requirements = {"SES-007"},
          .needs = {.fixture = short_linger},
          .goal = "A server that has refused and ended its sending side does not take octets for ever: the connection ends when the linger "
                  "timer runs out",
          .steps = {"connect, on a server of a short linger timer", "send what is no TLS", "see the end of the stream", "go on sending",
                    "expect that the connection ends"},
          .script =
              [](Context& c) {
                auto socket = Socket::connect(c.server(), c.stage().deadline());
                c.require(socket.has_value(), "a connection", "none");
                Octets came;
                auto arrival = socket->send(encode(control_frame(version())), c.stage().deadline()) ? Arrival::octets : Arrival::reset;
                while (arrival == Arrival::octets) arrival = socket->receive(came, c.stage().deadline());
                c.stage().expected_refusal = true;
                c.require(arrival != Arrival::nothing, "the end of the stream", "nothing in time");
                const auto deadline = c.stage().deadline();
                bool taken = arrival != Arrival::reset;
                while (taken && Clock::now() < deadline) taken = socket->send(Octets{0}, deadline);
                c.require(!taken, "the end of the connection", "a server that still takes octets");
              },
          .twin = [](Context& c) { c.at(State::ready).barrier(); },
      },
      {
          .id = "timers.half_a_frame",
          .requirements = {"SES-006"},
          .needs = {.fixture = short_timers},
          .goal = "Half a frame does not keep a session from its idle timer",
          .steps = {"walk to ready, on a server of short timers", "send half a ping", "expect Disconnect(timeout)"},
          .script =
              [](Context& c) {
                auto& client = c.at(State::ready);
                const auto whole = encode(control_frame(ping(1)));
                client.send_octets(View(whole).first(whole.size() / 2), "half a ping");
                client.expect_refusal(Reason::timeout);
              },
          .twin =
              [](Context& c) {
                auto& client = c.at(State::ready);
                client.send_in_pieces(encode(control_frame(ping(1))), 20);
                client.expect("pong");
              },
      },
  };
  for (const auto state : server_wire_states) cases.push_back(silent_step(state));
  return cases;
}

}  // namespace coffer::conformance
