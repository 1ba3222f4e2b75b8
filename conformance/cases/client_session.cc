// Chapters 5 and 6 for clients: the steps, what they say, waiting, and the end.
#include <fmt/core.h>

#include <algorithm>

#include "cases/all.h"
#include "cases/client_scenes.h"
#include "coffer/spec/limits.h"

namespace coffer::conformance {
namespace {

using State = ClientState;

/// Serves a whole session of that operation honestly and gives what the client said in it.
ServerPeer& whole_session(Context& c, Drive drive) {
  c.drive(std::move(drive));
  auto& server = c.accept();
  server.serve_to_the_end();
  c.require(c.driven().ended == "ok", "ok", "a failure");
  return server;
}

/// The names of what a client sent, in order.
std::string walk_of(const ServerPeer& server) {
  std::string names;
  for (const auto& received : server.seen())
    names += (names.empty() ? "" : " ") + (received.decoded.message ? std::string(received.decoded.message->name()) : "unreadable");
  return names;
}

Case silent_server(State state, std::string_view drive, std::string_view sent) {
  constexpr std::uint32_t timer_ms = 1000;  // long enough to walk, short enough to wait for
  constexpr std::chrono::milliseconds a_while{300};
  const auto stand = [=](Context& c) -> std::pair<ServerPeer&, Received> {
    c.drive({.what = std::string(drive), .timers_ms = {{"answer", timer_ms}}});
    auto& server = c.accept();
    return {server, server.serve_until(sent)};
  };
  return {
      .id = fmt::format("client.timers.silence_in_{}", spec::client_session::name(state)),
      .requirements = {"SES-041"},
      .role = Role::client,
      .goal = fmt::format("A client whose server says nothing in {} closes with timeout", spec::client_session::name(state)),
      .steps = {"let a client of a short answer timer come there", "say nothing",
                state == State::leaving ? "expect Disconnect(timeout)" : "expect Disconnect(timeout), and no success"},
      .script =
          [=](Context& c) {
            stand(c).first.expect_refusal(Reason::timeout);
            if (state != State::leaving) require_no_success(c);  // what it was asked to do is done by then
          },
      .twin =
          [=](Context& c) {
            const auto [server, question] = stand(c);
            server.expect_nothing_for(a_while);
            server.answer(question);
            if (state != State::leaving) server.serve_to_the_end();
            c.require(c.driven().ended == "ok", "ok", "a failure");
          },
  };
}

/// Where a name stands among those that a client sent, for the first time.
std::size_t place_of(const ServerPeer& server, std::string_view name) {
  const auto& seen = server.seen();
  return static_cast<std::size_t>(std::ranges::find_if(seen, [&](const Received& one) { return one.is(name); }) - seen.begin());
}

void add_operations(std::vector<Case>& cases) {
  constexpr std::chrono::milliseconds a_while{300};
  cases.push_back({
      .id = "client.session.operations_in_order",
      .requirements = {"SES-001"},
      .role = Role::client,
      .goal =
          "A client says nothing of an archive before ready, and asks for blocks only within a restore that its server has acknowledged",
      .steps = {"let the client back up, push it a configuration, and withhold ready", "expect nothing behind config_ack until ready",
                "let it restore, and withhold restore_begun", "expect nothing behind restore_begin until restore_begun",
                "expect fetch_blocks between restore_begin and restore_end"},
      .script =
          [=](Context& c) {
            const auto on_the_way = [&](std::string_view before) -> ServerPeer& {
              auto& server = c.accept();
              const auto last = server.serve_until(before);
              server.expect_nothing_for(a_while);
              server.answer(last);
              server.serve_to_the_end();
              c.require(c.driven().ended == "ok", "ok", "a failure");
              return server;
            };
            whole_session(c, {.what = "connect"});
            ++c.holdings().config_version;
            c.drive({.what = "backup", .paths = {c.make_tree({{"a", c.random().octets(3000)}})}});
            const auto& backup = on_the_way("config_ack");
            c.require(place_of(backup, "config_ack") < place_of(backup, "offer_blocks") && !backup.seen("offer_blocks").empty(),
                      "config_ack, offer_blocks", walk_of(backup));
            c.drive({.what = "restore", .target = c.scratch() + "/restored"});
            const auto& restore = on_the_way("restore_begin");
            const auto begin = place_of(restore, "restore_begin"), fetch = place_of(restore, "fetch_blocks");
            c.require(begin < fetch && fetch < place_of(restore, "restore_end") && place_of(restore, "restore_end") < restore.seen().size(),
                      "restore_begin, fetch_blocks, restore_end", walk_of(restore));
          },
  });
}

void add_steps(std::vector<Case>& cases) {
  cases.push_back({
      .id = "client.session.steps_in_order",
      .requirements = {"SES-001", "CFG-001"},
      .role = Role::client,
      .goal = "A client does its steps in order, each once, and leaves with goodbye",
      .steps = {"let the client connect and serve it honestly, with a configuration that it lacks",
                "expect version, computer, login, config_state, config_ack, goodbye"},
      .script =
          [](Context& c) {
            const std::string expected = "version computer login config_state config_ack goodbye";
            auto walk = walk_of(whole_session(c, {.what = "connect"}));
            // In ready a client may ask for the state of its key before it leaves.
            if (const auto asks = walk.find(" fetch_key"); asks != std::string::npos)
              walk.erase(asks, std::string_view(" fetch_key").size());
            c.require(walk == expected, expected, walk);
          },
  });
  cases.push_back({
      .id = "client.session.version_says_all",
      .requirements = {"SES-010"},
      .role = Role::client,
      .goal = "A client's version names protocol 6, an operating system, an address and a time zone within their ranges",
      .steps = {"let the client connect", "look at its version"},
      .script =
          [](Context& c) {
            auto& server = c.client_in(State::await_proceed);
            const auto& said = *c.pending().decoded.message;
            c.require(said.number("protocol") == spec::limits::protocol_version, "protocol 6", to_text(said));
            c.require(!said.text("operating_system").empty() && said.text("operating_system").size() <= 255, "an operating system",
                      to_text(said));
            c.require(!said.text("address").empty(), "an address", to_text(said));
            c.require(said.signed_number("time_zone_minutes") >= -720 && said.signed_number("time_zone_minutes") <= 840, "a time zone",
                      to_text(said));
            server.answer(c.pending());
            server.serve_to_the_end();
          },
  });
  cases.push_back({
      .id = "client.session.computer_and_login_as_configured",
      .requirements = {"IDN-001", "IDN-010"},
      .role = Role::client,
      .goal = "A client presents its computer, and in one login message key, user, password, the same computer and the deferred flag",
      .steps = {"let the client connect, once as usual and once deferred", "compare computer and login with what it was given"},
      .script =
          [](Context& c) {
            for (const bool deferred : {false, true}) {
              auto& server = whole_session(c, {.what = "connect", .device = deferred ? "deferred" : "usual", .deferred = deferred});
              c.require(server.seen("computer").at(0) == computer(c.computer()), to_text(computer(c.computer())),
                        to_text(server.seen("computer").at(0)));
              const auto& alice = c.fixture().alice;
              const auto expected = login(c.fixture().standard_key, alice.name, alice.password, c.computer(), deferred);
              c.require(server.seen("login").at(0) == expected, to_text(expected), to_text(server.seen("login").at(0)));
            }
          },
  });
  cases.push_back({
      .id = "client.session.first_frame_is_canonical",
      .requirements = {"FRM-001", "FRM-002", "FRM-003", "MSG-001"},
      .role = Role::client,
      .goal = "The first frame of a client has a right header and one canonical message",
      .steps = {"let the client connect", "look at the first frame that comes"},
      .script =
          [](Context& c) {
            c.drive({.what = "connect"});
            const auto first = c.accept().next();
            c.require(first.is("version") && first.decoded.canonical(), "a canonical version", first.text());
          },
  });
  cases.push_back({
      .id = "client.session.ends_without_its_peer",
      .requirements = {"SES-007"},
      .role = Role::client,
      .goal = "A client that has ended its side ends the connection after its linger timer, though the server holds on to it",
      .steps = {"let a client of a short linger timer connect and serve it until goodbye", "answer that, and do not end the connection",
                "expect that the client comes to its end"},
      .script =
          [](Context& c) {
            c.drive({.what = "connect", .timers_ms = {{"linger", 200}}});
            auto& server = c.accept();
            server.serve_until("goodbye");
            server.send(disconnect(Reason::goodbye));
            c.require(c.ends_by_itself(), "a client that ends", "one that waits for its server to end the connection");
          },
  });
  cases.push_back({
      .id = "client.session.every_frame_is_canonical",
      .requirements = {"FRM-001", "FRM-002", "FRM-003", "MSG-001", "FRM-006"},
      .role = Role::client,
      .goal = "Every frame of a client that connects, backs up, lists and restores has a right header and one canonical message",
      .steps = {"back up a tree, list, restore it", "look at each frame that came"},
      .script =
          [](Context& c) {
            std::vector<ServerPeer*> sessions;
            sessions.push_back(
                &whole_session(c, {.what = "backup", .paths = {c.make_tree({{"a", c.random().octets(300000)}, {"b", {}}})}}));
            sessions.push_back(&whole_session(c, {.what = "versions"}));
            sessions.push_back(&whole_session(c, {.what = "restore", .target = c.scratch() + "/restored"}));
            for (const auto* session : sessions)
              for (const auto& received : session->seen()) c.require(received.decoded.canonical(), "a canonical frame", received.text());
          },
  });
}

void add_configuration(std::vector<Case>& cases) {
  cases.push_back({
      .id = "client.configuration.acknowledged_and_remembered",
      .requirements = {"CFG-003", "CFG-001"},
      .role = Role::client,
      .goal = "A client acknowledges a pushed configuration with its version, and states that version the next time",
      .steps = {"let a client that has no configuration connect, push version 41", "expect config_ack of 41", "let it connect again",
                "expect config_state of 41"},
      .script =
          [](Context& c) {
            c.holdings().config_version = 41;
            c.holdings().settings = {setting("backup.schedule", "daily", true), setting("colour", "grün")};
            auto& first = whole_session(c, {.what = "connect"});
            c.require(first.seen("config_ack").size() == 1 && first.seen("config_ack")[0].number("version") == 41, "config_ack{version=41}",
                      walk_of(first));
            auto& second = whole_session(c, {.what = "connect"});
            const auto stated = second.seen("config_state").at(0);
            c.require(stated.number("version") == 41 && second.seen("config_ack").empty(), "config_state{version=41} and no config_ack",
                      to_text(stated));
          },
  });
  cases.push_back({
      .id = "client.configuration.newer_one_replaces_it",
      .requirements = {"CFG-003"},
      .role = Role::client,
      .goal = "A client takes another configuration when the server pushes one, older or newer",
      .steps = {"push version 41, then 42, then 7, in three sessions", "expect each acknowledged"},
      .script =
          [](Context& c) {
            for (const std::uint64_t pushed : {41U, 42U, 7U}) {
              c.holdings().config_version = pushed;
              auto& session = whole_session(c, {.what = "connect"});
              c.require(session.seen("config_ack").size() == 1 && session.seen("config_ack")[0].number("version") == pushed,
                        fmt::format("config_ack of {}", pushed), walk_of(session));
            }
          },
  });
  cases.push_back({
      .id = "client.configuration.pushed_once",
      .requirements = {"CFG-007", "SES-002"},
      .role = Role::client,
      .goal = "A client to which another configuration is pushed where only ready may come ends the session, and is not kept waiting",
      .steps = {"push a configuration that the client lacks", "once it is acknowledged, push the next version",
                "expect Disconnect(unexpected_message)"},
      .script =
          [](Context& c) {
            auto& server = c.client_in(State::configured);
            server.send(config_push(c.holdings().config_version + 1, {}));
            server.expect_refusal(Reason::unexpected_message);
            require_no_success(c);
          },
      .twin = honest_twin(State::configured),
  });
}

void add_identity(std::vector<Case>& cases) {
  const auto other_server = [](Context& c) {
    auto& server = c.client_in(State::await_server_identity);
    server.send(server_identity(c.holdings().server_guid ^ 1));
    server.expect_refusal(Reason::server_refused);
    require_no_success(c);
  };
  cases.push_back({
      .id = "client.identity.another_server_than_configured",
      .requirements = {"IDN-006"},
      .role = Role::client,
      .goal = "A client that was configured with a server's identity refuses another, though its key is the deployed one",
      .steps = {"let the client come to await_server_identity", "name another identity", "expect Disconnect(server_refused)"},
      .script = other_server,
      .twin = honest_twin(State::await_server_identity),
  });
}

void add_ends(std::vector<Case>& cases) {
  cases.push_back({
      .id = "client.session.refusal_ends_in_order",
      .requirements = {"SES-004", "ERR-001"},
      .role = Role::client,
      .goal = "A client that refuses sends its Disconnect, then close_notify, then ends its sending side",
      .steps = {"let the client come to await_proceed", "send pong", "expect Disconnect(unexpected_message), close_notify, end of stream"},
      .script =
          [](Context& c) {
            auto& server = c.client_in(State::await_proceed);
            server.send(pong(1));
            server.expect_orderly_end(Reason::unexpected_message);
          },
      .twin = honest_twin(State::await_proceed),
  });
  cases.push_back({
      .id = "client.session.nothing_after_a_failure",
      .requirements = {"FRM-017", "ERR-001"},
      .role = Role::client,
      .goal = "A client does not act on octets behind a refused frame: one Disconnect comes, and nothing else",
      .steps = {"let the client come to await_proceed", "send an unknown kind and a good proceed in one record",
                "expect one Disconnect(unknown_frame_kind) and the end"},
      .script =
          [](Context& c) {
            auto& server = c.client_in(State::await_proceed);
            server.send_together({control_frame(proceed()).set_kind(0x7f), control_frame(proceed())});
            server.expect_refusal(Reason::unknown_frame_kind);
            require_no_success(c);
          },
      .twin = honest_twin(State::await_proceed),
  });
  for (const auto& stand : client_stands())
    if (stand.state == State::await_proceed || stand.state == State::await_ready || stand.state == State::await_version_committed ||
        stand.state == State::await_blocks)
      cases.push_back({
          .id = fmt::format("client.session.vanished_server_in_{}", spec::client_session::name(stand.state)),
          .requirements = {"SES-031"},
          .role = Role::client,
          .goal = "When the server's side ends without a word, the client ends too, sends nothing more, and reports no success",
          .steps = {fmt::format("let the client come to {}", spec::client_session::name(stand.state)), "end the sending side",
                    "expect the end, without a frame"},
          .script =
              [=](Context& c) {
                auto& server = c.client_in(stand.state);
                server.shut_sending();
                server.expect_end_without_frame();
                require_no_success(c);
              },
          .twin = honest_twin(stand.state),
      });
  cases.push_back({
      .id = "client.session.begins_anew",
      .requirements = {"SES-033"},
      .role = Role::client,
      .goal = "After a session that the server ended in ready's midst, a client begins with channel and version again",
      .steps = {"disconnect the client while it waits for a pong", "let it connect again", "expect version first"},
      .script =
          [](Context& c) {
            auto& server = c.client_in(State::await_pong);
            server.send(disconnect(Reason::server_stopping));
            server.expect_end_without_frame();
            require_no_success(c);
            auto& again = whole_session(c, {.what = "ping"});
            c.require(again.seen().at(0).is("version"), "version", walk_of(again));
          },
      .twin = honest_twin(State::await_pong),
  });
}

}  // namespace

std::vector<Case> client_session_cases() {
  std::vector<Case> cases;
  add_steps(cases);
  add_operations(cases);
  add_configuration(cases);
  add_identity(cases);
  add_ends(cases);
  cases.push_back(silent_server(State::await_proceed, "connect", "version"));
  cases.push_back(silent_server(State::await_login_accepted, "connect", "login"));
  cases.push_back(silent_server(State::configured, "connect", "config_ack"));
  cases.push_back(silent_server(State::await_pong, "ping", "ping"));
  cases.push_back(silent_server(State::await_versions, "versions", "list_versions"));
  cases.push_back(silent_server(State::leaving, "connect", "goodbye"));
  return cases;
}

}  // namespace coffer::conformance
