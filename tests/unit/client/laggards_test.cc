#include "client/laggards.h"

#include <gtest/gtest.h>

namespace coffer::client {
namespace {

using namespace std::chrono_literals;

constexpr WatchPauses pauses{.quiet = 2s, .delay_max = 60s, .unwatched = 300s, .whole = 86'400s, .retry_first = 1s, .retry_max = 300s};
using Names = std::vector<std::string>;

TEST(Laggards, ARC_146_each_destination_has_growing_pauses_of_its_own) {
  Laggards laggards(pauses);
  EXPECT_EQ(laggards.due(), std::nullopt);
  EXPECT_EQ(laggards.failed("a", 10s), Moment(1s));
  EXPECT_EQ(laggards.due(), Moment(11s));
  EXPECT_EQ(laggards.failed("a", 11s), Moment(2s));
  EXPECT_EQ(laggards.failed("b", 11s), Moment(1s));
  EXPECT_EQ(laggards.due(), Moment(12s));
  EXPECT_EQ(laggards.due_by(11s), Names{});
  EXPECT_EQ(laggards.due_by(12s), Names{"b"});
  EXPECT_EQ(laggards.due_by(13s), (Names{"a", "b"}));
  EXPECT_TRUE(laggards.pauses("a", 12s));
  EXPECT_FALSE(laggards.pauses("a", 13s));
  EXPECT_FALSE(laggards.pauses("c", 0s));
  for (int i = 0; i < 20; ++i) (void)laggards.failed("a", 20s);
  EXPECT_EQ(laggards.failed("a", 20s), Moment(300s));
}

TEST(Laggards, ARC_146_who_has_the_last_version_is_none_and_begins_with_a_short_pause) {
  Laggards laggards(pauses);
  for (int i = 0; i < 5; ++i) (void)laggards.failed("a", 0s);
  laggards.caught_up("a");
  laggards.caught_up("b");
  EXPECT_EQ(laggards.due(), std::nullopt);
  EXPECT_EQ(laggards.failed("a", 50s), Moment(1s));
}

}  // namespace
}  // namespace coffer::client
