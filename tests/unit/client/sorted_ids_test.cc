#include "client/sorted_ids.h"

#include <random>
#include <set>

#include <gtest/gtest.h>

#include "scratch.h"

namespace coffer::client {
namespace {

Digest id_of(std::uint32_t number) {
  Digest id{};
  for (std::size_t i = 0; i < 4; ++i) id[i] = static_cast<std::uint8_t>(number >> (24 - 8 * i));
  id.back() = 1;
  return id;
}

class SortsIds : public testing::TestWithParam<std::size_t> {
 protected:
  Scratch scratch_;
};

TEST_P(SortsIds, knows_exactly_what_was_added_whatever_the_order_and_however_little_fits_into_memory) {
  std::mt19937 random(7);
  std::set<std::uint32_t> numbers;
  SortedIds ids(scratch_.path(), GetParam());
  for (int i = 0; i < 5000; ++i) {
    const auto number = static_cast<std::uint32_t>(random() % 6000);
    numbers.insert(number);
    ASSERT_TRUE(ids.add(id_of(number)));
  }
  for (std::uint32_t number = 0; number < 6000; ++number) {
    const auto known = ids.contains(id_of(number));
    ASSERT_TRUE(known) << known.error().message;
    ASSERT_EQ(*known, numbers.contains(number)) << number;
  }
  EXPECT_FALSE(*ids.contains(id_of(7000)));
}

INSTANTIATE_TEST_SUITE_P(held_in_memory, SortsIds, testing::Values(1, 7, 1000, 5000, 1U << 17U));

TEST_P(SortsIds, of_none_knows_none) { EXPECT_FALSE(*SortedIds(scratch_.path(), GetParam()).contains(id_of(1))); }

TEST_F(SortsIds, leaves_nothing_behind_in_its_directory_and_names_one_that_is_not_there) {
  SortedIds ids(scratch_.path(), 2);
  for (std::uint32_t number = 0; number < 10; ++number) ASSERT_TRUE(ids.add(id_of(number)));
  EXPECT_TRUE(std::filesystem::is_empty(scratch_.path()));
  SortedIds nowhere(scratch_ / "nowhere", 2);
  ASSERT_TRUE(nowhere.add(id_of(1)));
  const auto failed = nowhere.add(id_of(2));
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().code, ExitCode::local);
  EXPECT_TRUE(failed.error().message.contains("nowhere")) << failed.error().message;
}

}  // namespace
}  // namespace coffer::client
