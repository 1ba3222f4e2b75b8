#include "store/key_store.h"

#include <algorithm>
#include <map>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <utility>

#include <gtest/gtest.h>

#include "key_files.h"

namespace coffer::store {
namespace {

namespace fs = std::filesystem;

/// A record of this length that occurs nowhere else.
Octets some(std::size_t length, unsigned seed) {
  std::mt19937 numbers(seed);
  Octets octets(length);
  for (auto& octet : octets) octet = static_cast<std::uint8_t>(numbers());
  return octets;
}

std::string content(const fs::path& path) {
  std::ifstream stream(path, std::ios::binary);
  return std::string{std::istreambuf_iterator<char>{stream}, {}};
}

bool is_written_over(std::string_view octets) { return !octets.empty() && octets.find_first_not_of('\0') == std::string_view::npos; }

class Keys : public testing::Test {
 protected:
  void SetUp() override {
    directory = fs::path(testing::TempDir()) / ("keys_" + std::string(testing::UnitTest::GetInstance()->current_test_info()->name()));
    fs::remove_all(directory);
    fs::create_directories(directory);
  }
  void TearDown() override { fs::remove_all(directory); }
  std::unique_ptr<KeyStore> open(const fs::path& where, KeyStoreOptions options = {}) {
    auto store = KeyStore::open(where, std::move(options));
    if (!store) throw std::runtime_error(store.error().what);
    return std::move(*store);
  }
  std::unique_ptr<KeyStore> open() { return open(directory); }
  fs::path directory;
  const Owner owner{1, 2}, other{1, 3}, another_user{2, 2};
};

TEST_F(Keys, KEY_035_a_record_is_there_again_after_the_process) {
  EXPECT_TRUE(open()->change({.records = {{owner, some(262, 1)}, {other, some(98, 2)}}}));
  auto store = open();
  EXPECT_EQ(store->record(owner), some(262, 1));
  EXPECT_EQ(store->record(other), some(98, 2));
  EXPECT_EQ(store->record(another_user), Octets());
  EXPECT_EQ(store->records_of(1)->size(), 2u);
}

TEST_F(Keys, KEY_036_nothing_of_a_replaced_record_is_left_while_the_process_runs) {
  auto store = open();
  Octets before;
  for (unsigned i = 1; i <= 9; ++i) {
    const Octets now = some(i % 3 == 0 ? 98 : i % 3 == 1 ? 262 : 158, i);
    for (std::uint64_t computer = 1; computer <= 9; ++computer)  // so that pages are split and joined
      ASSERT_TRUE(store->change({.records = {{{7, computer}, some(262, 1000 * i + static_cast<unsigned>(computer))}}}));
    ASSERT_TRUE(store->change({.records = {{owner, now}}}));
    EXPECT_TRUE(lies_anywhere(directory, now)) << "the search finds what is there";
    if (!before.empty()) {
      EXPECT_FALSE(lies_anywhere(directory, before)) << i;
    }
    for (std::uint64_t computer = 1; i > 1 && computer <= 9; ++computer)
      EXPECT_FALSE(lies_anywhere(directory, some(262, 1000 * (i - 1) + static_cast<unsigned>(computer)))) << i;
    before = now;
  }
}

/// When SQLite moves rows from page to page it leaves copies behind: seen with these numbers at the 50th step.
TEST_F(Keys, KEY_036_nothing_is_left_of_records_that_were_moved_from_page_to_page) {
  auto store = open();
  std::mt19937 numbers(10);
  std::map<std::uint64_t, Octets> kept;
  for (unsigned step = 0; step < 60; ++step) {
    const std::uint64_t computer = numbers() % 80 * 0x9e3779b97f4a7c15U;
    const Octets now = some(numbers() % 2 == 0 ? 262 : 98, 10'000 + step), before = std::exchange(kept[computer], now);
    ASSERT_TRUE(store->change({.records = {{{7, computer}, now}}}));
    if (!before.empty()) {
      ASSERT_FALSE(lies_anywhere(directory, before)) << "step " << step;
    }
  }
}

/// What is cut off lies on the disk's blocks as it was.
TEST_F(Keys, KEY_036_what_is_cut_off_is_written_over_first) {
  std::string file, log;  // before the last time that each was cut
  unsigned cuts = 0;
  auto store = open(directory, {.before_cutting = [&] {
                      const bool of_the_log = cuts++ % 2 == 1;
                      (of_the_log ? log : file) = content(directory / (of_the_log ? "keys.sqlite-wal" : "keys.sqlite"));
                    }});
  for (std::uint64_t computer = 1; computer <= 80; ++computer) {  // many pages
    ASSERT_TRUE(store->change({.records = {{{7, computer}, some(262, static_cast<unsigned>(computer))}}}));
    EXPECT_TRUE(is_written_over(log)) << computer;
  }
  ASSERT_TRUE(store->erase_user(7));
  EXPECT_TRUE(is_written_over(log));
  EXPECT_TRUE(is_written_over(std::string_view(file).substr(fs::file_size(directory / "keys.sqlite")))) << "the file was cut as well";
}

/// SQLite brings a log over by itself, and cuts the file off with it, once that has a thousand pages.
TEST_F(Keys, KEY_036_what_is_cut_off_a_large_file_is_written_over_first) {
  constexpr std::uint64_t stays = 5, goes = 7;
  std::string file;
  bool of_the_log = false;
  auto store = open(directory, {.before_cutting = [&] {
                      if (!std::exchange(of_the_log, !of_the_log)) file = content(directory / "keys.sqlite");
                    }});
  KeyChange many;
  for (std::uint64_t computer = 1; computer <= 20'000; ++computer)
    many.records.push_back({{stays, computer}, some(262, static_cast<unsigned>(computer))});
  for (std::uint64_t computer = 1; computer <= 400; ++computer) many.records.push_back({{goes, computer}, some(262, 1)});
  ASSERT_TRUE(store->change(many));
  ASSERT_TRUE(store->erase_user(goes));
  const auto left = fs::file_size(directory / "keys.sqlite");
  EXPECT_GT(left, 1000u * 4096u) << "a large one";
  ASSERT_GT(file.size(), left) << "cut off before zeros were there";
  EXPECT_TRUE(is_written_over(std::string_view(file).substr(left)));
}

TEST_F(Keys, KEY_050_the_log_does_not_grow_with_each_new_computer) {
  auto store = open();
  for (std::uint64_t computer = 1; computer <= 100; ++computer) ASSERT_TRUE(store->device_key({1, computer}, some(32, 1)));
  EXPECT_LT(fs::file_size(directory / "keys.sqlite-wal"), 10u * 4096u);
}

TEST_F(Keys, KEY_036_a_process_that_ends_before_erasing_leaves_it_to_the_next) {
  const fs::path copied = directory / "copied", running = directory / "running";
  fs::create_directories(running);
  auto store = open(running, {.before_erasing = [&] {
                      fs::remove_all(copied);
                      fs::copy(running, copied);
                    }});
  ASSERT_TRUE(store->change({.records = {{owner, some(262, 1)}}}));
  ASSERT_TRUE(store->change({.records = {{owner, some(158, 2)}}}));
  EXPECT_TRUE(lies_anywhere(copied, some(262, 1))) << "the older record still lies in the file at that moment";
  auto next = open(copied);
  EXPECT_EQ(next->record(owner), some(158, 2));
  EXPECT_FALSE(lies_anywhere(copied, some(262, 1)));
}

TEST_F(Keys, KEY_036_what_could_not_be_erased_is_erased_before_anything_is_acknowledged) {
  std::optional<NoRoom> full;
  bool fills_up = false;
  auto store = open(directory, {.before_erasing = [&] {
                      if (fills_up) full.emplace();
                    }});
  const auto keep = [&](const Owner& whose, const Octets& record, bool with_room) {
    bool stands = false;
    fills_up = !with_room;
    const auto kept = store->change({.records = {{whose, record}}}, [&] { stands = true; });
    full.reset();
    EXPECT_EQ(store->record(whose), record);
    EXPECT_TRUE(stands);
    return kept.has_value();
  };
  ASSERT_TRUE(keep(owner, some(262, 1), true));
  EXPECT_FALSE(keep(owner, some(98, 2), false));
  EXPECT_TRUE(lies_anywhere(directory, some(262, 1))) << "there was no room to erase it";
  full.emplace();
  const auto erased = store->finish_erasing();
  full.reset();
  EXPECT_FALSE(erased);
  EXPECT_TRUE(store->finish_erasing());
  EXPECT_FALSE(lies_anywhere(directory, some(262, 1)));
  EXPECT_TRUE(lies_anywhere(directory, some(98, 2)));
  EXPECT_FALSE(keep(owner, some(158, 3), false));
  EXPECT_TRUE(keep(other, some(262, 4), true));
  EXPECT_FALSE(lies_anywhere(directory, some(98, 2))) << "the next change erases what the one before could not";
}

TEST_F(Keys, KEY_043_records_and_verifier_change_together_or_not_at_all) {
  auto store = open();
  ASSERT_TRUE(store->change({.records = {{owner, some(262, 1)}, {other, some(262, 2)}}}));
  const KeyChange change{.records = {{owner, some(262, 3)}, {other, some(262, 4)}}, .verifiers = {{1, {some(16, 5), 100'000, {1, 2, 3}}}}};
  ASSERT_TRUE(store->change(change));
  EXPECT_EQ(store->record(owner), some(262, 3));
  EXPECT_EQ(store->record(other), some(262, 4));
  const auto verifiers = store->verifiers();
  ASSERT_TRUE(verifiers && verifiers->size() == 1);
  EXPECT_EQ(verifiers->at(1).salt, some(16, 5));
  EXPECT_EQ(verifiers->at(1).rounds, 100'000u);
}

TEST_F(Keys, KEY_050_a_device_key_stays_until_it_is_erased_and_leaves_nothing) {
  auto store = open();
  EXPECT_TRUE(std::ranges::equal(*store->device_key(owner, some(32, 1)), some(32, 1)));
  EXPECT_TRUE(std::ranges::equal(*store->device_key(owner, some(32, 2)), some(32, 1)));
  EXPECT_TRUE(std::ranges::equal(*store->device_key(other, some(32, 3)), some(32, 3)));
  ASSERT_TRUE(store->erase_device_keys([&](const Owner& one) { return one == owner; }));
  EXPECT_FALSE(lies_anywhere(directory, some(32, 1)));
  EXPECT_TRUE(std::ranges::equal(*store->device_key(owner, some(32, 4)), some(32, 4)));
  EXPECT_TRUE(std::ranges::equal(*store->device_key(other, some(32, 5)), some(32, 3)));
}

TEST_F(Keys, KEY_041_a_purged_user_leaves_nothing_and_others_keep_theirs) {
  auto store = open();
  ASSERT_TRUE(
      store->change({.records = {{owner, some(262, 1)}, {another_user, some(262, 2)}}, .verifiers = {{1, {some(16, 5), 7, {9, 8, 7}}}}}));
  ASSERT_TRUE(store->device_key(owner, some(32, 3)));
  ASSERT_TRUE(store->erase_user(1));
  for (const Octets& gone : {some(262, 1), some(32, 3), some(16, 5)}) EXPECT_FALSE(lies_anywhere(directory, gone));
  EXPECT_EQ(store->record(another_user), some(262, 2));
  EXPECT_TRUE(store->verifiers()->empty());
}

TEST_F(Keys, nobody_else_may_read_the_file) {
  open();
  EXPECT_EQ(fs::status(directory / "keys.sqlite").permissions() & fs::perms::all, fs::perms::owner_read | fs::perms::owner_write);
}

}  // namespace
}  // namespace coffer::store
