// The disk in memory behaves as the real one where the store can tell, and forgets at a crash what was not synced.
#include "store/file_system.h"

#include <cerrno>

#include "workshop.h"

namespace coffer::store {
namespace {

class FileSystemTest : public testing::TestWithParam<bool> {
 protected:
  FileSystem& files() { return GetParam() ? static_cast<FileSystem&>(memory_) : posix_; }

 private:
  TemporaryDirectory directory_;
  PosixFileSystem posix_{directory_.path()};
  MemoryFileSystem memory_;
};

INSTANTIATE_TEST_SUITE_P(Both, FileSystemTest, testing::Bool(), [](const auto& test) { return test.param ? "memory" : "posix"; });

TEST_P(FileSystemTest, reads_what_was_written) {
  ASSERT_TRUE(files().make_folder("packs"));
  ASSERT_TRUE(files().make_folder("packs"));
  EXPECT_EQ(files().open("packs/a", OpenMode::existing).error().code, ENOENT);
  auto file = std::move(files().open("packs/a", OpenMode::create_new).value());
  EXPECT_EQ(files().open("packs/a", OpenMode::create_new).error().code, EEXIST);
  ASSERT_TRUE(file->write_at(0, Octets{1, 2, 3, 4}));
  ASSERT_TRUE(file->write_at(6, Octets{7}));
  EXPECT_EQ(file->size(), 7u);
  Octets into(10, 9);
  EXPECT_EQ(file->read_at(2, into), 5u);
  EXPECT_EQ(into, (Octets{3, 4, 0, 0, 7, 9, 9, 9, 9, 9}));
  EXPECT_EQ(file->read_at(7, into), 0u);
  EXPECT_EQ(file->read_at(100, into), 0u);
  ASSERT_TRUE(file->truncate(3));
  EXPECT_EQ(file->size(), 3u);
  ASSERT_TRUE(file->sync());
  ASSERT_TRUE(files().sync_folder("packs"));
  ASSERT_TRUE(files().open("packs/b", OpenMode::create_new));
  EXPECT_EQ(files().list("packs").value(), (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(files().open("packs/a", OpenMode::existing).value()->size(), 3u);
}

TEST(MemoryFileSystem, forgets_at_a_crash_what_was_not_synced) {
  MemoryFileSystem files;
  auto kept = std::move(files.open("packs/kept", OpenMode::create_new).value());
  ASSERT_TRUE(kept->write_at(0, Octets{1, 2, 3}));
  ASSERT_TRUE(kept->sync());
  ASSERT_TRUE(files.sync_folder("packs"));
  ASSERT_TRUE(kept->write_at(3, Octets{4}));
  ASSERT_TRUE(kept->truncate(2));
  auto nameless = std::move(files.open("packs/nameless", OpenMode::create_new).value());
  ASSERT_TRUE(nameless->sync());
  MemoryFileSystem partly = files.snapshot();
  files.crash();
  EXPECT_EQ(files.octets("packs/kept"), (Octets{1, 2, 3}));
  EXPECT_FALSE(files.exists("packs/nameless"));
  partly.crash([](std::size_t number) { return number == 0; });
  EXPECT_EQ(partly.octets("packs/kept"), (Octets{1, 2, 3, 4}));
}

}  // namespace
}  // namespace coffer::store
