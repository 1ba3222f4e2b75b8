#include "client/first_names.h"

#include <gtest/gtest.h>

namespace coffer::client {
namespace {

Found named(const std::string& path, std::uint64_t inode, std::int64_t born_ns) {
  Found found;
  found.entry.path = path;
  found.stamp = {.device = 1, .inode = inode};
  found.names = 2;
  found.born_ns = born_ns;
  return found;
}

TEST(FirstNames, one_inode_of_one_birth_is_one_file) {
  FirstNames names(".");
  EXPECT_EQ(names.find(named("a", 7, 100)), std::nullopt);
  names.add(named("a", 7, 100));
  EXPECT_EQ(names.find(named("b", 8, 100)), std::nullopt);
  EXPECT_EQ(names.find(named("b", 7, 100)), "a");
}

TEST(FirstNames, a_number_of_an_inode_that_passed_on_makes_no_second_name) {
  FirstNames names(".");
  names.add(named("a", 7, 100));
  EXPECT_EQ(names.find(named("b", 7, 101)), std::nullopt);
  Found link = named("c", 7, 100);
  link.entry.target = "elsewhere";
  EXPECT_EQ(names.find(link), std::nullopt);
}

TEST(FirstNames, a_file_is_forgotten_when_all_its_names_have_come) {
  FirstNames names(".");
  Found three = named("a", 7, 100);
  three.names = 3;
  names.add(three);
  names.add(named("x", 8, 100));
  EXPECT_EQ(names.find(three), "a");
  EXPECT_EQ(names.size(), 2u);
  EXPECT_EQ(names.find(three), "a");
  EXPECT_EQ(names.size(), 1u);
  EXPECT_EQ(names.find(three), std::nullopt);
}

}  // namespace
}  // namespace coffer::client
