// Real sockets on the loopback between the server's shell and the client's connection, each the other's partner.
#include "shell_fixture.h"

#include <thread>

#include "coffer/spec/limits.h"
#include "net/tcp_stream.h"

namespace coffer::net {
namespace {

using protocol::Ended;
using spec::Reason;

/// A client of a channel without a session: for what no session would say.
struct Stranger {
  TcpStream stream;
  TlsChannel channel = TlsChannel::client(server_identity().pin());
  bool ended = false;  // the server sends no more
  bool reset = false;  // and did not say so, but broke the connection

  explicit Stranger(std::uint16_t port)
      : stream(TcpStream::connect("127.0.0.1", port, TcpStream::Clock::now() + std::chrono::seconds{60}).value()) {
    send(channel.take_output());
    while (channel.state() == TlsChannel::State::handshaking && !ended) send(read());
  }
  void send(View octets) {
    while (!octets.empty()) {
      octets = octets.subspan(stream.write_some(octets).value());
      if (!octets.empty()) stream.wait(true, std::nullopt);
    }
  }
  /// Waits for octets, and returns what the channel says to them.
  Octets read() {
    stream.wait(false, std::nullopt);
    std::array<std::uint8_t, 4096> buffer;
    const auto count = stream.read_some(buffer);
    reset = !count;
    ended = reset || (*count && **count == 0);
    return ended || !*count ? Octets{} : run(channel, View{buffer}.first(**count));
  }
  /// A message as it goes over the wire.
  Octets sealed(const protocol::Message& message) {
    channel.send(protocol::control_frame(protocol::encode(message)));
    return channel.take_output();
  }
  /// Walks to a login, whose answer is not waited for.
  void log_in(protocol::ClientSettings who) {
    who.version.address = "192.0.2.7";
    const auto hear = [&] {
      while (!ended && channel.take_plaintext().empty()) read();
    };
    send(sealed(who.version));
    hear();
    send(sealed(protocol::Computer{who.computer}));
    hear();
    send(sealed(who.login));
  }
};

TEST_F(Shell, SES_001_carries_a_whole_session_with_blocks_of_every_size) {
  start();
  auto connection = ready(client());
  ASSERT_TRUE(connection.submit(protocol::BeginPing{42}));
  EXPECT_EQ(expect<protocol::Alive>(connection).token, 42U);

  std::vector<Block> blocks;
  for (std::uint8_t i = 0; i < 40; ++i) blocks.push_back(block(i, i % 8 == 0 ? spec::limits::sealed_block_octets_max : 30U + 1000U * i));
  back_up(connection, blocks, 1);

  ASSERT_TRUE(connection.submit(protocol::BeginList{0}));
  EXPECT_EQ(expect<protocol::VersionsListed>(connection).entries.size(), 1U);
  ASSERT_TRUE(connection.submit(protocol::RequestRestore{1, 0}));
  expect<protocol::RestoreStarted>(connection);
  auto wanted = blocks;
  wanted.insert(wanted.begin() + 5, block(200, 30));  // which the server lacks
  ASSERT_TRUE(connection.submit(protocol::BeginFetch{ids_of(wanted)}));
  for (const auto& sent : blocks) {
    const auto arrived = expect<protocol::BlockArrived>(connection);
    EXPECT_EQ(arrived.id, sent.id);
    EXPECT_EQ(arrived.sealed, sent.sealed);
  }
  EXPECT_EQ(expect<protocol::BlocksEnded>(connection).missing, std::vector<std::uint16_t>{5});
  ASSERT_TRUE(connection.submit(protocol::FinishRestore{true}));
  expect<protocol::RestoreFinished>(connection);
  EXPECT_EQ(connection.leave().peer_reason, static_cast<std::uint16_t>(Reason::goodbye));
  EXPECT_FALSE(connection.trouble());
  shell->stop();
  EXPECT_EQ(backend.present(), 0U);
}

TEST_F(Shell, CHN_014_notes_each_established_channel) {
  start();
  ready(client()).leave();
  shell->stop();
  EXPECT_EQ(std::ranges::count(backend.events(), "channel_established"), 1);
}

TEST_F(Shell, CHN_008_no_connection_where_the_pin_is_another) {
  start();
  auto with = client();
  with.pin.sha256[0] ^= 1U;
  const auto connection = ClientConnection::open(with);
  ASSERT_FALSE(connection);
  EXPECT_EQ(connection.error().kind, TroubleKind::pin_mismatch);
  while (std::ranges::count(backend.events(), "channel_failed") == 0) std::this_thread::yield();
  shell->stop();
  EXPECT_EQ(std::ranges::count(backend.events(), "channel_established"), 0);
}

TEST_F(Shell, IDN_014_the_reason_arrives_before_the_end) {
  start();
  auto with = client();
  with.session.login.password = {'n', 'o'};
  for (int time = 0; time < 20; ++time) {
    auto connection = ClientConnection::open(with);
    ASSERT_TRUE(connection);
    expect<protocol::ServerSeen>(*connection);
    expect_ended(*connection, Reason::login_refused);
    expect_ended(*connection, Reason::login_refused);  // ever after
    EXPECT_FALSE(connection->submit(protocol::BeginPing{1}));
  }
}

TEST_F(Shell, IDN_004_a_computer_is_free_again_when_its_session_has_ended) {
  start();
  auto first = ready(client());
  auto second = ClientConnection::open(client());
  ASSERT_TRUE(second);
  expect_ended(*second, Reason::computer_refused);
  for (int time = 0; time < 20; ++time) {
    EXPECT_EQ(first.leave().peer_reason, static_cast<std::uint16_t>(Reason::goodbye));
    first = ready(client());
  }
}

TEST_F(Shell, IDN_026_of_two_sessions_of_a_computer_the_first_login_wins) {
  start();
  backend.hold_logins = true;
  std::vector<ClientConnection> both;
  for (std::size_t i = 1; i <= 2; ++i) {
    auto connection = ClientConnection::open(client());
    ASSERT_TRUE(connection);
    expect<protocol::ServerSeen>(*connection);  // IDN-027: neither keeps the other out
    both.push_back(std::move(*connection));
  }
  std::vector<Happening> said(2, Ended{});
  std::vector<std::thread> readers;
  for (std::size_t i = 0; i < 2; ++i) readers.emplace_back([&, i] { said[i] = both[i].next(); });
  while (backend.logins < 2) std::this_thread::yield();
  backend.hold_logins = false;
  for (auto& reader : readers) reader.join();
  const std::size_t winner = std::holds_alternative<protocol::LoggedIn>(said[0]) ? 0 : 1;
  ASSERT_TRUE(std::holds_alternative<protocol::LoggedIn>(said[winner]));
  const auto* ended = std::get_if<Ended>(&said[1 - winner]);
  ASSERT_NE(ended, nullptr);
  EXPECT_EQ(ended->peer_reason, static_cast<std::uint16_t>(Reason::computer_refused));
  EXPECT_EQ(backend.present(), 1U);
}

TEST_F(Shell, SES_023_a_client_that_goes_while_its_login_is_checked_is_noticed_and_takes_no_place) {
  start();
  backend.hold_logins = true;
  {
    Stranger stranger{shell->port()};
    stranger.log_in(client().session);
    while (backend.logins == 0) std::this_thread::yield();
  }
  while (backend.ended == 0) std::this_thread::yield();  // although the login is still being checked
  EXPECT_TRUE(backend.hold_logins);
  backend.hold_logins = false;
  ready(client()).leave();
  shell->stop();
  EXPECT_EQ(backend.present(), 0U);
}

std::size_t left_out(const std::vector<protocol::Note>& events) {
  std::size_t sum = 0;
  for (const auto& note : events)
    if (note.event == "events_left_out") sum += std::stoul(note.fields.at(0).second);
  return sum;
}

TEST_F(Shell, LIM_003_octets_behind_a_login_that_is_checked_stay_with_their_sender) {
  start();
  backend.hold_logins = true;
  Stranger stranger{shell->port()};
  stranger.log_in(client().session);
  while (backend.logins == 0) std::this_thread::yield();

  // What both sockets hold is a few MiB; a server that read on would take all of it.
  constexpr std::size_t far_more = 64U << 20U;
  std::size_t taken = 0;
  Octets rest;
  for (bool moving = true; moving && taken < far_more;) {
    for (int i = 0; i < 500 && rest.size() < 16384; ++i) {
      const auto more = stranger.sealed(protocol::Ping{1});
      rest.insert(rest.end(), more.begin(), more.end());
    }
    auto count = stranger.stream.write_some(rest).value();
    if (count == 0) {
      stranger.stream.wait(true, TcpStream::Clock::now() + std::chrono::milliseconds{500});
      count = stranger.stream.write_some(rest).value();
      moving = count != 0;
    }
    rest.erase(rest.begin(), rest.begin() + static_cast<std::ptrdiff_t>(count));
    taken += count;
  }
  EXPECT_LT(taken, far_more);
  backend.hold_logins = false;
}

TEST_F(Shell, LIM_007_events_of_strangers_are_bounded_and_the_rest_counted) {
  settings.stranger_events_per_minute = 10;
  start();
  constexpr std::size_t strangers = 40;
  for (std::size_t i = 0; i < strangers; ++i) {
    auto stream = TcpStream::connect("127.0.0.1", shell->port(), TcpStream::Clock::now() + std::chrono::seconds{60});
    ASSERT_TRUE(stream);
    ASSERT_TRUE(stream->write_some(Octets(64, 'x')));  // no TLS
    std::array<std::uint8_t, 64> buffer;
    for (bool ended = false; !ended;) {
      stream->wait(false, std::nullopt);
      const auto count = stream->read_some(buffer);
      ended = !count || (*count && **count == 0);
    }
  }
  // LIM-008: whoever verifies a user is in the log from the first event on.
  ready(client()).leave();
  shell->stop();
  EXPECT_EQ(std::ranges::count(backend.events(), "channel_established"), 1);
  EXPECT_EQ(std::ranges::count(backend.events(), "client_version"), 1);
  EXPECT_EQ(std::ranges::count(backend.events(), "session_closed"), 1);
  // The bucket may have got a few more while the test ran: at most as many as it holds for each minute begun.
  const auto recorded = static_cast<std::size_t>(std::ranges::count(backend.events(), "channel_failed"));
  EXPECT_GE(recorded, 10U);
  EXPECT_LT(recorded, strangers);
  EXPECT_EQ(recorded + left_out(backend.strangers()), strangers);  // LIM-009
}

TEST_F(Shell, SES_032_a_stopping_server_says_so) {
  start();
  std::vector<ClientConnection> connections;
  for (std::uint64_t i = 1; i <= 5; ++i) connections.push_back(ready(client(i)));
  std::thread stopping{[&] { shell->stop(); }};
  for (auto& connection : connections) expect_ended(connection, Reason::server_stopping);
  stopping.join();
  const auto refused = ClientConnection::open(client());
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, TroubleKind::cannot_connect);
}

TEST_F(Shell, LIM_004_says_busy_when_there_is_no_room_and_has_room_again_afterwards) {
  settings.sessions_max = 2;
  start();
  auto first = ready(client(1));
  auto second = ready(client(2));
  auto third = ClientConnection::open(client(3));
  ASSERT_TRUE(third);
  expect_ended(*third, Reason::busy);
  second.leave();
  ready(client(3)).leave();
  EXPECT_EQ(first.leave().peer_reason, static_cast<std::uint16_t>(Reason::goodbye));
}

TEST_F(Shell, LIM_002_bounds_the_connections_without_a_user) {
  settings.unverified_max = 1;
  start();
  auto verified = ready(client(1));  // does not count
  // A channel whose client says nothing holds the one place; the next is told busy.
  Stranger silent{shell->port()};
  auto refused = ClientConnection::open(client(2));
  ASSERT_TRUE(refused);
  expect_ended(*refused, Reason::busy);
  // Far beyond the limit, connections are closed before any handshake.
  std::vector<TcpStream> crowd;
  bool dropped = false;
  for (int i = 0; i < 200 && !dropped; ++i) {
    auto next = TcpStream::connect("127.0.0.1", shell->port(), TcpStream::Clock::now() + std::chrono::seconds{60});
    ASSERT_TRUE(next);
    crowd.push_back(std::move(*next));
    if (i < 65) continue;
    crowd.back().wait(false, std::nullopt);
    std::array<std::uint8_t, 1> buffer;
    const auto count = crowd.back().read_some(buffer);
    dropped = !count || (*count && **count == 0);
  }
  EXPECT_TRUE(dropped);
  ASSERT_TRUE(verified.submit(protocol::BeginPing{1}));
  expect<protocol::Alive>(verified);
  // The operator sees both: who was told busy, and who was closed without a word.
  crowd.clear();
  shell->stop();
  EXPECT_TRUE(std::ranges::any_of(backend.strangers(), [](const auto& note) {
    return note.event == "connection_refused" && note.fields.at(1).second == "too many connections without a verified user";
  }));
}

TEST_F(Shell, SES_004_the_reason_arrives_although_more_is_sent_than_the_server_reads) {
  start();
  for (int time = 0; time < 20; ++time) {
    Stranger stranger{shell->port()};
    stranger.channel.send(Octets(300'000, 0xee));  // no frame begins so; the rest is never looked at
    stranger.send(stranger.channel.take_output());
    Octets said;
    while (!stranger.ended) {
      stranger.read();
      const auto more = stranger.channel.take_plaintext();
      said.insert(said.end(), more.begin(), more.end());
    }
    EXPECT_EQ(said,
              protocol::control_frame(protocol::encode(protocol::Disconnect{static_cast<std::uint16_t>(Reason::unknown_frame_kind)})));
    EXPECT_EQ(stranger.channel.state(), TlsChannel::State::peer_closed);  // close_notify
    EXPECT_FALSE(stranger.reset);
    // It still takes what comes: only a server that reads to the end, or waits for the linger timer, resets nothing.
    for (int more_octets = 0; more_octets < 10; ++more_octets) EXPECT_TRUE(stranger.stream.write_some(Octets(1000)));
  }
}

TEST_F(Shell, CHN_011_closes_what_does_not_shake_hands_in_time) {
  settings.session.timers[static_cast<std::size_t>(spec::Timer::tls_handshake)] = 50;
  start();
  auto silent = TcpStream::connect("127.0.0.1", shell->port(), TcpStream::Clock::now() + std::chrono::seconds{60});
  ASSERT_TRUE(silent);
  silent->wait(false, std::nullopt);
  std::array<std::uint8_t, 16> buffer;
  const auto count = silent->read_some(buffer);
  ASSERT_TRUE(count && *count);
  EXPECT_EQ(**count, 0U);
}

TEST_F(Shell, SES_006_closes_an_idle_session_with_timeout) {
  settings.session.timers[static_cast<std::size_t>(spec::Timer::idle)] = 50;
  start();
  auto connection = ready(client());
  expect_ended(connection, Reason::timeout);
}

TEST_F(Shell, ERR_006_answers_its_own_failure_with_internal_error) {
  start();
  {
    auto connection = ready(client());
    ASSERT_TRUE(connection.submit(protocol::RequestRestore{666, 0}));
    expect_ended(connection, Reason::internal_error);
  }
  backend.disk_full = true;
  auto connection = ready(client());
  const std::array blocks{block(1, 100)};
  ASSERT_TRUE(connection.submit(protocol::BeginOffer{ids_of(blocks)}));
  expect<protocol::Wanted>(connection);
  ASSERT_TRUE(connection.submit(protocol::SendBlock{blocks[0].id, blocks[0].checksum, blocks[0].sealed}));
  expect_ended(connection, Reason::internal_error);
}

TEST_F(Shell, SES_031_a_vanished_client_frees_its_computer) {
  start();
  for (int time = 0; time < 10; ++time) {
    auto connection = ready(client());
    const std::array blocks{block(static_cast<std::uint8_t>(time), 100'000)};
    ASSERT_TRUE(connection.submit(protocol::BeginOffer{ids_of(blocks)}));
    { const auto gone = std::move(connection); }
    // The server hears of it in its own time; until then the computer is refused.
    while (backend.present() != 0) std::this_thread::yield();
  }
}

TEST_F(Shell, serves_many_sessions_at_once) {
  start();
  std::vector<std::thread> clients;
  for (std::uint64_t i = 1; i <= 8; ++i) {
    clients.emplace_back([&, i] {
      for (std::uint64_t time = 1; time <= 3; ++time) {
        auto connection = ready(client(i));
        std::vector<Block> blocks;
        for (int n = 0; n < 10; ++n)
          blocks.push_back(block(static_cast<std::uint8_t>(i * 30 + time * 10 + static_cast<unsigned>(n)), 200'000));
        back_up(connection, blocks, time);
        EXPECT_EQ(connection.leave().peer_reason, static_cast<std::uint16_t>(Reason::goodbye));
      }
    });
  }
  for (auto& one : clients) one.join();
}

TEST_F(Shell, does_not_load_what_its_client_does_not_read) {
  start();
  auto connection = ready(client());
  std::vector<Block> blocks;
  for (std::uint8_t i = 0; i < 60; ++i) blocks.push_back(block(i, 2U << 20U));
  back_up(connection, blocks, 1);
  ASSERT_TRUE(connection.submit(protocol::RequestRestore{1, 0}));
  expect<protocol::RestoreStarted>(connection);
  backend.loads = 0;
  ASSERT_TRUE(connection.submit(protocol::BeginFetch{ids_of(blocks)}));
  // Not reading: the server goes on until socket buffers and its queue are full. It has stopped when another session is served again and
  // again without anything being loaded meanwhile.
  auto other = ready(client(2));
  for (std::size_t loads = 0, unchanged = 0; unchanged < 4000; ++unchanged) {
    ASSERT_TRUE(other.submit(protocol::BeginPing{unchanged}));
    expect<protocol::Alive>(other);
    if (const auto more = backend.loads.load(); more != loads) loads = more, unchanged = 0;
  }
  EXPECT_LT(backend.loads, 30U);
  for (const auto& sent : blocks) EXPECT_EQ(expect<protocol::BlockArrived>(connection).sealed, sent.sealed);
}

TEST_F(Shell, says_why_it_cannot_listen) {
  start();
  settings.port = shell->port();
  const auto second = ServerShell::start(settings, server_identity(), backend);
  ASSERT_FALSE(second);
  EXPECT_NE(second.error().find(std::to_string(shell->port())), std::string::npos) << second.error();
  EXPECT_NE(second.error().find("another program listens there"), std::string::npos) << second.error();
  settings.address = "192.0.2.1";
  settings.port = 0;
  const auto elsewhere = ServerShell::start(settings, server_identity(), backend);
  ASSERT_FALSE(elsewhere);
  EXPECT_NE(elsewhere.error().find("no network interface"), std::string::npos) << elsewhere.error();
}

TEST(Connecting, says_what_is_wrong) {
  ConnectionSettings settings;
  settings.host = "no-such-host.invalid";
  settings.port = 1;
  const auto unknown = ClientConnection::open(settings);
  ASSERT_FALSE(unknown);
  EXPECT_EQ(unknown.error().kind, TroubleKind::cannot_resolve);
  settings.host = "127.0.0.1";
  const auto refused = ClientConnection::open(settings);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, TroubleKind::cannot_connect);
}

}  // namespace
}  // namespace coffer::net
