#include "client/block_fetcher.h"

#include <chrono>
#include <future>

#include "archive_fixture.h"

namespace coffer::client {
namespace {

class Streams : public ArchiveTest {
 protected:
  Streams() {
    scratch_.write("source/a", "alpha");
    scratch_.write("source/b", "beta");
    back_up();
    server_.emplace(archive_);
    EXPECT_TRUE(server_->begin_restore(1, ServerLink::Purpose::restore));
  }
  BlockFetcher::Wish wish(const std::vector<std::string>& contents, BlockFetcher::Sink sink) const {
    BlockFetcher::Wish wish{.kind = archive::BlockKind::content, .ids = {}, .sink = std::move(sink)};
    for (const std::string& content : contents) wish.ids.push_back(block_of(content));
    return wish;
  }

  std::optional<MemoryServer> server_;
};

TEST_F(Streams, the_next_blocks_are_asked_for_while_the_first_are_handed_on) {
  BlockFetcher fetcher(*server_, keys_);
  std::promise<void> second_came;
  std::vector<std::string> order;
  BlockFetcher::Stream stream(fetcher);
  auto first = wish({"alpha"}, [&](std::size_t, const BlockFetcher::Block&) {
    EXPECT_EQ(second_came.get_future().wait_for(std::chrono::minutes(1)), std::future_status::ready);
    order.push_back("first");
    return Outcome<void>();
  });
  first.done = [&] {
    order.push_back("first done");
    return Outcome<void>();
  };
  ASSERT_TRUE(stream.fetch(std::move(first)));
  ASSERT_TRUE(stream.fetch(wish({"beta"}, [&](std::size_t, const BlockFetcher::Block&) {
    order.push_back("second");
    return Outcome<void>();
  })));
  second_came.set_value();
  ASSERT_TRUE(stream.finish());
  EXPECT_EQ(order, (std::vector<std::string>{"first", "first done", "second"}));
}

TEST_F(Streams, what_wants_no_blocks_is_done_in_its_turn) {
  BlockFetcher fetcher(*server_, keys_);
  bool seen = false, done = false;
  BlockFetcher::Stream stream(fetcher);
  ASSERT_TRUE(stream.fetch(wish({"alpha"}, [&](std::size_t, const BlockFetcher::Block&) {
    seen = !done;
    return Outcome<void>();
  })));
  auto nothing = wish({}, [](std::size_t, const BlockFetcher::Block&) { return Outcome<void>(); });
  nothing.done = [&] {
    done = true;
    return Outcome<void>();
  };
  ASSERT_TRUE(stream.fetch(std::move(nothing)));
  ASSERT_TRUE(stream.finish());
  EXPECT_TRUE(seen);
  EXPECT_TRUE(done);
}

TEST_F(Streams, a_failure_ends_them_all_and_is_told_by_the_next_and_by_the_end) {
  BlockFetcher fetcher(*server_, keys_);
  int calls = 0, done = 0;
  const auto fail = [&](std::size_t, const BlockFetcher::Block&) -> Outcome<void> {
    ++calls;
    return std::unexpected(Failure{ExitCode::local, "the disk is full"});
  };
  BlockFetcher::Stream stream(fetcher);
  Outcome<void> told;
  for (int i = 0; i < 1'000 && told; ++i) {
    auto more = wish({"alpha", "beta"}, fail);
    more.done = [&] {
      ++done;
      return Outcome<void>();
    };
    told = stream.fetch(std::move(more));
  }
  ASSERT_FALSE(told);
  EXPECT_EQ(told.error().message, "the disk is full");
  ASSERT_FALSE(stream.finish());
  EXPECT_EQ(calls, 1);
  EXPECT_EQ(done, 0);
}

}  // namespace
}  // namespace coffer::client
