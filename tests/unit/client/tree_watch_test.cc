#include "client/tree_watch.h"

#include <linux/magic.h>

#include <filesystem>
#include <fstream>

#include <fmt/format.h>

#include "client/tree_digest.h"
#include "scratch.h"

namespace coffer::client {
namespace {

namespace fs = std::filesystem;
using Names = std::set<std::string>;

class TreeWatches : public testing::Test {
 protected:
  TreeWatches() {
    scratch_.write("tree/in/file", "one");
    fs::create_directory(scratch_ / "out");
  }
  void link(const std::string& file, const std::string& name) { fs::create_hard_link(scratch_ / file, scratch_ / name); }
  void append(const std::string& file) { std::ofstream(scratch_ / file, std::ios::app) << "more"; }

  /// `last`: done when everything was seen, and nothing that lacks a name is watched yet.
  void look(
      TreeWatch& watch, const std::vector<std::string>& sources, const std::function<void()>& last = [] {}) {
    ScanOptions scanning;
    scanning.before_listing = [&](const std::string& path, int directory) { watch.watch(path, directory); };
    watch.begin_look();
    for (const std::string& source : sources) watch.watch_source(source);
    look_through(sources, scanning, [&](const Found& found) { watch.found(found); });
    last();
    watch.end_look();
  }
  void look(TreeWatch& watch) { look(watch, {scratch_ / "tree"}); }

  Scratch scratch_;
};

// [ARC-090] A client that watches MUST back up a change without being asked.
TEST_F(TreeWatches, ARC_090_a_change_by_a_name_elsewhere_is_told) {
  link("tree/in/file", "out/name");
  TreeWatch watch;
  look(watch);
  EXPECT_EQ(watch.unwatched(), Names{});
  EXPECT_FALSE(watch.take_changes());
  append("out/name");
  EXPECT_TRUE(watch.take_changes());
  EXPECT_FALSE(watch.take_changes());
  fs::permissions(scratch_ / "out/name", fs::perms::owner_read);
  EXPECT_TRUE(watch.take_changes()) << "of its metadata, too";
}

TEST_F(TreeWatches, ARC_090_a_change_by_a_name_elsewhere_is_told_of_a_source_that_is_a_file) {
  link("tree/in/file", "out/name");
  TreeWatch watch;
  look(watch, {scratch_ / "tree/in/file"});
  append("out/name");
  EXPECT_TRUE(watch.take_changes());
}

TEST_F(TreeWatches, ARC_091_a_change_between_the_look_at_a_file_and_its_watch_is_not_missed) {
  link("tree/in/file", "out/name");
  TreeWatch watch;
  look(watch, {scratch_ / "tree"}, [&] { append("out/name"); });
  EXPECT_TRUE(watch.take_changes());
  look(watch);
  EXPECT_FALSE(watch.take_changes());
}

TEST_F(TreeWatches, files_with_all_their_names_in_the_sources_take_no_watch_of_their_own) {
  link("tree/in/file", "tree/name");
  TreeWatch watch;
  look(watch);
  const auto directories = watch.watched();
  append("tree/name");
  EXPECT_TRUE(watch.take_changes());
  link("tree/in/file", "out/name");
  look(watch);
  EXPECT_EQ(watch.watched(), directories) << "a file is no directory";
  append("out/name");
  EXPECT_TRUE(watch.take_changes());
  fs::remove(scratch_ / "out/name");
  look(watch);
  watch.take_changes();
  link("tree/in/file", "out/name");
  append("out/name");
  EXPECT_FALSE(watch.take_changes()) << "its watch went with the name elsewhere; only the next look at everything sees the new one";
}

// [ARC-093] A client that watches MUST look from time to time at what its computer cannot watch for it, and say what that is.
TEST_F(TreeWatches, ARC_093_directories_that_others_have_a_hand_in_are_named) {
  for (const auto network : std::initializer_list<std::uint32_t>{NFS_SUPER_MAGIC, CIFS_SUPER_MAGIC, SMB2_SUPER_MAGIC, FUSE_SUPER_MAGIC,
                                                                 V9FS_MAGIC, CEPH_SUPER_MAGIC}) {
    TreeWatch watch([=](int) { return network; });
    look(watch, {scratch_ / "tree", scratch_ / "out"});
    EXPECT_EQ(watch.unwatched(), (Names{scratch_.archived("tree"), scratch_.archived("out")})) << network;
    look(watch, {scratch_ / "tree/in/file"});
    EXPECT_EQ(watch.unwatched(), Names{scratch_.archived("tree/in/file")}) << network;
    append("tree/in/file");
    EXPECT_TRUE(watch.take_changes()) << "what is done on this computer is told all the same";
  }
  for (const auto local : std::initializer_list<std::uint32_t>{EXT4_SUPER_MAGIC, BTRFS_SUPER_MAGIC, TMPFS_MAGIC, 0}) {
    TreeWatch watch([=](int) { return local; });
    look(watch);
    EXPECT_EQ(watch.unwatched(), Names{}) << local;
  }
}

TEST_F(TreeWatches, ARC_093_files_with_names_elsewhere_that_cannot_be_watched_are_named_by_their_directory_or_source) {
  const auto lacking = [&](TreeWatch& watch, std::uint64_t inode, const std::string& path) {
    Found found;
    found.entry.path = path;
    found.stamp = {.device = 1, .inode = inode};
    found.names = 2;
    watch.found(found);
  };
  TreeWatch watch;
  const std::string far = scratch_.archived("tree/" + std::string(5000, 'x'));
  look(watch, {scratch_ / "tree"}, [&] { lacking(watch, 1, far + "/y"); });
  EXPECT_EQ(watch.unwatched(), Names{far}) << "a path longer than the kernel takes";
  EXPECT_FALSE(watch.take_changes()) << "is not looked at again for that";
  look(watch, {scratch_ / "tree"}, [&] {
    for (std::uint64_t inode = 1; inode < 100'000; ++inode) lacking(watch, inode, scratch_.archived("tree/in/gone"));
  });
  EXPECT_EQ(watch.unwatched(), Names{scratch_.archived("tree")}) << "more than are kept in mind";
  EXPECT_TRUE(watch.take_changes()) << "what is gone by now is looked for again";
}

TEST_F(TreeWatches, ARC_093_a_file_system_is_asked_about_once_in_each_look) {
  int asked = 0;
  TreeWatch watch([&](int) { return ++asked, std::uint32_t{NFS_SUPER_MAGIC}; });
  look(watch);
  const int once = asked;
  for (int i = 0; i < 20; ++i) fs::create_directories(scratch_ / fmt::format("tree/{}", i));
  look(watch);
  EXPECT_EQ(asked, 2 * once);
}

}  // namespace
}  // namespace coffer::client
