#include "client/tree_rescan.h"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>

#include "scratch.h"

namespace coffer::client {
namespace {

namespace fs = std::filesystem;

class TreeRescan : public testing::Test {
 protected:
  TreeRescan() {
    for (const char* name : {"t/a/one", "t/a/two", "t/a/deep/three", "t/b/four", "t/a-b/five"}) scratch_.write(name, name);
    last_ = whole();
  }
  Scan whole() { return scan_tree({scratch_ / "t"}, {}); }
  std::string at(const std::string& name) const { return scratch_.archived(name); }
  /// The same as a whole scan finds; and which directories it listed.
  void expect_right(const Dirty& dirty) {
    listed_.clear();
    const ScanOptions options{
        .left_out = {}, .one_file_system = false, .before_listing = [this](const std::string& path, int) { listed_.insert(path); }};
    const Scan again = scan_again(last_, dirty, options);
    const Scan expected = whole();
    std::vector<std::string> paths, expected_paths;
    for (const Found& found : again.found) paths.push_back(found.entry.path);
    for (const Found& found : expected.found) expected_paths.push_back(found.entry.path);
    EXPECT_EQ(paths, expected_paths);
    EXPECT_TRUE(again.found == expected.found);
    EXPECT_EQ(again.sources, expected.sources);
    EXPECT_EQ(again.closed, expected.closed);
    EXPECT_EQ(again.problems.size(), expected.problems.size());
    last_ = again;
  }

  Scratch scratch_;
  Scan last_;
  std::set<std::string> listed_;
};

TEST_F(TreeRescan, only_what_changed_is_listed) {
  scratch_.write("t/a/new", "n");
  fs::remove(scratch_ / "t/a/one");
  expect_right({.everything = false, .directories = {at("t/a")}, .trees = {}});
  EXPECT_EQ(listed_, (std::set<std::string>{at("t/a")}));
}

TEST_F(TreeRescan, a_new_directory_is_listed_with_all_that_is_in_it) {
  scratch_.write("t/a/new/inner/file", "n");
  expect_right({.everything = false, .directories = {at("t/a")}, .trees = {}});
  EXPECT_EQ(listed_, (std::set<std::string>{at("t/a"), at("t/a/new"), at("t/a/new/inner")}));
}

TEST_F(TreeRescan, a_renamed_directory_is_gone_at_its_old_path_with_all_that_was_in_it) {
  fs::rename(scratch_ / "t/a", scratch_ / "t/b/moved");
  expect_right({.everything = false, .directories = {at("t"), at("t/b")}, .trees = {}});
}

TEST_F(TreeRescan, a_directory_in_the_place_of_another_is_not_the_same) {
  fs::rename(scratch_ / "t/a", scratch_ / "t/b/moved");
  scratch_.write("t/a/deep/other", "o");
  expect_right({.everything = false, .directories = {at("t"), at("t/b")}, .trees = {}});
}

TEST_F(TreeRescan, what_is_named_and_gone_again_is_no_problem) {
  fs::remove_all(scratch_ / "t/a");
  expect_right({.everything = false, .directories = {at("t"), at("t/a"), at("t/a/deep"), "somewhere/else"}, .trees = {at("t/never")}});
}

TEST_F(TreeRescan, a_tree_is_looked_at_whole) {
  scratch_.write("t/a/deep/three", "changed without a word");
  expect_right({.everything = false, .directories = {}, .trees = {at("t/a")}});
  EXPECT_EQ(listed_, (std::set<std::string>{at("t/a"), at("t/a/deep")}));
}

TEST_F(TreeRescan, a_source_that_goes_and_comes_back_is_seen) {
  fs::rename(scratch_ / "t", scratch_ / "elsewhere");
  expect_right({.everything = false, .directories = {}, .trees = {at("t")}});
  EXPECT_TRUE(last_.found.empty());
  EXPECT_EQ(last_.problems.size(), 1u);
  fs::rename(scratch_ / "elsewhere", scratch_ / "t");
  expect_right({.everything = false, .directories = {}, .trees = {at("t")}});
  EXPECT_TRUE(last_.problems.empty());
}

TEST_F(TreeRescan, a_file_that_changed_through_another_of_its_names_is_seen_at_all_of_them) {
  fs::create_hard_link(scratch_ / "t/a/one", scratch_ / "t/b/one-again");
  expect_right({.everything = false, .directories = {at("t/b")}, .trees = {}});  // nothing tells that t/a/one has a second name now
  scratch_.write("t/b/one-again", "changed");
  expect_right({.everything = false, .directories = {at("t/b")}, .trees = {}});
  fs::remove(scratch_ / "t/b/one-again");
  expect_right({.everything = false, .directories = {at("t/b")}, .trees = {}});
}

TEST_F(TreeRescan, problems_of_places_that_were_looked_at_again_are_not_said_twice) {
  ASSERT_EQ(::mknod((scratch_ / "t/a/pipe").c_str(), S_IFSOCK | 0600, 0), 0);
  expect_right({.everything = false, .directories = {at("t/a")}, .trees = {}});
  scratch_.write("t/b/new", "");
  expect_right({.everything = false, .directories = {at("t/b")}, .trees = {}});
  expect_right({.everything = false, .directories = {at("t/a")}, .trees = {}});
  fs::remove(scratch_ / "t/a/pipe");
  expect_right({.everything = false, .directories = {at("t/a")}, .trees = {}});
}

}  // namespace
}  // namespace coffer::client
