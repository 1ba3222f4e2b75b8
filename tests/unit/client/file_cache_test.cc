#include "client/file_cache.h"

#include "scratch.h"

namespace coffer::client {
namespace {

FileCache filled() {
  FileCache cache(Digest{1});
  cache.put("a", {{1, 2, 3, -4, 5}, {Digest{6}, Digest{7}}});
  cache.put("\xff", {{}, {}});
  return cache;
}

TEST(FileCache, reads_what_it_saved_and_knows_only_the_same_stamp) {
  Scratch scratch;
  ASSERT_TRUE(filled().save(scratch / "cache"));
  FileCache cache(Digest{1});
  cache.load(scratch / "cache");
  EXPECT_EQ(cache.size(), 2u);
  ASSERT_NE(cache.find("a", {1, 2, 3, -4, 5}), nullptr);
  EXPECT_EQ(cache.find("a", {1, 2, 3, -4, 5})->blocks.size(), 2u);
  for (const FileStamp& other : {FileStamp{9, 2, 3, -4, 5}, {1, 9, 3, -4, 5}, {1, 2, 9, -4, 5}, {1, 2, 3, 9, 5}, {1, 2, 3, -4, 9}})
    EXPECT_EQ(cache.find("a", other), nullptr);
}

TEST(FileCache, anything_else_leaves_it_empty) {
  Scratch scratch;
  ASSERT_TRUE(filled().save(scratch / "cache"));
  const std::string good = scratch.read("cache");
  const auto size = [&](const std::string& octets, const Digest& key = Digest{1}) {
    scratch.write("damaged", octets);
    FileCache cache(key);
    cache.load(scratch / "damaged");
    return cache.size();
  };
  EXPECT_EQ(size(good), 2u);
  EXPECT_EQ(size(good, Digest{2}), 0u);
  for (std::size_t cut = 0; cut < good.size(); ++cut) EXPECT_EQ(size(good.substr(0, cut)), 0u) << cut;
  for (std::size_t i = 0; i < good.size(); ++i) {
    std::string changed = good;
    changed[i] = static_cast<char>(changed[i] ^ 0x40);
    EXPECT_EQ(size(changed), 0u) << i;
  }
  FileCache none(Digest{1});
  none.load(scratch / "no such file");
  EXPECT_EQ(none.size(), 0u);
}

}  // namespace
}  // namespace coffer::client
