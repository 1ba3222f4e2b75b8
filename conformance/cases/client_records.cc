// Chapter 4 for clients: what a network between two honest ends can do, as records.cc has it for servers.
#include <fmt/core.h>

#include "cases/all.h"
#include "cases/client_scenes.h"

namespace coffer::conformance {
namespace {

using State = ClientState;

/// The client stands in await_pong; what is done to its server's record ends the connection, unread.
Case unread(std::string id, std::string goal, std::string step, std::function<void(Context&, ServerPeer&)> bring) {
  return {
      .id = "client.channel." + std::move(id),
      .requirements = {"CHN-012"},
      .role = Role::client,
      .goal = std::move(goal),
      .steps = {"let the client come to await_pong", std::move(step), "expect the end, without a frame, and no success"},
      .script =
          [bring = std::move(bring)](Context& c) {
            auto& server = c.client_in(State::await_pong);
            bring(c, server);
            server.expect_end_unread();
            require_no_success(c);
          },
      .twin = honest_twin(State::await_pong),
  };
}

/// What the client shows of itself in a handshake, in a session that is served to its end.
Flight flight_of_a_session(Context& c) {
  c.drive({.what = "connect"});
  auto& server = c.accept();
  server.serve_to_the_end();
  c.require(c.driven().ended == "ok", "ok", "a failure");
  return server.channel().flight();
}

}  // namespace

std::vector<Case> client_records_cases() {
  return {
      unread("record_altered", "A record of whose content one bit was flipped ends a client's connection",
             "send its pong, with a bit of the token flipped in the record",
             [](Context& c, ServerPeer& server) {
               server.corrupt_next_record(record_tag_octets);
               server.answer(c.pending());
             }),
      unread("record_sent_twice", "A record that comes a second time ends a client's connection", "send the record of ready once more",
             [](Context&, ServerPeer& server) { server.send_bare(server.channel().last_sent(), "the same record"); }),
      unread("record_sent_back", "A client's own record ends the connection when it comes back", "send the client's own record back",
             [](Context&, ServerPeer& server) { server.send_bare(server.channel().last_received(), "the client's own record"); }),
      {
          .id = "client.channel.fresh_each_time",
          .requirements = {"CHN-001"},
          .role = Role::client,
          .goal = "A client makes a random and a key share of its own for every connection",
          .steps = {"let the client connect twice", "compare the randoms and the key shares of its handshakes"},
          .script =
              [](Context& c) {
                const auto first = flight_of_a_session(c);
                require_fresh(c, first, flight_of_a_session(c));
              },
      },
  };
}

}  // namespace coffer::conformance
