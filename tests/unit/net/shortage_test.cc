// Where a server's memory runs out while it serves a connection, at one allocation after another.
#include "failing_memory.h"
#include "shell_fixture.h"

namespace coffer::net {
namespace {

/// What a client does in a session, until it is through or the session ends.
struct Visit {
  ClientConnection connection;
  protocol::Ended end = {};

  template <class Answer>
  bool hear() {
    while (true) {
      auto happening = connection.next();
      if (std::holds_alternative<Answer>(happening)) return true;
      if (auto* ended = std::get_if<protocol::Ended>(&happening)) return end = std::move(*ended), false;
    }
  }
  template <class Answer>
  bool ask(protocol::ClientRequest request) {
    (void)connection.submit(std::move(request));  // whose session has ended hears of it
    return hear<Answer>();
  }
  /// True: all was as it should be.
  bool make(std::span<const Block> blocks, std::uint64_t number) {
    if (!hear<protocol::SessionReady>() || !ask<protocol::Wanted>(protocol::BeginOffer{ids_of(blocks)})) return false;
    for (const auto& one : blocks) (void)connection.submit(protocol::SendBlock{one.id, one.checksum, one.sealed});
    return ask<protocol::VersionStored>(protocol::BeginCommit{{number, Octets(32), Octets(32, 1), Octets(100, 2)}}) &&
           ask<protocol::RestoreStarted>(protocol::RequestRestore{1, 0}) &&
           ask<protocol::BlocksEnded>(protocol::BeginFetch{ids_of(blocks)}) &&
           ask<protocol::RestoreFinished>(protocol::FinishRestore{true}) &&
           connection.leave().peer_reason == static_cast<std::uint16_t>(spec::Reason::goodbye);
  }
};

struct Shortage : Shell, testing::WithParamInterface<std::size_t> {};
INSTANTIATE_TEST_SUITE_P(OfMemory, Shortage, testing::Values(1, 5));  // allocations in a row that fail

TEST_P(Shortage, ERR_008_ends_one_connection_and_no_other) {
  start();
  auto bystander = ready(client(1));
  std::size_t told = 0;
  std::uint64_t visits = 0;
  for (std::size_t number = 1;; number += 1 + number / 200) {
    std::vector<Block> blocks;
    for (std::uint8_t i = 0; i < 4; ++i) {
      blocks.push_back(block(i, 1000));
      std::memcpy(blocks.back().id.data(), &++visits, sizeof visits);  // which no visit before had
    }
    bool whole = false, failed = false;
    {
      const FailingMemory memory(number, GetParam());
      if (auto connection = ClientConnection::open(client(2))) {
        Visit visit{std::move(*connection)};
        whole = visit.make(blocks, visits);
        told += visit.end.peer_reason == static_cast<std::uint16_t>(spec::Reason::internal_error) ? 1 : 0;
      }
      while (backend.present() > 1) std::this_thread::yield();  // its computer is free again
      failed = memory.failed();
    }
    ASSERT_TRUE(bystander.submit(protocol::BeginPing{number}));
    ASSERT_EQ(expect<protocol::Alive>(bystander).token, number);
    if (failed) continue;
    EXPECT_TRUE(whole);
    break;
  }
  EXPECT_TRUE(told > 0 || GetParam() > 1);  // ERR-006, where there is memory to say it with
  EXPECT_EQ(bystander.leave().peer_reason, static_cast<std::uint16_t>(spec::Reason::goodbye));
  shell->stop();
  EXPECT_EQ(backend.present(), 0U);
}

}  // namespace
}  // namespace coffer::net
