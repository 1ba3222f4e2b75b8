// Chapter 4 for clients: what a client makes of servers that it should not trust, and of TLS that is not the channel's.
#include <fmt/core.h>

#include "cases/all.h"
#include "cases/client_scenes.h"

namespace coffer::conformance {
namespace {

using State = ClientState;

constexpr std::uint8_t handshake_record = 0x16;  // a record's first octet

void serve_honestly(Context& c) {
  c.drive({.what = "connect"});
  c.accept().serve_to_the_end();
  c.require(c.driven().ended == "ok", "ok", "a failure");
}

/// Octets of the client's on a bare socket until it ends the connection; the suite says `greeting` after the first of them.
Octets bare_conversation(Context& c, View greeting) {
  auto socket = c.accept_tcp();
  Octets came;
  c.require(socket.receive(came, c.stage().deadline()) == Arrival::octets, "a client hello", "nothing");
  c.stage().recorder.octets('-', Direction::sent, "a server's first flight", greeting);
  socket.send(greeting, c.stage().deadline());
  for (auto arrival = Arrival::octets; arrival == Arrival::octets;) {
    arrival = socket.receive(came, c.stage().deadline());
    c.require(arrival != Arrival::nothing, "the end of the connection", "nothing in time");
  }
  return came;
}

/// A handshake record with a server hello of that version and suite; `extension` goes behind the renegotiation one.
Octets server_hello(std::uint16_t version, std::uint16_t suite, const Octets& extension) {
  Octets body{static_cast<std::uint8_t>(version >> 8), static_cast<std::uint8_t>(version)};
  body = joined({body, repeated(32, 0x5a), Octets{0, static_cast<std::uint8_t>(suite >> 8), static_cast<std::uint8_t>(suite), 0}});
  const Octets extensions = joined({Octets{0xff, 0x01, 0, 1, 0}, extension});
  body = joined({body, Octets{0, static_cast<std::uint8_t>(extensions.size())}, extensions});
  const auto length = static_cast<std::uint8_t>(body.size());
  return joined({Octets{0x16, 0x03, 0x03, 0, static_cast<std::uint8_t>(length + 4), 0x02, 0, 0, length}, body});
}

/// Who connects again is offered the session-key channel as a server opened it, with 32 octets of its own (W34): TLS may be tried again,
/// and nothing else said.
void expect_no_fallback(Context& c) {
  constexpr int attempts_max = 8;
  for (int attempt = 0; attempt < attempts_max && c.connects_again(); ++attempt) {
    auto socket = c.accept_tcp();
    const auto offered = c.random().octets(32);
    c.stage().recorder.octets('-', Direction::sent, "the beginning of a session-key channel", offered);
    socket.send(offered, c.stage().deadline());
    Octets came;
    c.require(socket.receive(came, c.stage().deadline()) != Arrival::nothing, "TLS, or the end", "nothing in time");
    c.require(came.empty() || came[0] == handshake_record, "TLS, or the end", hex(came));
  }
}

/// A server that cannot be the deployed one: the client ends before its first frame and does not try another way.
Case distrusted(std::string id, std::vector<std::string> requirements, std::string goal, Octets first_flight) {
  return {
      .id = "client.channel." + std::move(id),
      .requirements = std::move(requirements),
      .role = Role::client,
      .goal = std::move(goal),
      .steps = {"let the client connect", "answer its hello with the first flight of the server that the first line names",
                "if the client connects again, send 32 octets as the session-key channel began, and expect TLS or the end",
                "expect no success"},
      .script =
          [=](Context& c) {
            c.drive({.what = "connect"});
            bare_conversation(c, first_flight);
            expect_no_fallback(c);
            c.stage().expected_refusal = true;
            require_no_success(c);
          },
      .twin = serve_honestly,
  };
}

/// A server with that key: whether it hears any frame of the client's.
bool is_spoken_to(Context& c, const ServerCredentials& credentials, const ServerChannelOptions& options = {}) {
  auto socket = c.accept_tcp();
  auto channel =
      Channel::server(std::move(socket), c.stage().recorder, c.stage().recorder.open(), credentials, options, c.random().octets(48));
  if (channel->handshake(c.stage().deadline())) return false;
  Octets came;
  const auto arrival = channel->receive(came, c.stage().deadline());
  c.require(arrival != Arrival::nothing, "a frame, or the end", "nothing in time");
  return arrival == Arrival::octets;
}

Case other_key(std::string id, std::string goal, std::function<Drive()> drive, std::function<bool(Context&)> spoken_to) {
  return {
      .id = "client.channel." + std::move(id),
      .requirements = {"CHN-008"},
      .role = Role::client,
      .goal = std::move(goal),
      .steps = {"let the client connect", "complete the handshake with the key that the first line names",
                "expect that no frame comes, and no success"},
      .script =
          [=](Context& c) {
            c.drive(drive());
            c.stage().expected_refusal = true;
            c.require(!spoken_to(c), "the end before any frame", "a frame");
            require_no_success(c);
          },
      .twin = serve_honestly,
  };
}

}  // namespace

std::vector<Case> client_channel_cases() {
  return {
      {
          .id = "client.channel.begins_with_a_hello",
          .requirements = {"CHN-001"},
          .role = Role::client,
          .goal = "A client's first octets are a TLS client hello, with nothing before it",
          .steps = {"let the client connect", "look at its first three octets"},
          .script =
              [](Context& c) {
                c.drive({.what = "connect"});
                auto socket = c.accept_tcp();
                Octets came;
                while (came.size() < 3)
                  c.require(socket.receive(came, c.stage().deadline()) == Arrival::octets, "a client hello", "nothing");
                c.require(came[0] == 0x16 && came[1] == 0x03, "a handshake record of TLS", hex(View(came).first(3)));
              },
      },
      {
          .id = "client.channel.tls_1_2",
          .requirements = {"CHN-001"},
          .role = Role::client,
          .goal = "A client speaks TLS 1.2 with the extended master secret, directly over TCP",
          .steps = {"let the client connect", "look at version and extension", "serve to the end", "expect success"},
          .script =
              [](Context& c) {
                c.drive({.what = "connect"});
                auto& server = c.accept();
                c.require(server.facts().version == 0x0303, "version 0x0303", fmt::format("0x{:04x}", server.facts().version));
                c.require(server.facts().extended_master_secret, "an extended master secret", "none");
                server.serve_to_the_end();
                c.require(c.driven().ended == "ok", "ok", "a failure");
              },
      },
      other_key(
          "another_key", "A client ends before its first frame when the server's key is not the deployed one",
          [] { return Drive{.what = "connect"}; }, [](Context& c) { return is_spoken_to(c, ServerCredentials()); }),
      other_key(
          "pin_of_zeros", "A client that was deployed with a pin of zeros trusts nobody",
          [] { return Drive{.what = "connect", .pin = repeated(32, 0)}; }, [](Context& c) { return is_spoken_to(c, c.credentials()); }),
      {
          .id = "client.channel.another_certificate_of_the_key",
          .requirements = {"CHN-009"},
          .role = Role::client,
          .goal = "A client trusts the deployed key in whatever certificate it comes",
          .steps = {"let the client connect", "show it a new certificate of the deployed key", "expect its version"},
          .script =
              [](Context& c) {
                const ServerCredentials renewed(c.credentials().key_pem());
                c.drive({.what = "connect"});
                c.require(is_spoken_to(c, renewed), "the client's first frame", "the end");
              },
      },
      {
          .id = "client.channel.demands_extended_master_secret",
          .requirements = {"CHN-005"},
          .role = Role::client,
          .goal = "A client ends before its first frame when the server leaves out the extended master secret",
          .steps = {"let the client connect", "answer without the extension", "expect that no frame comes, and no success"},
          .script =
              [](Context& c) {
                c.drive({.what = "connect"});
                c.stage().expected_refusal = true;
                c.require(!is_spoken_to(c, c.credentials(), {.without_extended_master_secret = true}), "the end before any frame",
                          "a frame");
                require_no_success(c);
              },
          .twin = serve_honestly,
      },
      distrusted("tls_1_1_server", {"CHN-001", "CHN-013"}, "A client does not speak TLS 1.1, nor anything else when that is all there is",
                 server_hello(0x0302, 0xC014, {})),
      distrusted("tls_1_3_server", {"CHN-001", "CHN-013"}, "A client does not speak TLS 1.3, which is another edition's",
                 server_hello(0x0303, 0x1302, {0, 0x2b, 0, 2, 0x03, 0x04})),
      distrusted("server_without_tls", {"CHN-001", "CHN-013"}, "A client does not speak to a server that answers without TLS",
                 encode(control_frame(proceed()))),
      {
          .id = "client.channel.record_authentication",
          .requirements = {"CHN-012"},
          .role = Role::client,
          .goal = "A client ends when a record fails its authentication, and does not act on it",
          .steps = {"let the client come to await_proceed", "answer in a corrupted record", "expect the end, and no computer"},
          .script =
              [](Context& c) {
                auto& server = c.client_in(State::await_proceed);
                server.corrupt_next_record();
                server.send(proceed());
                server.expect_refusal_by_close();
                require_no_success(c);
              },
          .twin = honest_twin(State::await_proceed),
      },
  };
}

}  // namespace coffer::conformance
