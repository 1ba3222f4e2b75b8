#include "client/below.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>

#include "scratch.h"

namespace coffer::client {
namespace {

namespace fs = std::filesystem;

Below below(const Scratch& scratch, Below::Missing missing = Below::Missing::fail) {
  return Below(Descriptor(::open(scratch.path().c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC)), missing);
}

/// Whether a descriptor is the directory of that name.
bool is(int fd, const std::string& path) {
  struct stat one {
  }, other{};
  return ::fstat(fd, &one) == 0 && ::stat(path.c_str(), &other) == 0 && one.st_dev == other.st_dev && one.st_ino == other.st_ino;
}

TEST(Below, finds_each_directory_in_whatever_order_they_are_asked_for) {
  const Scratch scratch;
  const char* const paths[] = {"a", "a/b", "a/b/c", "a/b/cc", "ab", "ab/c", "a/b/c/d"};
  for (const char* path : paths) fs::create_directories(scratch / path);
  Below all = below(scratch);
  for (const char* first : paths)
    for (const char* second : paths)
      for (const char* path : {first, second, ""}) {
        const auto found = all.directory(path);
        ASSERT_TRUE(found) << path;
        EXPECT_TRUE(is(*found, scratch / path)) << first << ", " << path;
      }
}

TEST(Below, goes_deeper_than_it_holds_directories_open) {
  const Scratch scratch;
  std::string deep;
  for (int level = 0; level < 200; ++level) deep += (level == 0 ? "d" : "/d") + std::to_string(level);
  Below all = below(scratch, Below::Missing::make);
  ASSERT_TRUE(all.directory(deep));
  EXPECT_TRUE(is(*all.directory(deep), scratch / deep));
  for (std::string path = deep; path.find('/') != std::string::npos; path.resize(path.rfind('/'))) {
    const auto around = all.parent(path);
    ASSERT_TRUE(around) << path;
    EXPECT_TRUE(is(*around, scratch / path.substr(0, path.rfind('/')))) << path;
  }
}

TEST(Below, ARC_026_a_link_is_not_followed_wherever_it_stands) {
  const Scratch scratch;
  fs::create_directories(scratch / "a/b/c");
  fs::create_directory_symlink("b", scratch / "a/link");
  Below all = below(scratch);
  ASSERT_TRUE(all.directory("a/b/c"));
  for (const char* path : {"a/link", "a/link/c"}) {
    const auto refused = all.directory(path);
    ASSERT_FALSE(refused) << path;
    EXPECT_TRUE(refused.error().number == ENOTDIR || refused.error().number == ELOOP) << path;
  }
  // What was held open before and after it still leads where it did.
  EXPECT_TRUE(is(*all.directory("a/b"), scratch / "a/b"));
}

TEST(Below, says_what_is_missing_and_makes_it_only_when_told) {
  const Scratch scratch;
  fs::create_directories(scratch / "a");
  Below looking = below(scratch);
  const auto missing = looking.directory("a/new/newer");
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().number, ENOENT);
  EXPECT_FALSE(fs::exists(scratch / "a/new"));
  Below making = below(scratch, Below::Missing::make);
  ASSERT_TRUE(making.directory("a/new/newer"));
  EXPECT_EQ(fs::status(scratch / "a/new").permissions(), fs::perms::owner_all);
  EXPECT_TRUE(is(*making.parent("a/new/newer/file"), scratch / "a/new/newer"));
}

}  // namespace
}  // namespace coffer::client
