// Chapters 5.1, 5.3, 5.4: the order of answers, pings, permissions, and how a session ends.
#include <fmt/core.h>

#include "cases/all.h"
#include "cases/scenes.h"

namespace coffer::conformance {
namespace {

using State = ServerState;

/// A user without the permission is refused; alice, who has it, is served.
Case not_permitted(std::string id, std::string goal, Account Fixture::*who, std::function<void(Context&, ClientPeer&)> send,
                   std::string answer) {
  const auto play = [=](Context& c, const Account& account) -> ClientPeer& {
    auto& client = c.at(State::ready, c.walker(account));
    send(c, client);
    return client;
  };
  return {
      .id = std::move(id),
      .requirements = {"SES-021"},
      .goal = std::move(goal),
      .steps = {"log in as a user without the permission", "ask for the operation", "expect Disconnect(not_permitted)"},
      .script = [=](Context& c) { play(c, c.fixture().*who).expect_refusal(Reason::not_permitted); },
      .twin = [=](Context& c) { play(c, c.fixture().alice).expect(answer); },
  };
}

void add_permissions(std::vector<Case>& cases) {
  const auto offer = [](Context& c, ClientPeer& client) { client.send(offer_blocks(c.random().octets(32))); };
  const auto commit = [](Context&, ClientPeer& client) { client.send(client.next_commit()); };
  cases.push_back({
      .id = "session.order_offer_fields_before_permission",
      .requirements = {"ERR-002"},
      .goal = "An offer of half an id by a user who may only restore is refused for its field, not for the permission",
      .steps = {"walk to ready as carol", "offer 16 octets", "expect Disconnect(field_out_of_range)"},
      .script =
          [](Context& c) {
            auto& client = c.at(State::ready, c.walker(c.fixture().carol));
            client.send(offer_blocks(repeated(16, 1)));
            client.expect_refusal(Reason::field_out_of_range);
          },
      .twin = [](Context& c) { c.at(State::ready, c.walker(c.fixture().carol)).barrier(); },
  });
  cases.push_back(not_permitted("session.offer_without_permission", "A user who may only restore may not offer blocks", &Fixture::carol,
                                offer, "missing_blocks"));
  cases.push_back(not_permitted("session.commit_without_permission", "A user who may only restore may not commit a version",
                                &Fixture::carol, commit, "version_committed"));
  cases.push_back({
      .id = "session.data_without_permission",
      .requirements = {"SES-021"},
      .goal = "A data frame of a user who may only restore is refused for the permission, before anyone asks whether it is wanted",
      .steps = {"log in as a user who may only restore", "send a data frame", "expect Disconnect(not_permitted)"},
      .script =
          [](Context& c) {
            auto& client = c.at(State::ready, c.walker(c.fixture().carol));
            client.send(opaque_block(c.random()));
            client.expect_refusal(Reason::not_permitted);
          },
      .twin =
          [](Context& c) {
            const auto [client, block] = offered(c);
            client.send(block);
            client.barrier();
          },
  });
  const auto restore = [](Context&, ClientPeer& client) { client.send(restore_begin(1)); };
  cases.push_back({
      .id = "session.restore_without_permission",
      .requirements = {"SES-021"},
      .goal = "A user who may only back up may not restore, even a version of their own",
      .steps = {"log in as a user who may only back up", "commit a version", "begin to restore it", "expect Disconnect(not_permitted)"},
      .script =
          [=](Context& c) {
            auto& client = c.at(State::ready, c.walker(c.fixture().bob));
            client.commit({opaque_block(c.random())});
            restore(c, client);
            client.expect_refusal(Reason::not_permitted);
          },
      .twin =
          [=](Context& c) {
            auto& client = c.at(State::ready);
            client.commit({opaque_block(c.random())});
            restore(c, client);
            client.expect("restore_begun");
          },
  });
  cases.push_back({
      .id = "session.order_permission_before_meaning",
      .requirements = {"ERR-002", "SES-021"},
      .goal = "A restore of a version that does not exist, by a user who may not restore, is refused for the permission",
      .steps = {"log in as a user who may only back up", "begin to restore version 99", "expect Disconnect(not_permitted)"},
      .script =
          [](Context& c) {
            auto& client = c.at(State::ready, c.walker(c.fixture().bob));
            client.send(restore_begin(99));
            client.expect_refusal(Reason::not_permitted);
          },
      .twin =
          [](Context& c) {
            auto& client = c.at(State::ready);
            client.send(restore_begin(client.commit({opaque_block(c.random())})));
            client.expect("restore_begun");
          },
  });
  cases.push_back({
      .id = "session.order_fields_before_permission",
      .requirements = {"ERR-002"},
      .goal = "A restore of version 0, by a user who may not restore, is refused for the field",
      .steps = {"log in as a user who may only back up", "begin to restore version 0", "expect Disconnect(field_out_of_range)"},
      .script =
          [](Context& c) {
            auto& client = c.at(State::ready, c.walker(c.fixture().bob));
            client.send(restore_begin(0));
            client.expect_refusal(Reason::field_out_of_range);
          },
      .twin =
          [](Context& c) {
            auto& client = c.at(State::ready, c.walker(c.fixture().bob));
            client.commit({opaque_block(c.random())});
          },
  });
}

void add_ends(std::vector<Case>& cases) {
  for (const auto state : {State::ready, State::restoring})
    cases.push_back({
        .id = fmt::format("session.goodbye_in_{}", spec::server_session::name(state)),
        .requirements = {"SES-030", "SES-004"},
        .goal = "A server answers goodbye with a Disconnect of reason goodbye and ends the connection in order",
        .steps = {fmt::format("walk to {}", spec::server_session::name(state)), "send goodbye",
                  "expect Disconnect(goodbye), close_notify, end of stream"},
        .script =
            [=](Context& c) {
              auto& client = c.at(state);
              client.send(goodbye());
              client.expect_orderly_end(Reason::goodbye);
            },
    });
  cases.push_back({
      .id = "session.refusal_ends_in_order",
      .requirements = {"SES-004", "ERR-001"},
      .goal = "A server that refuses sends its Disconnect, then close_notify, then ends its sending side, while the client still holds its "
              "own open",
      .steps = {"connect", "send ping before version", "expect Disconnect(unexpected_message), close_notify, end of stream"},
      .script =
          [](Context& c) {
            auto& client = c.connect();
            client.send(ping(1));
            client.expect_orderly_end(Reason::unexpected_message);
          },
      .twin =
          [](Context& c) {
            auto& client = c.connect();
            client.send(version());
            client.expect("proceed");
          },
  });
  for (const auto state : server_wire_states)
    cases.push_back({
        .id = fmt::format("session.vanished_client_in_{}", spec::server_session::name(state)),
        .requirements = {"SES-031"},
        .goal = "When the client's side ends without a word, the server ends too and sends nothing",
        .steps = {fmt::format("walk to {}", spec::server_session::name(state)), "end the sending side", "expect the end, without a frame"},
        .script =
            [=](Context& c) {
              auto& client = c.at(state);
              client.shut_sending();
              client.expect_end_without_frame();
            },
        .twin = honest_twin(state),
    });
  cases.push_back({
      .id = "session.ends_behind_a_disconnect",
      .requirements = {"SES-031"},
      .goal = "A ping that follows a Disconnect is not answered",
      .steps = {"walk to ready", "send Disconnect and ping in one record", "expect the end, without a frame"},
      .script =
          [](Context& c) {
            auto& client = c.at(State::ready);
            client.send_together({control_frame(disconnect(Reason::goodbye)), control_frame(ping(1))});
            client.expect_end_without_frame();
          },
      .twin = [](Context& c) { c.at(State::ready).barrier(); },
  });
  cases.push_back({
      .id = "session.stopping_server",
      .requirements = {"SES-032"},
      .needs = {.verbs = {"admin"}, .own_server = true},
      .goal = "A server that is told to stop sends each session, whatever its state, a Disconnect of reason server_stopping",
      .steps = {"open a session in ready and one in await_login", "have the server stopped", "expect Disconnect(server_stopping) on both"},
      .script =
          [](Context& c) {
            auto& first = c.at(State::ready);
            auto second_walker = c.walker();
            second_walker.computer = c.random().guid();
            auto& second = c.at(State::await_login, second_walker);
            c.admin({{"do", "stop"}});
            first.expect_end(Reason::server_stopping);
            second.expect_end(Reason::server_stopping);
          },
  });
}

}  // namespace

std::vector<Case> session_cases() {
  std::vector<Case> cases = {
      {
          .id = "session.walk_to_ready",
          .requirements = {"SES-001", "SES-013", "SES-014", "IDN-005", "IDN-015", "CFG-002"},
          .goal = "A client that does every step in order gets the answer to each, and stands in ready",
          .steps = {"connect", "send version, computer and login", "expect proceed, the prepared identity, and the user's permissions",
                    "state a configuration newer than the prepared one", "expect that pushed, ready once it is acknowledged, and a pong"},
          .script =
              [](Context& c) {
                auto& client = c.connect();
                const auto& alice = c.fixture().alice;
                client.send(version());
                client.expect("proceed");
                client.send(computer(c.computer()));
                const auto identity = client.expect("server_identity").number("guid");
                c.require(identity == c.fixture().server_guid, guid_text(c.fixture().server_guid), guid_text(identity));
                client.send(login(alice.registration_key, alice.name, alice.password, c.computer()));
                const auto accepted = client.expect("login_accepted");
                c.require(accepted.number("permissions") == alice.permissions(), fmt::format("permissions {}", alice.permissions()),
                          to_text(accepted));
                client.send(config_state(c.fixture().config_version + 1));
                client.expect("config_push");
                client.send(config_ack(c.fixture().config_version));
                client.expect("ready");
                client.now_in(State::ready);
                client.barrier();
              },
      },
      {
          .id = "session.steps_sent_at_once",
          .requirements = {"SES-022", "SES-003", "FRM-013"},
          .goal = "Steps that arrive together are held while a step is checked, and answered one after the other",
          .steps = {"send version, computer, login, config_state and ping in one record", "expect the five answers in order"},
          .script =
              [](Context& c) {
                auto& client = c.connect();
                const auto& alice = c.fixture().alice;
                client.send_together({control_frame(version()), control_frame(computer(c.computer())),
                                      control_frame(login(alice.registration_key, alice.name, alice.password, c.computer())),
                                      control_frame(config_state(c.fixture().config_version)), control_frame(ping(9))});
                for (const auto* answer : {"proceed", "server_identity", "login_accepted", "ready", "pong"}) client.expect(answer);
              },
      },
      {
          .id = "session.answers_in_order",
          .requirements = {"SES-003", "SES-022"},
          .goal = "Operations and pings that arrive together are answered in the order in which they came",
          .steps = {"walk to ready", "send ping, offer, ping, list and ping in one record", "expect the five answers in order"},
          .script =
              [](Context& c) {
                auto& client = c.at(State::ready);
                client.send_together({control_frame(ping(1)), control_frame(offer_blocks(c.random().octets(96))), control_frame(ping(2)),
                                      control_frame(list_versions(1)), control_frame(ping(3))});
                for (const auto* answer : {"pong", "missing_blocks", "pong", "versions", "pong"}) client.expect(answer);
              },
      },
      {
          .id = "session.ping_returns_its_token",
          .requirements = {"SES-020"},
          .goal = "A pong carries its ping's token, whatever it is, in ready and in restoring",
          .steps = {"walk to ready, and then to restoring", "send pings of the tokens 0, 1 and the largest", "expect the same tokens"},
          .script =
              [](Context& c) {
                for (const auto state : {State::ready, State::restoring}) {
                  auto walker = c.walker();
                  walker.computer = c.random().guid();
                  auto& client = c.at(state, walker);
                  for (const auto token : {std::uint64_t{0}, std::uint64_t{1}, ~std::uint64_t{0}}) {
                    client.send(ping(token));
                    const auto pong = client.expect("pong");
                    c.require(pong.number("token") == token, fmt::format("token {}", token), to_text(pong));
                  }
                }
              },
      },
  };
  add_permissions(cases);
  add_ends(cases);
  return cases;
}

}  // namespace coffer::conformance
