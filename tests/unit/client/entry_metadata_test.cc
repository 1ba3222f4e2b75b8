#include "client/entry_metadata.h"

#include <fcntl.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <algorithm>

#include "archive_fixture.h"
#include "client/file_time.h"

namespace coffer::client {
namespace {

/// user::rwx user:N:r-- group::r-x mask::r-x other::---, as the kernel takes it.
std::string access_list() {
  std::string list("\2\0\0\0", 4);
  const auto put = [&](std::uint16_t tag, std::uint16_t permissions, std::uint32_t id) {
    list.append(reinterpret_cast<const char*>(&tag), 2).append(reinterpret_cast<const char*>(&permissions), 2);
    list.append(reinterpret_cast<const char*>(&id), 4);
  };
  put(1, 7, 0xFFFFFFFF), put(2, 4, 7), put(4, 5, 0xFFFFFFFF), put(0x10, 5, 0xFFFFFFFF), put(0x20, 0, 0xFFFFFFFF);
  return list;
}

using Metadata = ArchiveTest;

TEST_F(Metadata, a_list_that_the_target_hands_down_is_not_the_entrys) {
  scratch_.write("source/file", "content");
  std::filesystem::create_directory(scratch_ / "source/inner");
  ASSERT_EQ(::mkfifo((scratch_ / "source/pipe").c_str(), 0600), 0);
  std::filesystem::create_directory(scratch_ / "target");
  const std::string list = access_list();
  if (::setxattr((scratch_ / "target").c_str(), "system.posix_acl_default", list.data(), list.size(), 0) != 0)
    GTEST_SKIP() << "no access control lists here";
  EXPECT_TRUE(back_up().problems.empty());
  const auto report = restore(1);
  ASSERT_TRUE(report);
  EXPECT_TRUE(report->reduced.empty());
  for (const char* name : {"/file", "/inner", "/pipe"}) {
    const std::string path = scratch_ / (restored() + name);
    EXPECT_LT(::getxattr(path.c_str(), "system.posix_acl_access", nullptr, 0), 0) << name;
    EXPECT_LT(::getxattr(path.c_str(), "system.posix_acl_default", nullptr, 0), 0) << name;
  }
}

TEST_F(Metadata, a_list_of_its_own_comes_back_and_is_known_unread_the_next_time) {
  scratch_.write("source/file", "content");
  const std::string list = access_list();
  if (::setxattr((scratch_ / "source/file").c_str(), access_list_name, list.data(), list.size(), 0) != 0)
    GTEST_SKIP() << "no access control lists here";
  back_up();
  EXPECT_EQ(back_up().files_unchanged, 1u);
  ASSERT_TRUE(restore(2));
  std::string got(list.size() + 1, '\0');
  EXPECT_EQ(::getxattr((scratch_ / (restored() + "/file")).c_str(), access_list_name, got.data(), got.size()),
            static_cast<ssize_t>(list.size()));
  EXPECT_EQ(got.substr(0, list.size()), list);
}

TEST_F(Metadata, ARC_080_each_kind_that_cannot_be_had_is_said_once_and_counted) {
  EntryMetadata metadata;
  for (const char* name : {"one", "two", "three"}) {
    scratch_.write(name, "");
    const Descriptor file(::open((scratch_ / name).c_str(), O_RDWR));
    archive::Entry entry{.path = name, .mode = 0644};
    entry.owner = 0xFFFFFFFF;
    entry.attributes = {{"nonsense.that no system has", "x"}};
    EXPECT_EQ(metadata.apply(entry, file.fd()), 0);
  }
  const Problems reduced = metadata.reduced();
  ASSERT_EQ(reduced.size(), 2u);
  for (const Problem& problem : reduced) {
    EXPECT_EQ(problem.path, "one");
    EXPECT_NE(problem.what.find("Likewise 2 others"), std::string::npos) << problem.what;
  }
}

timespec on_disk(const std::string& path) {
  struct stat status {};
  EXPECT_EQ(::stat(path.c_str(), &status), 0);
  return status.st_mtim;
}

TEST_F(Metadata, ARC_080_a_time_that_the_file_system_cannot_keep_is_said) {
  scratch_.write("file", "");
  for (const std::int64_t wanted :
       {earliest_ns + 1, std::int64_t{-2'208'988'800'000'000'000}, std::int64_t{-1}, std::int64_t{1}, latest_ns - 1}) {
    EntryMetadata metadata;
    const Descriptor file(::open((scratch_ / "file").c_str(), O_RDWR));
    archive::Entry entry{.path = "file", .mode = 0644, .modified_ns = wanted};
    entry.owner = ::geteuid();
    entry.group = ::getegid();
    ASSERT_EQ(metadata.apply(entry, file.fd()), 0);
    const bool kept = nanoseconds(on_disk(scratch_ / "file")) == wanted;
    const Problems reduced = metadata.reduced();
    EXPECT_EQ(std::ranges::count_if(reduced, [](const Problem& one) { return one.what.contains("modification time"); }), kept ? 0 : 1)
        << wanted;
  }
}

TEST_F(Metadata, ARC_087_a_file_whose_time_no_entry_can_say_is_saved_with_the_nearest_and_named) {
  scratch_.write("source/file", "content");
  const timespec far[2] = {{.tv_sec = 0, .tv_nsec = UTIME_OMIT}, {.tv_sec = 9'300'000'000, .tv_nsec = 7}};
  ASSERT_EQ(::utimensat(AT_FDCWD, (scratch_ / "source/file").c_str(), far, 0), 0);
  if (on_disk(scratch_ / "source/file").tv_sec != far[1].tv_sec) GTEST_SKIP() << "this file system keeps no such time";
  for (int time = 1; time <= 2; ++time) {
    const Problems problems = back_up().problems;
    ASSERT_EQ(problems.size(), 1u) << time;
    EXPECT_NE(problems[0].what.find("nearest modification time"), std::string::npos) << problems[0].what;
  }
  ASSERT_TRUE(restore(2));
  EXPECT_EQ(on_disk(scratch_ / (restored() + "/file")).tv_sec, latest_ns / 1'000'000'000);
}

TEST(FileTime, what_is_beyond_becomes_the_nearest) {
  EXPECT_EQ(nanoseconds(timespec{.tv_sec = -1, .tv_nsec = 999'999'999}), -1);
  EXPECT_EQ(nanoseconds(timespec{.tv_sec = 9'223'372'036, .tv_nsec = 854'775'807}), latest_ns);
  EXPECT_EQ(nanoseconds(timespec{.tv_sec = 9'223'372'036, .tv_nsec = 854'775'808}), latest_ns);
  EXPECT_EQ(nanoseconds(timespec{.tv_sec = 9'300'000'000, .tv_nsec = 0}), latest_ns);
  EXPECT_EQ(nanoseconds(timespec{.tv_sec = -9'300'000'000, .tv_nsec = 0}), earliest_ns);
}

}  // namespace
}  // namespace coffer::client
