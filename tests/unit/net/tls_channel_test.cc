#include "net/tls_channel.h"

#include <gtest/gtest.h>

#include "channel_pair.h"
#include "coffer/spec/limits.h"

namespace coffer::net {
namespace {

using State = TlsChannel::State;
constexpr auto limit = spec::limits::tls_handshake_octets_max;

/// What has come out of it.
Octets said(TlsChannel& channel) {
  const auto plaintext = channel.take_plaintext();
  return {plaintext.begin(), plaintext.end()};
}

/// A record of the handshake type with a body of zeros: part of a hello that says it is 16 MiB long, when it is the first.
Octets handshake_part(std::size_t body_octets, bool first) {
  Octets record{22, 3, 3, static_cast<std::uint8_t>(body_octets >> 8U), static_cast<std::uint8_t>(body_octets)};
  record.resize(5 + body_octets);
  if (first) record[5] = 1, record[6] = record[7] = record[8] = 0xff;
  return record;
}

TEST(TlsChannel, CHN_003_agrees_on_the_one_suite_and_carries_octets_both_ways) {
  ChannelPair pair;
  pair.shake_hands();
  ASSERT_EQ(pair.server.state(), State::established);
  ASSERT_EQ(pair.client.state(), State::established);
  EXPECT_EQ(pair.server.version(), "TLSv1.2");
  EXPECT_EQ(pair.server.cipher(), "ECDHE_RSA_WITH_AES_256_GCM_SHA384");

  pair.client.send(octets("to the server"));
  run(pair.server, pair.client.take_output());
  EXPECT_EQ(said(pair.server), octets("to the server"));
  Octets large(100'000, 7);
  pair.server.send(large);
  run(pair.client, pair.server.take_output());
  EXPECT_EQ(said(pair.client), large);
}

TEST(TlsChannel, FRM_013_takes_records_however_they_are_cut) {
  ChannelPair pair;
  pair.shake_hands();
  Octets large(40'000, 9);
  pair.client.send(large);
  for (const auto octet : pair.client.take_output()) run(pair.server, View{&octet, 1});
  EXPECT_EQ(said(pair.server), large);
  EXPECT_EQ(pair.server.pending(), 0U);
}

TEST(TlsChannel, SES_022_processes_one_record_at_a_step) {
  ChannelPair pair;
  pair.shake_hands();
  pair.client.send(octets("one"));
  pair.client.send(octets("two"));
  pair.client.close();
  pair.server.feed(pair.client.take_output());
  ASSERT_TRUE(pair.server.step());
  EXPECT_EQ(said(pair.server), octets("one"));
  pair.server.send(octets("answer"));  // the close_notify that is already here does not stop it
  const auto answer = pair.server.take_output();
  ASSERT_FALSE(answer.empty());
  EXPECT_EQ(answer.front(), 23);  // application data
  ASSERT_TRUE(pair.server.step());
  EXPECT_EQ(said(pair.server), octets("two"));
  ASSERT_TRUE(pair.server.step());
  EXPECT_EQ(pair.server.state(), State::peer_closed);
}

/// A client's hello (one record) without one of its extensions.
Octets without_extension(const Octets& hello, std::uint16_t type) {
  const auto u16 = [&](std::size_t at) { return static_cast<std::size_t>(hello[at]) << 8U | hello[at + 1]; };
  std::size_t at = 5U + 4U + 2U + 32U;  // record and message header, version, random
  at += 1U + hello[at];                 // session id
  at += 2U + u16(at);                   // suites
  at += 1U + hello[at];                 // compression
  const auto lengths_at = at;
  at += 2U;

  while (u16(at) != type) at += 4U + u16(at + 2);
  const auto cut = 4U + u16(at + 2);
  auto result = hello;
  result.erase(result.begin() + static_cast<std::ptrdiff_t>(at), result.begin() + static_cast<std::ptrdiff_t>(at + cut));
  const auto shorten = [&](std::size_t where) {
    const auto less = u16(where) - cut;
    result[where] = static_cast<std::uint8_t>(less >> 8U);
    result[where + 1] = static_cast<std::uint8_t>(less);
  };
  shorten(3), shorten(7), shorten(lengths_at);
  return result;
}

TEST(TlsChannel, CHN_005_refuses_a_hello_without_the_extended_master_secret) {
  constexpr std::uint16_t extended_master_secret = 23, session_ticket = 35;
  const auto hello = TlsChannel::client(server_identity().pin()).take_output();
  auto server = TlsChannel::server(server_identity());
  run(server, without_extension(hello, extended_master_secret));
  EXPECT_EQ(server.state(), State::failed);
  // The nearest neighbour, which lacks something that nobody needs, is answered.
  auto twin = TlsChannel::server(server_identity());
  const auto answer = run(twin, without_extension(hello, session_ticket));
  EXPECT_EQ(twin.state(), State::handshaking) << twin.failure()->detail;
  EXPECT_GT(answer.size(), 500U);
}

TEST(TlsChannel, CHN_008_a_client_ends_with_an_alert_when_the_key_is_not_the_pinned_one) {
  Pin other = server_identity().pin();
  other.sha256[31] ^= 1U;
  ChannelPair pair;
  pair.client = TlsChannel::client(other);
  pair.shake_hands();
  EXPECT_EQ(pair.client.state(), State::failed);
  ASSERT_TRUE(pair.client.failure());
  EXPECT_TRUE(pair.client.failure()->pin_mismatch);
  EXPECT_NE(pair.client.failure()->detail.find(to_text(server_identity().pin())), std::string::npos) << pair.client.failure()->detail;
  pair.client.send(octets("never sent"));
  EXPECT_EQ(pair.server.state(), State::failed);  // the alert arrived
  EXPECT_EQ(said(pair.server), Octets{});
}

TEST(TlsChannel, CHN_010_the_handshake_ends_at_its_limit_and_not_before) {
  auto server = TlsChannel::server(server_identity());
  run(server, handshake_part(16384, true));
  run(server, handshake_part(16384, false));
  run(server, handshake_part(16384, false));
  const auto rest = handshake_part(16379, false);  // 3 * 16,389 + 16,384 = 65,551 > 65,536
  const auto before = limit - 3 * 16389 - 1;
  run(server, View{rest}.first(before));
  EXPECT_EQ(server.state(), State::handshaking) << server.failure()->detail;
  run(server, View{rest}.subspan(before, 1));
  EXPECT_EQ(server.state(), State::failed);
}

TEST(TlsChannel, CHN_010_bounds_what_a_hello_of_16_MiB_can_make_the_server_keep) {
  auto server = TlsChannel::server(server_identity());
  std::size_t sent = 0;
  for (bool first = true; server.state() == State::handshaking && sent < 2 * limit; first = false) {
    const auto record = handshake_part(1000, first);
    sent += record.size();
    run(server, record);
  }
  EXPECT_EQ(server.state(), State::failed);
  EXPECT_LE(sent, limit + 1005);
}

TEST(TlsChannel, CHN_012_fails_when_an_octet_of_a_record_was_changed) {
  ChannelPair pair;
  pair.shake_hands();
  pair.client.send(octets("authentic"));
  auto record = pair.client.take_output();
  record.back() ^= 1U;
  const auto alert = run(pair.server, record);
  EXPECT_EQ(pair.server.state(), State::failed);
  EXPECT_EQ(said(pair.server), Octets{});
  EXPECT_FALSE(alert.empty());
  run(pair.client, alert);
  EXPECT_EQ(pair.client.state(), State::failed);
}

TEST(TlsChannel, CHN_012_fails_when_a_record_comes_twice) {
  ChannelPair pair;
  pair.shake_hands();
  pair.client.send(octets("once"));
  const auto record = pair.client.take_output();
  run(pair.server, record);
  EXPECT_EQ(said(pair.server), octets("once"));
  run(pair.server, record);
  EXPECT_EQ(pair.server.state(), State::failed);
}

TEST(TlsChannel, CHN_001_refuses_octets_that_are_no_TLS_at_once) {
  auto server = TlsChannel::server(server_identity());
  run(server, octets("GET / HTTP/1.1\r\n"));
  EXPECT_EQ(server.state(), State::failed);
}

TEST(TlsChannel, SES_004_says_close_notify_and_hears_it) {
  ChannelPair pair;
  pair.shake_hands();
  pair.server.send(octets("last words"));
  pair.server.close();
  pair.server.close();  // only once
  run(pair.client, pair.server.take_output());
  EXPECT_EQ(said(pair.client), octets("last words"));
  EXPECT_EQ(pair.client.state(), State::peer_closed);
}

TEST(TlsChannel, CHN_007_the_server_gives_no_ticket_and_shows_its_certificate_each_time) {
  for (int time = 0; time < 2; ++time) {
    ChannelPair pair;
    pair.shake_hands();
    ASSERT_EQ(pair.client.state(), State::established);
    // The server's first flight is in clear: its handshake messages, one after another.
    bool certificate = false, ticket = false;
    const auto& said = pair.handshake_of_server;
    for (std::size_t at = 0; at + 5 < said.size() && said[at] == 22;
         at += 5U + (static_cast<std::size_t>(said[at + 3]) << 8U | said[at + 4])) {
      certificate |= said[at + 5] == 11;
      ticket |= said[at + 5] == 4;
    }
    EXPECT_TRUE(certificate);
    EXPECT_FALSE(ticket);
  }
}

}  // namespace
}  // namespace coffer::net
