#include "accounts/presence.h"

#include <gtest/gtest.h>

namespace coffer::accounts {
namespace {

TEST(Presence, IDN_026_a_computer_has_one_session_of_a_verified_user_at_a_time) {
  Presence presence;
  EXPECT_TRUE(presence.arrive(7, 100));
  EXPECT_FALSE(presence.arrive(7, 101));
  EXPECT_TRUE(presence.arrive(8, 101));
  presence.leave(7, 100);
  EXPECT_TRUE(presence.arrive(7, 102));
}

TEST(Presence, IDN_004_says_whether_the_place_is_taken) {
  Presence presence;
  EXPECT_FALSE(presence.taken(7));
  ASSERT_TRUE(presence.arrive(7, 100));
  EXPECT_TRUE(presence.taken(7));
  EXPECT_FALSE(presence.taken(8));
  presence.leave(7, 100);
  EXPECT_FALSE(presence.taken(7));
}

TEST(Presence, a_session_without_the_place_that_leaves_takes_nothing_away) {
  Presence presence;
  ASSERT_TRUE(presence.arrive(7, 100));
  ASSERT_FALSE(presence.arrive(7, 101));
  presence.leave(7, 101);
  EXPECT_TRUE(presence.taken(7));
  EXPECT_EQ(presence.size(), 1u);
}

}  // namespace
}  // namespace coffer::accounts
