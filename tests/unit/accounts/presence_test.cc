#include "accounts/presence.h"

#include <gtest/gtest.h>

namespace coffer::accounts {
namespace {

TEST(Presence, IDN_004_a_computer_has_one_session_at_a_time) {
  Presence presence;
  EXPECT_TRUE(presence.arrive(7, 100));
  EXPECT_FALSE(presence.arrive(7, 101));
  EXPECT_TRUE(presence.arrive(8, 101));
  presence.leave(7, 100);
  EXPECT_TRUE(presence.arrive(7, 102));
}

TEST(Presence, a_refused_session_that_leaves_takes_nothing_away) {
  Presence presence;
  ASSERT_TRUE(presence.arrive(7, 100));
  ASSERT_FALSE(presence.arrive(7, 101));
  presence.leave(7, 101);
  EXPECT_FALSE(presence.arrive(7, 102));
  EXPECT_EQ(presence.size(), 1u);
}

}  // namespace
}  // namespace coffer::accounts
