#include "client/lanes.h"

#include <thread>

#include <gtest/gtest.h>

#include "client/recent_ids.h"

namespace coffer::client {
namespace {

using namespace std::chrono_literals;

BlockPointer block(std::uint8_t number, std::size_t octets) {
  return std::make_shared<SharedBlock>(archive::NamedBlock{archive::BlockKind::content, Digest{number}, Octets(octets)});
}
Lanes::Waiting no_waiting() {
  return [] { return false; };
}

TEST(Lanes, give_no_more_than_there_is_room_for) {
  Lanes lanes(2, {.waiting_octets_max = 10'000, .held_up_max = 10s});
  std::uint8_t given = 0;
  while (given < 100 && lanes.give(block(given, 1'000), no_waiting())) ++given;
  EXPECT_GE(given, 5);
  EXPECT_LE(given, 10);
  EXPECT_EQ(lanes.take(0, 0ms).blocks.size(), given);
  EXPECT_FALSE(lanes.give(block(given, 1'000), no_waiting())) << "the other lane is full still";
  EXPECT_EQ(lanes.take(1, 0ms).blocks.size(), given);
  EXPECT_TRUE(lanes.give(block(given, 1'000'000), no_waiting())) << "an empty lane takes a block of any size";
}

TEST(Lanes, small_blocks_weigh_more_than_their_content) {
  Lanes lanes(1, {.waiting_octets_max = 10'000, .held_up_max = 10s});
  int given = 0;
  while (given < 10'000 && lanes.give(block(1, 1), no_waiting())) ++given;
  EXPECT_LT(given, 100);
}

TEST(Lanes, one_that_holds_up_the_others_is_dropped_and_they_go_on) {
  Lanes lanes(2, {.waiting_octets_max = 10'000, .held_up_max = 0ms});
  std::jthread fast([&] {
    while (!lanes.take(0, 10s).ended) continue;
    lanes.leave(0);
  });
  for (int i = 0; i < 1'000; ++i) ASSERT_TRUE(lanes.give(block(1, 1'000), [] { return true; }));
  const auto slow = lanes.take(1, 0ms);
  EXPECT_TRUE(slow.dropped);
  EXPECT_TRUE(slow.blocks.empty()) << "it keeps nothing for it";
  lanes.end(std::nullopt);
  EXPECT_TRUE(lanes.await_all_gone([] { return true; }));
}

TEST(Lanes, one_alone_is_waited_for) {
  Lanes lanes(2, {.waiting_octets_max = 10'000, .held_up_max = 0ms});
  lanes.leave(0);
  while (lanes.give(block(1, 1'000), no_waiting())) continue;
  int waited = 0;
  EXPECT_FALSE(lanes.give(block(1, 1'000), [&] { return ++waited < 3; }));
  EXPECT_EQ(waited, 3);
  EXPECT_FALSE(lanes.take(1, 0ms).dropped);
}

TEST(Lanes, a_question_is_answered_by_all_that_are_left) {
  Lanes lanes(3, {});
  const auto question = std::make_shared<Question>(Question{.ids = {Digest{1}, Digest{2}, Digest{3}}});
  lanes.ask(question);
  lanes.answer(0, *lanes.take(0, 0ms).questions.at(0), {Digest{1}});
  EXPECT_FALSE(lanes.await(*question, no_waiting()));
  lanes.answer(1, *lanes.take(1, 0ms).questions.at(0), {Digest{3}});
  lanes.leave(2);
  ASSERT_TRUE(lanes.await(*question, no_waiting()));
  EXPECT_EQ(question->missing, (IdSet{Digest{1}, Digest{3}}));
  lanes.answer(2, *question, {Digest{2}});
  EXPECT_EQ(question->missing.size(), 2u) << "who has left has nothing to say";
  lanes.leave(0);
  lanes.leave(1);
  EXPECT_FALSE(lanes.await(*question, no_waiting())) << "nobody is left";
}

Digest id(std::uint64_t number) {
  Digest id{};
  for (std::size_t i = 0; i < id.size(); ++i) id[i] = static_cast<std::uint8_t>(number * 0x9E3779B97F4A7C15U >> (8 * (i % 8)));
  return id;
}

TEST(RecentIds, know_the_last_and_take_no_more_memory) {
  constexpr std::uint64_t kept = 1'000, all = 100'000;
  RecentIds ids(kept);
  EXPECT_FALSE(ids.contains(Digest{}));
  EXPECT_TRUE(ids.insert(Digest{}));
  EXPECT_TRUE(ids.contains(Digest{}));
  std::size_t most = 0;
  for (std::uint64_t i = 1; i <= all; ++i) {
    ASSERT_TRUE(ids.insert(id(i)));
    ASSERT_FALSE(ids.insert(id(i)));
    ASSERT_TRUE(i < kept || ids.contains(id(i - kept + 1)));
    ASSERT_FALSE(i > 2 * kept && ids.contains(id(i - 2 * kept)));
    most = std::max(most, ids.octets());
  }
  EXPECT_LE(most, 2 * 2'048 * 16u);
}

}  // namespace
}  // namespace coffer::client
