#include "client/tree_writer.h"

#include <sys/wait.h>
#include <unistd.h>

#include "scratch.h"

namespace coffer::client {
namespace {

archive::Entry file(std::string path, std::uint64_t size = 0) {
  return {
      .path = std::move(path), .type = archive::EntryType::file, .mode = 0644, .modified_ns = 1, .size = size, .target = {}, .blocks = {}};
}

Written put(TreeWriter& tree, const archive::Entry& entry) {
  auto pending = tree.begin_file(entry);
  if (!pending) return std::unexpected(pending.error());
  return tree.finish_file(entry, std::move(*pending));
}

TEST(TreeWriter, ARC_026_refuses_unsafe_paths_whoever_calls) {
  Scratch scratch;
  auto tree = TreeWriter::open(scratch / "target", {.conflict = Conflict::overwrite});
  ASSERT_TRUE(tree);
  for (const char* path : {"../x", "/x", "a/../../x", "", ".", "a//b"}) EXPECT_FALSE(put(*tree, file(path))) << path;
  EXPECT_FALSE(std::filesystem::exists(scratch / "x"));
}

TEST(TreeWriter, ARC_026_a_directory_swapped_for_a_link_during_the_restore_leads_nowhere_else) {
  Scratch scratch;
  std::filesystem::create_directory(scratch / "outside");
  auto tree = TreeWriter::open(scratch / "target", {});
  ASSERT_TRUE(tree);
  const archive::Entry directory{
      .path = "d", .type = archive::EntryType::directory, .mode = 0755, .modified_ns = 5, .size = 0, .target = {}, .blocks = {}};
  ASSERT_TRUE(tree->directory(directory));
  ASSERT_TRUE(put(*tree, file("d/first")));
  ASSERT_TRUE(put(*tree, file("e/other")));  // so that d is not held open
  std::filesystem::rename(scratch / "target/d", scratch / "target/moved");
  std::filesystem::create_directory_symlink(scratch / "outside", scratch / "target/d");
  EXPECT_FALSE(put(*tree, file("d/second")));
  Problems problems;
  tree->finish(problems, true);
  EXPECT_EQ(problems.size(), 1u);  // the mode of d cannot be set, and outside keeps its own
  EXPECT_TRUE(std::filesystem::is_empty(scratch / "outside"));
  EXPECT_NE(scratch.status("outside").st_mtim.tv_sec, 0);
}

TEST(TreeWriter, a_file_that_is_not_finished_leaves_nothing) {
  Scratch scratch;
  auto tree = TreeWriter::open(scratch / "target", {});
  ASSERT_TRUE(tree);
  {
    auto pending = tree->begin_file(file("x", 3));
    ASSERT_TRUE(pending);
    ASSERT_TRUE(pending->write(Octets{1, 2, 3}));
    EXPECT_FALSE(std::filesystem::exists(scratch / "target/x"));
  }
  EXPECT_TRUE(std::filesystem::is_empty(scratch / "target"));
}

TEST(TreeWriter, what_a_killed_restore_left_under_its_temporary_name_is_in_nobodys_way) {
  Scratch scratch;
  std::filesystem::create_directory(scratch / "target");
  const pid_t killed = ::fork();
  if (killed == 0) {
    auto tree = TreeWriter::open(scratch / "target", {});
    auto pending = tree->begin_file(file("x"));
    ::_exit(0);  // as one that is killed: nothing is removed
  }
  int status = 0;
  ASSERT_EQ(::waitpid(killed, &status, 0), killed);
  ASSERT_EQ(picture(scratch / "target").size(), 1u);
  const std::string left = picture(scratch / "target").begin()->first;
  EXPECT_EQ(left.find(std::to_string(killed) + "-"), std::string::npos) << "another process can have this number, and none has this name";
  // The same names again, as in a container where the next restore has the number of the one before.
  for (int i = 1; i < 10; ++i) scratch.write("target/.coffer-" + std::to_string(::getpid()) + "-" + std::to_string(i), "left");
  auto tree = TreeWriter::open(scratch / "target", {});
  EXPECT_TRUE(put(*tree, file("x")));
  EXPECT_TRUE(put(*tree, file("y")));
}

TEST(TreeWriter, ARC_027_a_file_that_appears_meanwhile_is_not_replaced) {
  Scratch scratch;
  auto tree = TreeWriter::open(scratch / "target", {});
  ASSERT_TRUE(tree);
  auto pending = tree->begin_file(file("x"));
  ASSERT_TRUE(pending);
  scratch.write("target/x", "mine");
  EXPECT_FALSE(tree->finish_file(file("x"), std::move(*pending)));
  EXPECT_EQ(scratch.read("target/x"), "mine");
  EXPECT_EQ(picture(scratch / "target").size(), 1u);
}

TEST(TreeWriter, overwriting_replaces_links_themselves_and_never_a_directory_by_a_file) {
  Scratch scratch;
  scratch.write("outside", "untouched");
  scratch.write("target/directory/inside", "x");
  std::filesystem::create_symlink(scratch / "outside", scratch / "target/link");
  auto tree = TreeWriter::open(scratch / "target", {.conflict = Conflict::overwrite});
  ASSERT_TRUE(tree);
  EXPECT_TRUE(put(*tree, file("link")));
  EXPECT_FALSE(put(*tree, file("directory")));
  EXPECT_EQ(scratch.read("outside"), "untouched");
  EXPECT_TRUE(S_ISREG(scratch.status("target/link").st_mode));
  EXPECT_EQ(scratch.read("target/directory/inside"), "x");
}

TEST(TreeWriter, overwriting_enters_directories_that_an_earlier_restore_closed_and_closes_them_again) {
  Scratch scratch;
  scratch.write("target/closed/file", "old");
  std::filesystem::permissions(scratch / "target/closed", std::filesystem::perms{0050});
  auto tree = TreeWriter::open(scratch / "target", {.conflict = Conflict::overwrite});
  ASSERT_TRUE(tree);
  const archive::Entry closed{
      .path = "closed", .type = archive::EntryType::directory, .mode = 0050, .modified_ns = 5, .size = 0, .target = {}, .blocks = {}};
  ASSERT_TRUE(tree->directory(closed));
  EXPECT_EQ(scratch.status("target/closed").st_mode & 07777u, 0750u);
  EXPECT_TRUE(put(*tree, file("closed/file")));
  Problems problems;
  tree->finish(problems, true);
  EXPECT_TRUE(problems.empty());
  EXPECT_EQ(scratch.status("target/closed").st_mode & 07777u, 0050u);
}

TEST(TreeWriter, a_name_in_a_refusal_is_printable) {
  Scratch scratch;
  auto tree = TreeWriter::open(scratch / "target", {.conflict = Conflict::overwrite});
  ASSERT_TRUE(tree);
  const archive::Entry other{
      .path = "b", .type = archive::EntryType::hard_link, .mode = 0, .modified_ns = 0, .size = 0, .target = "a\x1b[31m", .blocks = {}};
  const auto linked = tree->hard_link(other);
  ASSERT_FALSE(linked);
  EXPECT_EQ(linked.error().what, "is another name of a\\x1b[31m, which was not restored");
}

TEST(TreeWriter, a_target_that_cannot_be_made_says_so) {
  Scratch scratch;
  scratch.write("file", "");
  EXPECT_EQ(TreeWriter::open(scratch / "file", {}).error().code, ExitCode::local);
  EXPECT_EQ(TreeWriter::open(scratch / "no/such/parent", {}).error().code, ExitCode::local);
}

TEST(TreeWriter, names_that_fall_together_do_not_replace_each_other) {
  Scratch scratch;
  auto tree = TreeWriter::open(scratch / "target", {.conflict = Conflict::overwrite});
  ASSERT_TRUE(tree);
  ASSERT_TRUE(put(*tree, file("Name")));
  // As on a file system that takes both for one name.
  std::filesystem::create_hard_link(scratch / "target/Name", scratch / "target/name");
  const auto second = put(*tree, file("name"));
  ASSERT_FALSE(second);
  EXPECT_NE(second.error().what.find("falls together"), std::string::npos) << second.error().what;
}

}  // namespace
}  // namespace coffer::client
