#include "client/other_names.h"

#include <gtest/gtest.h>

namespace coffer::client {
namespace {

Found name_of(std::uint64_t inode, std::uint64_t names, const std::string& path = "a") {
  Found found;
  found.entry.path = path;
  found.stamp = {.device = 1, .inode = inode};
  found.names = names;
  return found;
}

TEST(OtherNames, a_file_met_under_all_its_names_lacks_none) {
  OtherNames names;
  EXPECT_TRUE(names.met(name_of(1, 3, "first")));
  EXPECT_TRUE(names.met(name_of(2, 2)));
  EXPECT_TRUE(names.met(name_of(1, 3, "second")));
  ASSERT_EQ(names.lacking().size(), 2u);
  EXPECT_EQ(names.lacking().at({1, 1}).path, "first");
  EXPECT_TRUE(names.met(name_of(1, 3)));
  EXPECT_TRUE(names.met(name_of(2, 2)));
  EXPECT_TRUE(names.lacking().empty());
}

TEST(OtherNames, the_number_of_names_is_the_one_that_was_seen_last) {
  OtherNames names;
  names.met(name_of(1, 2));
  names.met(name_of(1, 3));
  EXPECT_EQ(names.lacking().size(), 1u) << "one more was made meanwhile";
  names.met(name_of(1, 1));
  EXPECT_TRUE(names.lacking().empty()) << "and those elsewhere were taken away";
}

TEST(OtherNames, memory_is_bounded_and_what_finds_no_room_is_said) {
  OtherNames names;
  std::uint64_t inode = 0;
  while (names.met(name_of(inode, 2))) ASSERT_LT(++inode, 1'000'000u);
  EXPECT_EQ(names.lacking().size(), inode);
  EXPECT_TRUE(names.met(name_of(0, 2))) << "of one that is kept in mind already";
  EXPECT_TRUE(names.met(name_of(inode, 2))) << "and then there is room again";
}

}  // namespace
}  // namespace coffer::client
