// Chapter 4.1: what a server makes of TLS: version, suites, extended master secret, no resumption, no renegotiation, and garbage.
#include <fmt/core.h>

#include "cases/all.h"
#include "cases/scenes.h"
#include "coffer/spec/limits.h"

namespace coffer::conformance {
namespace {

using State = ServerState;

constexpr std::uint16_t the_suite = 0xC030;  // ECDHE_RSA_WITH_AES_256_GCM_SHA384

/// The hello is refused: by an alert or by the end, but never by a server hello.
void see_hello_refused(Context& c, const ClientHello& hello) {
  auto& peer = c.tcp();
  peer.send(encode(hello, c.random()), "client hello");
  const auto flight = peer.server_flight();
  c.require(!flight.version.has_value(), "no server hello",
            flight.version ? fmt::format("a server hello of version 0x{:04x}, suite 0x{:04x}", *flight.version, flight.suite) : "");
  peer.expect_refusal_by_close();
}

/// The ordinary hello is answered with TLS 1.2 and the suite that every server has, and such a channel bears a session: who refuses
/// everything has not refused that hello.
void see_hello_accepted(Context& c) {
  auto& peer = c.tcp();
  peer.send(encode(ClientHello{}, c.random()), "client hello");
  const auto flight = peer.server_flight();
  c.require(flight.version == 0x0303 && flight.suite == the_suite, "a server hello of TLS 1.2 with suite 0xc030",
            flight.version ? fmt::format("0x{:04x}, 0x{:04x}", *flight.version, flight.suite) : "none");
  c.at(State::await_computer);
}

/// What a client hello offers, in the numbers of the registries.
std::string described(const ClientHello& hello) {
  const auto listed = [](const std::vector<std::uint16_t>& numbers) {
    std::string text;
    for (const auto number : numbers) text += fmt::format("{}0x{:04x}", text.empty() ? "" : ", ", number);
    return text;
  };
  return fmt::format("send a client hello of version 0x{:04x} with the suites {}{}{}", hello.version, listed(hello.suites),
                     hello.supported_versions.empty() ? "" : ", supported_versions " + listed(hello.supported_versions),
                     hello.extended_master_secret ? "" : ", without extended_master_secret");
}

Case hello_refused(std::string id, std::string requirement, std::string goal, ClientHello hello) {
  return {
      .id = std::move(id),
      .requirements = {std::move(requirement)},
      .goal = std::move(goal),
      .steps = {"connect", described(hello), "expect an alert or the end, and no server hello"},
      .script = [=](Context& c) { see_hello_refused(c, hello); },
      .twin = see_hello_accepted,
  };
}

void add_versions(std::vector<Case>& cases) {
  const std::pair<std::uint16_t, std::string_view> versions[] = {{0x0300, "ssl_3_0"}, {0x0301, "tls_1_0"}, {0x0302, "tls_1_1"}};
  for (const auto& [number, name] : versions)
    cases.push_back(hello_refused(fmt::format("channel.refuses_{}", name), "CHN-002",
                                  fmt::format("A client that speaks at most version 0x{:04x} is refused", number),
                                  {.version = number, .suites = {the_suite, 0xC014, 0x0035}}));
  cases.push_back(hello_refused("channel.refuses_tls_1_3_only", "CHN-002", "A client that speaks TLS 1.3 alone is refused",
                                {.suites = {0x1302, 0x1301, the_suite}, .supported_versions = {0x0304}}));
  cases.push_back({
      .id = "channel.tls_1_2_before_1_3",
      .requirements = {"CHN-002", "CHN-001"},
      .goal = "A client that offers TLS 1.3 and 1.2 is answered with TLS 1.2",
      .steps = {"connect", "send a client hello that offers both versions", "expect a server hello of TLS 1.2"},
      .script =
          [](Context& c) {
            auto& peer = c.tcp();
            peer.send(encode(ClientHello{.suites = {0x1302, the_suite}, .supported_versions = {0x0304, 0x0303}}, c.random()),
                      "client hello");
            const auto flight = peer.server_flight();
            c.require(flight.version == 0x0303 && flight.suite == the_suite, "TLS 1.2 with suite 0xc030",
                      flight.version ? fmt::format("0x{:04x}, 0x{:04x}", *flight.version, flight.suite) : "no server hello");
          },
  });
}

void add_suites(std::vector<Case>& cases) {
  struct Suite {
    std::uint16_t number;
    std::string_view name, fault;
  };
  const Suite suites[] = {
      {0x009D, "rsa_aes_256_gcm", "no forward secrecy"}, {0x0035, "rsa_aes_256_cbc", "no forward secrecy"},
      {0xC02F, "ecdhe_rsa_aes_128_gcm", "AES-128"},      {0xC013, "ecdhe_rsa_aes_128_cbc", "AES-128"},
      {0xC012, "ecdhe_rsa_3des", "triple DES"},          {0xC011, "ecdhe_rsa_rc4", "RC4"},
      {0xC010, "ecdhe_rsa_null", "no cipher"},           {0xC019, "ecdh_anon_aes_256", "an anonymous exchange"},
      {0xCCA8, "ecdhe_rsa_chacha20", "ChaCha20"},        {0x00FF, "only_the_renegotiation_signal", "no suite at all"},
  };
  for (const auto& suite : suites)
    cases.push_back(hello_refused(fmt::format("channel.refuses_{}", suite.name), "CHN-004",
                                  fmt::format("A client that offers only suite 0x{:04x} ({}) is refused", suite.number, suite.fault),
                                  {.suites = {suite.number}}));
}

constexpr std::uint8_t tls_alert = 0x15;  // a record's first octet

/// Whether these octets are alerts of TLS and nothing else.
bool are_alerts(View said) {
  constexpr std::size_t header = 5;
  while (!said.empty() && said[0] == tls_alert) {
    const std::size_t body = said.size() < header ? 0 : said[3] * 256U + said[4];
    said = said.subspan(std::min(said.size(), header + body));
  }
  return said.empty();
}

/// Octets that are no TLS, or that never become a handshake, end the connection.
Case garbage(std::string id, std::vector<std::string> requirements, std::string goal, std::function<Octets(Context&)> octets) {
  return {
      .id = std::move(id),
      .requirements = std::move(requirements),
      .goal = std::move(goal),
      .steps = {"connect", "send the octets that the first line names", "expect the end, and nothing before it but an alert of TLS"},
      .script =
          [=](Context& c) {
            auto& peer = c.tcp();
            peer.send(octets(c));
            c.stage().expected_refusal = true;
            const auto said = peer.receive_until_end();
            c.require(are_alerts(said), "an alert of TLS or nothing", hex(said));
          },
      .twin = see_hello_accepted,
  };
}

/// A client hello that claims 16 MiB and begins to come, in records of 16 KiB.
Octets endless_hello(std::size_t octets) {
  Octets all;
  Octets body = joined({Octets{0x01, 0xff, 0xff, 0xff, 0x03, 0x03}, repeated(octets, 0)});
  for (std::size_t at = 0; at < body.size(); at += 16384) {
    const auto part = std::min<std::size_t>(16384, body.size() - at);
    all = joined({all, Octets{0x16, 0x03, 0x01, static_cast<std::uint8_t>(part >> 8), static_cast<std::uint8_t>(part)},
                  View(body).subspan(at, part)});
  }
  return all;
}

}  // namespace

std::vector<Case> channel_cases() {
  std::vector<Case> cases = {
      {
          .id = "channel.tls_1_2",
          .requirements = {"CHN-001"},
          .goal = "A server speaks TLS 1.2 with suite 0xC030 and the extended master secret, directly over TCP, and frames within",
          .steps = {"connect and complete the handshake", "look at version, suite and extension", "send version", "expect proceed"},
          .script =
              [](Context& c) {
                auto& client = c.connect();
                const auto& facts = client.facts();
                c.require(facts.version == 0x0303, "version 0x0303", fmt::format("0x{:04x}", facts.version));
                c.require(facts.suite == the_suite, "suite 0xc030", fmt::format("0x{:04x}", facts.suite));
                c.require(facts.extended_master_secret, "an extended master secret", "none");
                client.send(version());
                client.expect("proceed");
              },
      },
      {
          .id = "channel.answers_the_hello",
          .requirements = {"CHN-003", "CHN-001"},
          .goal = "A client that offers suite 0xC030 alone is answered with it, at once and in TLS",
          .steps = {"connect", "send a client hello with that suite alone", "expect a server hello of TLS 1.2 with it"},
          .script = see_hello_accepted,
      },
      hello_refused("channel.demands_extended_master_secret", "CHN-005",
                    "A client that does not offer the extended master secret is refused", {.extended_master_secret = false}),
      {
          .id = "channel.no_resumption",
          .requirements = {"CHN-007"},
          .goal = "A client that offers to resume its last session gets a new one, with the certificate shown again",
          .steps = {"connect, walk to ready, say goodbye", "connect again, offering that session", "expect a full handshake"},
          .script =
              [](Context& c) {
                SessionMemory memory;
                const ClientChannelOptions options{.offer_resumption = true, .memory = &memory};
                auto& first = c.connect(c.walker(), options);
                first.walk_to(State::ready);
                first.send(goodbye());
                first.expect_end(Reason::goodbye);
                auto& second = c.connect(c.walker(), options);
                c.require(!second.facts().resumed, "a full handshake", "a resumed session");
                second.walk_to(State::ready);
              },
      },
      {
          .id = "channel.no_ticket",
          .requirements = {"CHN-007"},
          .goal = "A client that asks for a session ticket is not promised one, and is shown the certificate",
          .steps = {"connect", "send a client hello with an empty session ticket extension and a session identifier",
                    "look at the server's first flight"},
          .script =
              [](Context& c) {
                auto& peer = c.tcp();
                const auto offered_id = c.random().octets(32);
                peer.send(encode(ClientHello{.session_id = offered_id, .session_ticket = true}, c.random()), "client hello");
                const auto flight = peer.server_flight();
                c.require(flight.version == 0x0303, "a server hello of TLS 1.2", "none");
                c.require(!flight.session_ticket && flight.session_id != offered_id && flight.certificate,
                          "no ticket, another session identifier, a certificate", "the means to resume");
              },
      },
      {
          .id = "channel.no_renegotiation",
          .requirements = {"CHN-006"},
          .goal = "A server does not make a second handshake on a connection: it goes on without, or ends",
          .steps = {"walk to ready", "ask for a new handshake", "expect that none is made",
                    "unless the connection has ended, send ping and expect pong or the end"},
          .script =
              [](Context& c) {
                auto& client = c.at(State::ready);
                // Octets within a handshake may be refused for coming then: so it is given the time to come to its end.
                c.stage().expected_refusal = true;
                c.require(!client.channel().renegotiate(c.stage().deadline()), "one handshake", "a second one");
                if (client.channel().end().any()) return;
                client.send(ping(1));
                const auto got = client.next();
                c.require(got.is("pong") || got.what == Received::What::end, "pong or the end", got.text());
              },
          // A second handshake is made where it may be: on a connection of its own.
          .twin = one_session_after_another,
      },
      {
          .id = "channel.record_authentication",
          .requirements = {"CHN-012"},
          .goal = "A record of which one bit was flipped ends the connection, and what it carried is not acted upon",
          .steps = {"walk to ready", "send ping in a corrupted record", "expect the end, and no pong"},
          .script =
              [](Context& c) {
                auto& client = c.at(State::ready);
                client.corrupt_next_record();
                client.send(ping(1));
                client.expect_refusal_by_close();
              },
          .twin =
              [](Context& c) {
                auto& client = c.at(State::ready);
                client.send(ping(1));
                client.expect("pong");
              },
      },
      garbage("channel.no_tls_at_all", {"CHN-001", "CHN-013"},
              "A frame without TLS ends the connection, and is answered without TLS by nothing",
              [](Context&) { return encode(control_frame(version())); }),
      garbage("channel.random_octets", {"CHN-001", "CHN-013"}, "Random octets end the connection",
              [](Context& c) {
                return joined({Octets{0x7f}, c.random().octets(512)});
              }),
      garbage("channel.endless_hello", {"CHN-010"}, "A client hello that has sent 65,536 octets and is not complete ends the connection",
              [](Context&) { return endless_hello(2 * spec::limits::tls_handshake_octets_max); }),
  };
  add_versions(cases);
  add_suites(cases);
  return cases;
}

}  // namespace coffer::conformance
