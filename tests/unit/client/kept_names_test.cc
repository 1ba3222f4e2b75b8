#include "client/kept_names.h"

#include <gtest/gtest.h>

#include "scratch.h"

namespace coffer::client {
namespace {

class KeepsNames : public testing::TestWithParam<std::size_t> {
 protected:
  static std::string key(int i) { return "key" + std::to_string(i); }
  static std::string name(int i) { return std::string(static_cast<std::size_t>(i % 300), 'x') + std::to_string(i); }
  Scratch scratch_;
};

TEST_P(KeepsNames, each_key_leads_to_its_name_however_little_fits_into_memory) {
  KeptNames names(scratch_.path(), GetParam());
  for (int i = 0; i < 2000; ++i) names.keep(key(i), name(i));
  for (int i = 1999; i >= 0; --i) ASSERT_EQ(names.find(key(i)), name(i));
  EXPECT_EQ(names.find("key"), std::nullopt);
  EXPECT_EQ(names.find("key2000"), std::nullopt);
  EXPECT_EQ(names.find(key(7)), name(7));
  names.keep(key(7), "");
  EXPECT_EQ(names.find(key(7)), "");
  EXPECT_EQ(names.size(), 2000u);
}

TEST_P(KeepsNames, what_was_found_as_often_as_expected_is_forgotten_and_its_room_used_again) {
  KeptNames names(scratch_.path(), GetParam());
  for (int round = 0; round < 3; ++round) {
    for (int i = 0; i < 100; ++i) names.keep(key(i), name(i), 2);
    for (int i = 0; i < 100; ++i) {
      EXPECT_EQ(names.find(key(i)), name(i));
      EXPECT_EQ(names.find(key(i)), name(i));
      EXPECT_EQ(names.find(key(i)), std::nullopt);
    }
    EXPECT_EQ(names.size(), 0u);
  }
}

INSTANTIATE_TEST_SUITE_P(held_in_memory, KeepsNames, testing::Values(1, 1000, 1U << 20U));

TEST_F(KeepsNames, where_no_file_can_be_made_they_stay_in_memory) {
  KeptNames names(scratch_ / "nowhere", 10);
  for (int i = 0; i < 100; ++i) names.keep(key(i), name(i));
  for (int i = 0; i < 100; ++i) EXPECT_EQ(names.find(key(i)), name(i));
  EXPECT_TRUE(std::filesystem::is_empty(scratch_.path()));
}

}  // namespace
}  // namespace coffer::client
