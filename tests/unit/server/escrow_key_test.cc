#include "server/escrow_key.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <iterator>

#include <gtest/gtest.h>

namespace coffer::server {
namespace {

namespace fs = std::filesystem;

std::string content(const fs::path& file) {
  std::ifstream stream(file, std::ios::binary);
  return {std::istreambuf_iterator<char>{stream}, {}};
}

/// A change of the escrow key, up to its last step.
class EscrowKeys : public testing::Test {
 protected:
  void SetUp() override {
    directory = fs::path(testing::TempDir()) / ("escrow_" + std::string(testing::UnitTest::GetInstance()->current_test_info()->name()));
    fs::remove_all(directory);
    fs::create_directories(directory);
    ASSERT_TRUE(keep_escrow_key(directory));
    ASSERT_TRUE(begin_next_escrow_key(directory));
    first = content(current());
    second = content(next());
    ASSERT_NE(first, second);
    blocks_of_first = ::open(current().c_str(), O_RDONLY | O_CLOEXEC);
  }
  void TearDown() override {
    ::close(blocks_of_first);
    fs::remove_all(directory);
  }
  fs::path current() const { return directory / "escrow.key"; }
  fs::path next() const { return directory / "escrow.key.next"; }
  fs::path former() const { return directory / "escrow.key.former"; }
  /// Whether the file of the first key, whatever its names are, still has it.
  bool first_is_kept() const {
    std::string octets(first.size(), 0);
    return ::pread(blocks_of_first, octets.data(), octets.size(), 0) == static_cast<ssize_t>(first.size()) && octets == first;
  }
  std::size_t files() const { return static_cast<std::size_t>(std::distance(fs::directory_iterator(directory), {})); }

  fs::path directory;
  std::string first, second;
  int blocks_of_first = -1;
};

TEST_F(EscrowKeys, KEY_040_the_former_key_is_written_over_when_the_next_has_its_place) {
  EXPECT_TRUE(first_is_kept());
  ASSERT_TRUE(finish_next_escrow_key(directory));
  EXPECT_EQ(content(current()), second);
  EXPECT_FALSE(first_is_kept());
  EXPECT_EQ(files(), 1u);
}

TEST_F(EscrowKeys, KEY_040_a_change_cut_short_before_the_next_key_has_its_place_loses_none) {
  fs::create_hard_link(current(), former());
  ASSERT_TRUE(erase_former_escrow_key(directory));
  EXPECT_FALSE(fs::exists(former()));
  EXPECT_EQ(content(current()), first);
  ASSERT_TRUE(finish_next_escrow_key(directory));
  EXPECT_EQ(content(current()), second);
  EXPECT_FALSE(first_is_kept());
}

TEST_F(EscrowKeys, KEY_040_a_change_cut_short_after_that_leaves_the_former_key_to_the_next_start) {
  fs::create_hard_link(current(), former());
  fs::rename(next(), current());
  ASSERT_TRUE(erase_former_escrow_key(directory));
  EXPECT_FALSE(first_is_kept());
  EXPECT_EQ(content(current()), second);
  EXPECT_EQ(files(), 1u);
  ASSERT_TRUE(erase_former_escrow_key(directory)) << "nothing is left to do";
}

TEST_F(EscrowKeys, KEY_040_a_next_key_that_is_dropped_is_written_over_wherever_that_is_cut_short) {
  const int blocks_of_second = ::open(next().c_str(), O_RDONLY | O_CLOEXEC);
  fs::rename(next(), former());  // cut short behind this
  const auto none = next_escrow_key(directory);
  ASSERT_TRUE(none);
  EXPECT_FALSE(*none);
  ASSERT_TRUE(erase_former_escrow_key(directory));
  std::string octets(second.size(), 0);
  EXPECT_EQ(::pread(blocks_of_second, octets.data(), octets.size(), 0), static_cast<ssize_t>(second.size()));
  EXPECT_EQ(octets, std::string(second.size(), '\0'));
  ::close(blocks_of_second);
  ASSERT_TRUE(begin_next_escrow_key(directory));
  ASSERT_TRUE(drop_next_escrow_key(directory));
  EXPECT_EQ(content(current()), first);
  EXPECT_EQ(files(), 1u);
}

TEST_F(EscrowKeys, KEY_040_a_key_whose_writing_was_cut_short_is_written_over_at_the_next_start) {
  for (const auto* name : {"escrow.key.next.new", "escrow.key.new"}) {
    fs::copy_file(next(), directory / name);
    const int blocks = ::open((directory / name).c_str(), O_RDONLY | O_CLOEXEC);
    ASSERT_TRUE(erase_former_escrow_key(directory));
    std::string octets(second.size(), 0);
    EXPECT_EQ(::pread(blocks, octets.data(), octets.size(), 0), static_cast<ssize_t>(second.size()));
    EXPECT_EQ(octets, std::string(second.size(), '\0'));
    ::close(blocks);
    EXPECT_EQ(files(), 2u) << name;
  }
}

TEST_F(EscrowKeys, KEY_054_what_was_given_up_is_known_again_and_a_broken_list_is_refused) {
  EXPECT_EQ(lost_escrow_keys(directory), std::set<keys::PublicKey>());
  keys::PublicKey one{};
  one.fill(7);
  const std::set<keys::PublicKey> lost{keys::PublicKey{}, one};
  ASSERT_TRUE(keep_lost_escrow_keys(directory, lost));
  EXPECT_EQ(lost_escrow_keys(directory), lost);
  std::ofstream(directory / "escrow.lost", std::ios::app) << "0707\n";
  EXPECT_FALSE(lost_escrow_keys(directory));
}

TEST_F(EscrowKeys, KEY_040_a_dropped_key_is_never_half_written_over_under_its_own_name) {
  // Its name goes before its octets: where the directory does not take the other name, nothing is written over.
  fs::create_directories(former() / "in the way");
  EXPECT_FALSE(drop_next_escrow_key(directory));
  EXPECT_EQ(content(next()), second);
}

TEST_F(EscrowKeys, KEY_038_a_key_that_records_are_wrapped_for_is_not_replaced_when_it_is_missing) {
  fs::remove(current());
  const auto kept = keep_escrow_key(directory, 3);
  ASSERT_FALSE(kept);
  EXPECT_NE(kept.error().find("3 key records are wrapped for it: put it back"), std::string::npos) << kept.error();
  EXPECT_FALSE(fs::exists(current()));
  EXPECT_TRUE(keep_escrow_key(directory));
}

TEST_F(EscrowKeys, KEY_038_a_key_put_back_with_the_mode_of_any_file_gets_its_own) {
  fs::permissions(current(), fs::perms(0644));
  ASSERT_TRUE(keep_escrow_key(directory));
  EXPECT_EQ(fs::status(current()).permissions(), fs::perms(0600));
}

TEST_F(EscrowKeys, KEY_040_a_former_key_that_was_left_is_written_over_by_the_next_change_too) {
  fs::create_hard_link(current(), former());
  fs::rename(next(), current());
  ASSERT_TRUE(begin_next_escrow_key(directory));
  ASSERT_TRUE(finish_next_escrow_key(directory));
  EXPECT_FALSE(first_is_kept());
  EXPECT_EQ(files(), 1u);
}

}  // namespace
}  // namespace coffer::server
