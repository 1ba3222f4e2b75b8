#include "store/statement.h"

#include <gtest/gtest.h>

#include <string>

namespace coffer::store {
namespace {

RecordRead read(const Stated& stated) { return {RecordRead::State::whole, stated.record, stated.content}; }
VersionStatement version(std::uint64_t number, std::uint8_t link) { return {3, {1, 2}, number, {link}, {7}}; }
std::string links(const StatedChain& chain) {
  std::string all;
  for (const auto& [number, said] : chain.versions()) all += std::to_string(number) + ":" + std::to_string(said.link[0]) + " ";
  return all;
}

TEST(Statement, a_version_comes_back_with_all_64_bits) {
  const VersionStatement said{3, {~std::uint64_t{0}, std::uint64_t{1} << 63}, std::uint64_t{1} << 40, {9, 8, 7}, {1, 2, 3}};
  const auto back = version_in(read(stated(said)));
  ASSERT_TRUE(back);
  EXPECT_EQ(back->archive, said.archive);
  EXPECT_EQ(back->owner, said.owner);
  EXPECT_EQ(back->number, said.number);
  EXPECT_EQ(back->link, said.link);
  EXPECT_EQ(back->record, said.record);
  EXPECT_FALSE(computer_in(read(stated(said))));
}

TEST(Statement, whose_a_computer_is_comes_back) {
  const auto back = computer_in(read(stated(ComputerStatement{~std::uint64_t{0}, 5})));
  ASSERT_TRUE(back);
  EXPECT_EQ(back->computer, ~std::uint64_t{0});
  EXPECT_EQ(back->user, 5u);
  EXPECT_FALSE(version_in(read(stated(ComputerStatement{1, 5}))));
}

TEST(Statement, what_nobody_would_have_written_says_nothing) {
  auto short_one = stated(version(1, 1));
  short_one.content.resize(23);
  EXPECT_FALSE(version_in(read(short_one)));
  auto of_nothing = version(1, 1);
  of_nothing.archive = 0;
  EXPECT_FALSE(version_in(read(stated(of_nothing))));
  for (const std::uint64_t number : {std::uint64_t{0}, ~std::uint64_t{0}}) EXPECT_FALSE(version_in(read(stated(version(number, 1)))));
  auto long_one = stated(ComputerStatement{1, 5});
  long_one.content.push_back(0);
  EXPECT_FALSE(computer_in(read(long_one)));
  auto damaged = read(stated(version(1, 1)));
  damaged.state = RecordRead::State::damaged;
  EXPECT_FALSE(version_in(damaged));
}

TEST(StatedChain, of_two_attempts_at_the_newest_the_later_counts) {
  StatedChain chain;
  for (const auto& said : {version(1, 1), version(2, 2), version(2, 3), version(3, 4)}) chain.take(said);
  EXPECT_EQ(links(chain), "1:1 2:3 3:4 ");
}

TEST(StatedChain, what_was_said_again_late_fills_a_gap_and_takes_nothing_away) {
  StatedChain chain;
  for (const auto& said : {version(1, 1), version(3, 3), version(1, 1), version(2, 2), version(1, 9)}) chain.take(said);
  EXPECT_EQ(links(chain), "1:1 2:2 3:3 ");
  EXPECT_FALSE(chain.fill(version(3, 9)));
  EXPECT_TRUE(chain.fill(version(4, 4)));
  EXPECT_EQ(links(chain), "1:1 2:2 3:3 4:4 ");
}

TEST(StatedChain, what_the_index_has_is_not_taken) {
  StatedChain chain(2);
  for (const auto& said : {version(1, 1), version(2, 9), version(3, 3)}) chain.take(said);
  EXPECT_EQ(links(chain), "3:3 ");
}

}  // namespace
}  // namespace coffer::store
