// A server's shell over a backend in memory, and clients of it on the loopback.
#pragma once

#include <gtest/gtest.h>

#include "channel_pair.h"
#include "memory_backend.h"
#include "net/client_connection.h"
#include "net/server_shell.h"
#include "protocol/checksum.h"

namespace coffer::net {

constexpr protocol::Timers patient = {60'000, 60'000, 60'000, 60'000, 10'000};

struct Shell : testing::Test {
  MemoryBackend backend;
  ServerShellSettings settings = [] {
    ServerShellSettings with;
    with.session = {0x5e, {7, 0, 0}, {6, 5, 0}, patient};
    return with;
  }();
  std::unique_ptr<ServerShell> shell;

  void start() {
    auto started = ServerShell::start(settings, server_identity(), backend);
    ASSERT_TRUE(started) << started.error();
    shell = std::move(*started);
  }

  ConnectionSettings client(std::uint64_t computer = 1) const {
    ConnectionSettings with;
    with.host = "127.0.0.1";
    with.port = shell->port();
    with.pin = server_identity().pin();
    with.session.version = {6, 7, 0, 0, 60, "Test OS", "", ""};
    with.session.computer = computer;
    with.session.login = {"ABCDEFGH12345678", "alice", {MemoryBackend::password.begin(), MemoryBackend::password.end()}, computer, false};
    with.session.timers = patient;
    return with;
  }
};

template <class Expected>
Expected expect(ClientConnection& connection) {
  auto happening = connection.next();
  if (auto* expected = std::get_if<Expected>(&happening)) return std::move(*expected);
  ADD_FAILURE() << "got happening " << happening.index()
                << " instead, trouble: " << (connection.trouble() ? connection.trouble()->detail : "none");
  return {};
}

inline void expect_ended(ClientConnection& connection, spec::Reason reason) {
  const auto ended = expect<protocol::Ended>(connection);
  EXPECT_EQ(ended.peer_reason, static_cast<std::uint16_t>(reason));
}

inline ClientConnection ready(const ConnectionSettings& settings) {
  auto connection = ClientConnection::open(settings);
  EXPECT_TRUE(connection) << connection.error().detail;
  EXPECT_EQ(expect<protocol::ServerSeen>(*connection).guid, 0x5eU);
  EXPECT_EQ(expect<protocol::LoggedIn>(*connection).user, 7U);
  EXPECT_EQ(expect<protocol::Configured>(*connection).settings.size(), 1U);
  expect<protocol::SessionReady>(*connection);
  return std::move(*connection);
}

struct Block {
  Digest id{}, checksum{};
  Octets sealed;
};
inline Block block(std::uint8_t number, std::size_t octets) {
  Block made;
  made.id.fill(number);
  made.sealed.assign(octets, number);
  made.sealed[0] = 1;
  protocol::Checksum sum;
  made.checksum = sum.of(made.sealed);
  return made;
}

inline Octets ids_of(std::span<const Block> blocks) {
  Octets ids;
  for (const auto& one : blocks) ids.insert(ids.end(), one.id.begin(), one.id.end());
  return ids;
}

inline void back_up(ClientConnection& connection, std::span<const Block> blocks, std::uint64_t number) {
  ASSERT_TRUE(connection.submit(protocol::BeginOffer{ids_of(blocks)}));
  for (const auto index : expect<protocol::Wanted>(connection).indices) {
    const auto& wanted = blocks[index];
    ASSERT_TRUE(connection.submit(protocol::SendBlock{wanted.id, wanted.checksum, wanted.sealed}));
  }
  ASSERT_TRUE(connection.submit(protocol::BeginCommit{{number, Octets(32), Octets(32, 1), Octets(100, 2)}}));
  EXPECT_EQ(expect<protocol::VersionStored>(connection).number, number);
}

}  // namespace coffer::net
