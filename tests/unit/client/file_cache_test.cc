#include "client/file_cache.h"

#include <algorithm>
#include <map>
#include <ranges>

#include "scratch.h"

namespace coffer::client {
namespace {

class FileCache : public testing::Test {
 protected:
  using Stamps = std::map<std::string, FileStamp>;

  void write(const std::vector<std::string>& sources, const Stamps& files, bool whole = true) {
    CacheUpdate update(place_, sources);
    for (const auto& [path, stamp] : files) update.put(path, {stamp, {Digest{6}, Digest{7}}, {{1, 2}, {5, 6}}, {{"user.a", "1"}}, true});
    ASSERT_TRUE(update.finish(whole, {.files = files.size(), .octets = 9}));
  }
  std::vector<std::string> paths(const CachePlace& place) const {
    std::vector<std::string> all;
    for (CacheReader reader(place); !reader.record().empty(); reader.next()) all.emplace_back(reader.path());
    return all;
  }
  std::vector<std::string> paths() const { return paths(place_); }

  Scratch scratch_;
  const CachePlace place_{scratch_ / "cache", Digest{1}};
  const FileStamp stamp_{1, 2, 3, -4, 5};
};

TEST_F(FileCache, reads_what_it_wrote_and_knows_only_the_same_stamp) {
  write({""}, {{"a", stamp_}, {"\xff", {}}});
  CacheReader reader(place_);
  EXPECT_EQ(reader.files(), 2u);
  EXPECT_EQ(reader.octets(), 9u);
  const auto known = reader.find("a", stamp_);
  ASSERT_TRUE(known);
  EXPECT_EQ(known->blocks, (std::vector{Digest{6}, Digest{7}}));
  EXPECT_EQ(known->extents, (std::vector<archive::Extent>{{1, 2}, {5, 6}}));
  EXPECT_EQ(known->attributes, (std::vector<archive::Attribute>{{"user.a", "1"}}));
  EXPECT_TRUE(known->just_read);
  for (const FileStamp& other : {FileStamp{9, 2, 3, -4, 5}, {1, 9, 3, -4, 5}, {1, 2, 9, -4, 5}, {1, 2, 3, 9, 5}, {1, 2, 3, -4, 9}})
    EXPECT_FALSE(CacheReader(place_).find("a", other));
}

TEST_F(FileCache, finds_in_the_order_of_a_walk_whatever_is_missing_on_either_side) {
  write({""}, {{"a", stamp_}, {"a-b", stamp_}, {"a/b", stamp_}, {"b", stamp_}, {"\x80", stamp_}});
  CacheReader reader(place_);
  std::vector<bool> found;
  for (const char* path : {"a", "a-", "a-b", "a.b", "a/b", "a/c", "\x80", "\xff"}) found.push_back(reader.find(path, stamp_).has_value());
  EXPECT_EQ(found, (std::vector{true, false, true, false, true, false, true, false}));
}

TEST_F(FileCache, keeps_what_lies_below_other_sources_and_forgets_what_is_gone) {
  write({""}, {{"a", stamp_}, {"a-b", stamp_}, {"a/gone", stamp_}, {"a/kept", stamp_}, {"b/x", stamp_}});
  write({"a"}, {{"a/kept", stamp_}, {"a/new", stamp_}});
  EXPECT_EQ(paths(), (std::vector<std::string>{"a-b", "a/kept", "a/new", "b/x"}));
  write({"b"}, {});
  EXPECT_EQ(paths(), (std::vector<std::string>{"a-b", "a/kept", "a/new"}));
}

TEST_F(FileCache, a_run_that_is_not_whole_says_nothing_of_what_it_did_not_reach) {
  write({""}, {{"a", stamp_}, {"b", stamp_}, {"c", stamp_}, {"d", stamp_}});
  write({""}, {{"b", stamp_}}, false);
  EXPECT_EQ(paths(), (std::vector<std::string>{"b", "c", "d"}));
  EXPECT_EQ(CacheReader(place_).files(), 4u) << "what the last whole run found";
}

TEST_F(FileCache, one_that_is_given_up_leaves_the_one_before) {
  write({""}, {{"a", stamp_}});
  { CacheUpdate(place_, {""}).put("b", {}); }
  EXPECT_EQ(paths(), std::vector<std::string>{"a"});
  EXPECT_FALSE(std::filesystem::exists(place_.path + ".new"));
}

TEST_F(FileCache, a_damaged_one_has_nothing_that_was_not_written) {
  Stamps files;
  for (int i = 0; i < 3'000; ++i) files["file-" + std::to_string(10'000 + i)] = stamp_;
  write({""}, files);
  const std::string good = scratch_.read("cache");
  ASSERT_GT(good.size(), 600'000u) << "several frames";
  const auto left = [&](const std::string& octets, const Digest& key = Digest{1}) {
    scratch_.write("damaged", octets);
    const auto all = paths({scratch_ / "damaged", key});
    EXPECT_TRUE(std::ranges::equal(all, std::views::take(std::views::keys(files), static_cast<std::ptrdiff_t>(all.size()))));
    return all.size();
  };
  EXPECT_EQ(left(good), files.size());
  EXPECT_EQ(left(good, Digest{2}), 0u);
  EXPECT_EQ(paths({scratch_ / "no such file", Digest{1}}).size(), 0u);
  for (std::size_t cut = 0; cut < good.size(); cut += good.size() / 97) EXPECT_LT(left(good.substr(0, cut)), files.size()) << cut;
  for (std::size_t at = 0; at < good.size(); at += at < 130 ? 1 : good.size() / 97) {
    std::string changed = good;
    changed[at] = static_cast<char>(changed[at] ^ 0x40);
    EXPECT_LT(left(changed), files.size()) << at;
  }
}

}  // namespace
}  // namespace coffer::client
