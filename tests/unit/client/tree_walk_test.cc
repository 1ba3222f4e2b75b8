#include "client/tree_walk.h"

#include <sys/stat.h>

#include <algorithm>

#include "scratch.h"

namespace coffer::client {
namespace {

namespace fs = std::filesystem;

class TreeWalks : public testing::Test {
 protected:
  std::vector<std::string> walk(const std::vector<std::string>& given, const ScanOptions& options = {}) {
    problems_.clear();
    const auto sources = sources_of(given, problems_);
    TreeWalk walk(*file_system_root(), sources, options);
    std::vector<std::string> paths;
    while (const auto found = walk.next()) paths.push_back(found->entry.path);
    problems_.insert(problems_.end(), walk.problems.begin(), walk.problems.end());
    return paths;
  }
  std::vector<std::string> archived(std::vector<std::string> names) const {
    for (std::string& name : names) name = scratch_.archived(name);
    return names;
  }
  Scratch scratch_;
  Problems problems_;
};

TEST_F(TreeWalks, ARC_022_whole_paths_ascend_in_their_octets) {
  for (const char* name : {"t/a/b", "t/a-b/c", "t/a.b", "t/a!/x/y", "t/a", "t/ab/z", "t/\xff/q", "t/\x80", "t/a-/k", "t/a0", "t/A", "t/ /s",
                           "t/a/b-c/d", "t/a/b.c"}) {
    if (std::string_view(name) == "t/a") continue;  // a directory by then
    scratch_.write(name, "");
  }
  const auto paths = walk({scratch_ / "t"});
  EXPECT_EQ(paths, archived({"t",       "t/ ",    "t/ /s", "t/A",     "t/a",    "t/a!",   "t/a!/x",  "t/a!/x/y",
                             "t/a-",    "t/a-/k", "t/a-b", "t/a-b/c", "t/a.b",  "t/a/b",  "t/a/b-c", "t/a/b-c/d",
                             "t/a/b.c", "t/a0",   "t/ab",  "t/ab/z",  "t/\x80", "t/\xff", "t/\xff/q"}));
  EXPECT_TRUE(std::ranges::is_sorted(paths));
  EXPECT_TRUE(problems_.empty());
}

TEST_F(TreeWalks, several_sources_are_one_order_and_what_is_in_two_of_them_comes_once) {
  for (const char* name : {"a/one", "a/deep/two", "a-b/three", "b"}) scratch_.write(name, "");
  std::vector<std::string> listed;
  ScanOptions options;
  options.before_listing = [&](const std::string& path, int) { listed.push_back(path); };
  const auto paths =
      walk({scratch_ / "b", scratch_ / "a/deep", scratch_ / "a-b", scratch_ / "a", scratch_ / "a/deep/two", scratch_ / "a"}, options);
  EXPECT_EQ(paths, archived({"a", "a-b", "a-b/three", "a/deep", "a/deep/two", "a/one", "b"}));
  std::ranges::sort(listed);
  EXPECT_EQ(listed, archived({"a", "a-b", "a/deep"})) << "each directory is listed once";
  EXPECT_TRUE(problems_.empty());
}

TEST_F(TreeWalks, deeper_than_it_may_keep_directories_open) {
  std::string deep = "t";
  std::vector<std::string> expected{"t"};
  for (int level = 0; level < 200; ++level) {
    scratch_.write(deep + "/file", "");
    deep += "/d";
    expected.push_back(deep);
  }
  scratch_.write(deep + "/last", "");
  expected.push_back(deep + "/last");
  for (int level = 200; level-- > 0;) expected.push_back(expected[static_cast<std::size_t>(level)] + "/file");
  EXPECT_EQ(walk({scratch_ / "t"}), archived(expected));
  EXPECT_TRUE(problems_.empty());
}

TEST_F(TreeWalks, what_goes_while_it_walks_is_not_there_and_what_was_named_must_be) {
  for (const char* name : {"t/a/one", "t/b/two", "t/c"}) scratch_.write(name, "");
  Problems problems;
  const auto sources = sources_of({scratch_ / "t", scratch_ / "t/c", scratch_ / "none"}, problems);
  TreeWalk walk(*file_system_root(), sources, {});
  ASSERT_TRUE(walk.next() && walk.next());
  fs::remove_all(scratch_ / "t/b");
  fs::remove(scratch_ / "t/c");
  std::vector<std::string> rest;
  while (const auto found = walk.next()) rest.push_back(found->entry.path);
  EXPECT_EQ(rest, archived({"t/a/one"}));
  ASSERT_EQ(walk.problems.size(), 2u);
  EXPECT_EQ(walk.problems[0].path, scratch_ / "none");
  EXPECT_EQ(walk.problems[1].path, scratch_ / "t/c");
}

TEST_F(TreeWalks, a_link_that_was_asked_for_is_kept_as_a_link_and_its_parents_are_resolved) {
  scratch_.write("real/file", "");
  fs::create_symlink("real", scratch_ / "alias");
  std::vector<Found> link;
  (void)walk_trees(
      {scratch_ / "alias"}, {}, [](const auto&) { return true; }, [&](Found found) { return link.push_back(found), true; });
  ASSERT_EQ(link.size(), 1u);
  EXPECT_EQ(link[0].entry.type, archive::EntryType::symbolic_link);
  EXPECT_EQ(link[0].entry.target, "real");
  EXPECT_EQ(walk({scratch_ / "alias/file"}), archived({"real/file"}));
  EXPECT_EQ(walk({scratch_ / "alias/"}), archived({"real", "real/file"}));
}

TEST_F(TreeWalks, what_the_kernel_makes_up_is_named_and_not_entered) {
  if (!fs::exists("/proc/self")) GTEST_SKIP() << "no /proc here";
  EXPECT_EQ(walk({"/proc"}), std::vector<std::string>{"proc"});
  ASSERT_EQ(problems_.size(), 1u);
  EXPECT_EQ(problems_[0].path, "/proc");
  EXPECT_EQ(problems_[0].what, "holds the kernel's own state, not files: skipped");
}

TEST_F(TreeWalks, a_directory_to_be_left_out_is_named_only_if_it_was_asked_for) {
  scratch_.write("device/archive.key", "secret");
  scratch_.write("file", "");
  ScanOptions options;
  options.left_out = scratch_ / "device";
  EXPECT_EQ(walk({scratch_.path()}, options), (std::vector{scratch_.path().substr(1), scratch_.archived("file")}));
  EXPECT_TRUE(problems_.empty());
  EXPECT_TRUE(walk({scratch_ / "device"}, options).empty());
  ASSERT_EQ(problems_.size(), 1u);
  EXPECT_NE(problems_[0].what.find("never backed up"), std::string::npos);
}

}  // namespace
}  // namespace coffer::client
