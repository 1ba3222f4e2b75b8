// Chapter 4 for servers: what a network between two honest ends can do, who sees every octet and can change, keep, repeat and misdirect
// them. Found as attacks on broken variants of the channel's models (spec/generated/attacks.md).
#include <fmt/core.h>

#include "cases/all.h"
#include "cases/scenes.h"

namespace coffer::conformance {
namespace {

using State = ServerState;

void expect_pong(Context& c, ClientPeer& client, std::uint64_t token) {
  const auto pong = client.expect("pong");
  c.require(pong.number("token") == token, fmt::format("pong of {}", token), to_text(pong));
}

/// Two pings as they are sent, which are answered.
void two_pings(Context& c) {
  auto& client = c.at(State::ready);
  for (const std::uint64_t token : {1U, 2U}) {
    client.send(ping(token));
    expect_pong(c, client, token);
  }
}

Message alices_login(Context& c) {
  const auto& alice = c.fixture().alice;
  return login(alice.registration_key, alice.name, alice.password, c.computer());
}

using Altered = ClientChannelOptions::Altered;

/// The server's part of a handshake with the hello as it is, or changed on its way.
Flight flight_of_a_handshake(Context& c, Altered altered = Altered::nothing) {
  auto socket = Socket::connect(c.server(), c.stage().deadline());
  if (!socket) throw NotReached("a TCP connection to the server", socket.error());
  auto channel =
      Channel::client(std::move(*socket), c.stage().recorder, c.stage().recorder.open(), {.hello = altered}, c.random().octets(48));
  const auto trouble = channel->handshake(c.stage().deadline());
  c.require(altered != Altered::nothing || !trouble, "a TLS channel", trouble.value_or(""));
  return channel->flight();
}

Case altered_hello(std::string_view id, Altered altered, std::string_view into) {
  return {
      .id = fmt::format("channel.altered_{}", id),
      .requirements = {"CHN-001"},
      .goal = fmt::format("A handshake whose client hello the network changed into one {} does not come to its end", into),
      .steps = {"make a handshake as it is, expect that the server begins to encrypt, and pongs",
                fmt::format("make another, with the client hello changed on its way into one {}", into),
                "expect that the server does not begin to encrypt"},
      // No twin: what is accepted comes first. Nor is it the protocol's refusal but TLS's, which a peer that accepts everything has too.
      .script =
          [=](Context& c) {
            c.require(flight_of_a_handshake(c).changed_cipher, "change_cipher_spec", "none");
            two_pings(c);
            c.require(!flight_of_a_handshake(c, altered).changed_cipher, "an alert or the end in the midst of the handshake",
                      "change_cipher_spec");
          },
  };
}

}  // namespace

std::vector<Case> records_cases() {
  return {
      {
          .id = "channel.record_altered",
          .requirements = {"CHN-012"},
          .goal = "A record of whose content one bit was flipped ends the connection, and what it carried is not acted upon",
          .steps = {"walk to ready", "send ping, with a bit of its token flipped in the record", "expect the end, and no pong"},
          .script =
              [](Context& c) {
                auto& client = c.at(State::ready);
                client.corrupt_next_record(record_tag_octets);
                client.send(ping(1));
                client.expect_end_unread();
              },
          .twin = two_pings,
      },
      {
          .id = "channel.record_sent_twice",
          .requirements = {"CHN-012"},
          .goal = "A record that comes a second time ends the connection, and is not acted upon again",
          .steps = {"walk to ready", "send ping, expect pong", "send the same record again", "expect the end, and no pong"},
          .script =
              [](Context& c) {
                auto& client = c.at(State::ready);
                client.send(ping(1));
                expect_pong(c, client, 1);
                client.send_bare(client.channel().last_sent(), "the same record");
                client.expect_end_unread();
              },
          .twin = two_pings,
      },
      {
          .id = "channel.records_swapped",
          .requirements = {"CHN-012"},
          .goal = "A record that comes before the one sent before it ends the connection, and neither is acted upon",
          .steps = {"walk to ready", "send the records of two pings, the second first", "expect the end, and no pong"},
          .script =
              [](Context& c) {
                auto& client = c.at(State::ready);
                const auto first = client.kept(ping(1));
                client.send_bare(client.kept(ping(2)), "the second record");
                client.send_bare(first, "the first record");
                client.expect_end_unread();
              },
          .twin = two_pings,
      },
      {
          .id = "channel.record_sent_back",
          .requirements = {"CHN-012"},
          .goal = "A server's own record ends the connection when it comes back",
          .steps = {"walk to ready", "send ping, expect pong", "send the record of the pong back", "expect the end, without a frame"},
          .script =
              [](Context& c) {
                auto& client = c.at(State::ready);
                client.send(ping(1));
                expect_pong(c, client, 1);
                client.send_bare(client.channel().last_received(), "the server's own record");
                client.expect_end_unread();
              },
          .twin = two_pings,
      },
      {
          .id = "channel.record_of_another_session",
          .requirements = {"CHN-012", "CHN-007"},
          .goal = "A login that was sent in one channel is none in another, though it is right and both stand in the same place",
          .steps = {"walk to await_login twice, on one computer", "send the record of the first one's login in the second channel",
                    "expect the end there, and no login_accepted"},
          .script =
              [](Context& c) {
                auto& first = c.at(State::await_login);
                auto& second = c.at(State::await_login);
                second.send_bare(first.kept(alices_login(c)), "a record of the other channel");
                second.expect_end_unread();
              },
          .twin =
              [](Context& c) {
                c.at(State::await_login);
                auto& second = c.at(State::await_login);
                second.send(alices_login(c));
                second.expect("login_accepted");
              },
      },
      altered_hello("version", Altered::version, "of version 0x0304"),
      altered_hello("suites", Altered::suites, "that offers suite 0xc02f behind the others"),
      {
          .id = "channel.fresh_each_time",
          .requirements = {"CHN-007"},
          .goal = "A server makes a random and a key share of its own for every connection",
          .steps = {"connect twice", "compare the randoms and the key shares of the server"},
          .script =
              [](Context& c) {
                const auto first = flight_of_a_handshake(c);
                require_fresh(c, first, flight_of_a_handshake(c));
              },
      },
  };
}

}  // namespace coffer::conformance
