#include "client/tree_writer.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <sys/xattr.h>
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

/// A file that a restore into `target` left unfinished in `directory` when it was ended.
std::string left_by_a_killed_restore(const Scratch& scratch, const std::string& directory) {
  const pid_t killed = ::fork();
  if (killed == 0) {
    auto tree = TreeWriter::open(scratch / "target", {.journal = scratch / "journal"});
    (void)put(*tree, file("a/placed"));
    (void)put(*tree, file("z/placed"));
    auto pending = tree->begin_file(file(directory + "/x"));
    ::_exit(0);
  }
  int status = 0;
  EXPECT_EQ(::waitpid(killed, &status, 0), killed);
  for (const auto& entry : std::filesystem::directory_iterator(scratch / ("target/" + directory)))
    if (entry.path().filename().string().starts_with(".coffer-")) return entry.path().filename();
  ADD_FAILURE() << "nothing was left";
  return {};
}

TEST(TreeWriter, ARC_085_what_a_killed_restore_left_is_removed_and_nothing_else) {
  Scratch scratch;
  std::filesystem::create_directory(scratch / "target");
  for (const char* directory : {"a", "new", "z"}) {
    const std::string folder = std::string("target/") + directory;
    const std::string left = left_by_a_killed_restore(scratch, directory);
    scratch.write(folder + "/.coffer-0123456789abcdef.1", "another restore's");
    scratch.write(folder + "/.coffer-mine", "mine");
    auto tree = TreeWriter::open(scratch / "target", {.journal = scratch / "journal"});
    ASSERT_TRUE(tree);
    EXPECT_FALSE(std::filesystem::exists(scratch / (folder + "/" + left))) << left;
    EXPECT_TRUE(std::filesystem::exists(scratch / (folder + "/.coffer-0123456789abcdef.1")));
    EXPECT_TRUE(std::filesystem::exists(scratch / (folder + "/.coffer-mine")));
    Problems problems;
    tree->finish(problems, true);
    EXPECT_FALSE(std::filesystem::exists(scratch / "journal"));
  }
}

TEST(TreeWriter, ARC_085_what_another_restore_is_writing_is_left_alone) {
  Scratch scratch;
  auto running = TreeWriter::open(scratch / "target", {.journal = scratch / "journal"});
  auto pending = running->begin_file(file("x"));
  ASSERT_TRUE(pending);
  auto tree = TreeWriter::open(scratch / "target", {.journal = scratch / "journal"});
  ASSERT_TRUE(tree);
  Problems problems;
  tree->finish(problems, true);
  EXPECT_TRUE(std::filesystem::exists(scratch / "journal")) << "it is the other one's";
  EXPECT_TRUE(running->finish_file(file("x"), std::move(*pending)));
}

TEST(TreeWriter, ARC_085_a_torn_record_names_nothing) {
  Scratch scratch;
  for (const std::string& record :
       {std::string("r\0", 2), std::string("r.coffer-\0", 10), std::string("r.coffer-0123456789abcde/.\0", 27)}) {
    scratch.write("journal", record);
    scratch.write("target/.coffer-0123456789abcdef.1", "another restore's");
    auto tree = TreeWriter::open(scratch / "target", {.journal = scratch / "journal"});
    ASSERT_TRUE(tree);
    EXPECT_TRUE(std::filesystem::exists(scratch / "target/.coffer-0123456789abcdef.1"));
  }
}

/// A file that is there with an entry's size and time, and that entry, with another mode and attribute than it has.
class ThereAlready : public testing::Test {
 protected:
  ThereAlready() {
    scratch_.write("target/x", "");
    const timespec times[2] = {{0, UTIME_OMIT}, {0, 1}};
    EXPECT_EQ(::utimensat(AT_FDCWD, path_.c_str(), times, 0), 0);
    EXPECT_EQ(::chmod(path_.c_str(), 0640), 0);
    attributes_ = ::setxattr(path_.c_str(), "user.mine", "m", 1, 0) == 0;
    entry_.owner = ::geteuid(), entry_.group = ::getegid();
    if (attributes_) entry_.attributes = {{"user.kept", "k"}};
  }
  Verdict judge(Conflict rule) {
    auto tree = TreeWriter::open(scratch_ / "target", {.conflict = rule});
    const auto verdict = tree->judge(entry_);
    reduced_ = tree->reduced();
    return verdict.value_or(Verdict::write);
  }
  mode_t mode() const { return scratch_.status("target/x").st_mode & 07777; }

  Scratch scratch_;
  const std::string path_ = scratch_ / "target/x";
  archive::Entry entry_ = file("x");
  bool attributes_ = false;
  Problems reduced_;
};

TEST_F(ThereAlready, ARC_083_overwriting_gives_it_the_metadata_of_its_entry) {
  const ino_t before = scratch_.status("target/x").st_ino;
  EXPECT_EQ(judge(Conflict::overwrite), Verdict::there);
  EXPECT_EQ(mode(), 0644u);
  EXPECT_EQ(scratch_.status("target/x").st_ino, before);
  EXPECT_EQ(scratch_.status("target/x").st_mtim.tv_nsec, 1);
  EXPECT_TRUE(reduced_.empty());
  if (!attributes_) return;
  EXPECT_EQ(::getxattr(path_.c_str(), "user.kept", nullptr, 0), 1);
  EXPECT_LT(::getxattr(path_.c_str(), "user.mine", nullptr, 0), 0);
}

TEST_F(ThereAlready, ARC_083_a_file_with_names_elsewhere_is_replaced_and_not_changed) {
  std::filesystem::create_hard_link(path_, scratch_ / "outside");
  EXPECT_EQ(judge(Conflict::overwrite), Verdict::write);
  EXPECT_EQ(mode(), 0640u);
}

TEST_F(ThereAlready, ARC_084_by_every_other_rule_it_stays_and_is_said_each_time) {
  for (const Conflict rule : {Conflict::fail, Conflict::skip, Conflict::rename, Conflict::newer, Conflict::fail}) {
    EXPECT_EQ(judge(rule), Verdict::there);
    EXPECT_EQ(mode(), 0640u);
    ASSERT_EQ(reduced_.size(), attributes_ ? 2u : 1u);
    EXPECT_NE(reduced_.back().what.find("without its mode"), std::string::npos) << reduced_.back().what;
    if (attributes_) {
      EXPECT_NE(reduced_.front().what.find("extended attributes"), std::string::npos) << reduced_.front().what;
    }
  }
}

TEST_F(ThereAlready, ARC_084_an_owner_that_it_does_not_have_is_said_each_time) {
  entry_.attributes.clear();
  ::removexattr(path_.c_str(), "user.mine");
  entry_.mode = 0640;
  EXPECT_EQ(judge(Conflict::fail), Verdict::there);
  EXPECT_TRUE(reduced_.empty());
  entry_.owner_name = "nobody-of-that-name-here";
  judge(Conflict::fail);
  ASSERT_EQ(reduced_.size(), 1u);
  EXPECT_NE(reduced_[0].what.find("by name"), std::string::npos) << reduced_[0].what;
  entry_.owner = 0xFFFFFFFF;
  judge(Conflict::fail);
  ASSERT_EQ(reduced_.size(), 1u);
  EXPECT_NE(reduced_[0].what.find("owner and group"), std::string::npos) << reduced_[0].what;
}

TEST(TreeWriter, ARC_084_a_directory_that_was_there_keeps_its_mode_and_it_is_said) {
  Scratch scratch;
  scratch.write("target/d/mine", "");
  std::filesystem::permissions(scratch / "target/d", std::filesystem::perms{0750});
  const archive::Entry directory{
      .path = "d", .type = archive::EntryType::directory, .mode = 0755, .modified_ns = 5, .owner = ::geteuid(), .group = ::getegid()};
  auto tree = TreeWriter::open(scratch / "target", {});
  ASSERT_TRUE(tree->directory(directory));
  Problems problems;
  tree->finish(problems, true);
  EXPECT_EQ(scratch.status("target/d").st_mode & 07777u, 0750u);
  ASSERT_EQ(tree->reduced().size(), 1u);
  EXPECT_NE(tree->reduced()[0].what.find("mode"), std::string::npos);
}

TEST(TreeWriter, ARC_086_what_was_renamed_before_is_found_under_that_name) {
  Scratch scratch;
  scratch.write("target/x", "mine");
  archive::Entry first = file("x");
  first.owner = ::geteuid(), first.group = ::getegid();
  const archive::Entry second{.path = "y", .type = archive::EntryType::hard_link, .target = "x"};
  scratch.write("target/y", "mine too");
  scratch.write("target/x.restored", "mine three");
  for (int run = 0; run < 3; ++run) {
    auto tree = TreeWriter::open(scratch / "target", {.conflict = Conflict::rename});
    ASSERT_EQ(tree->judge(first), run == 0 ? Verdict::write : Verdict::there);
    if (run == 0) {
      ASSERT_TRUE(put(*tree, first));
    }
    ASSERT_EQ(tree->judge(second), run == 0 ? Verdict::write : Verdict::there);
    if (run == 0) {
      ASSERT_TRUE(tree->hard_link(second));
    }
    EXPECT_EQ(tree->renamed().size(), 2u);
    EXPECT_TRUE(tree->reduced().empty());
  }
  EXPECT_EQ(scratch.status("target/x.restored-2").st_ino, scratch.status("target/y.restored").st_ino);
  EXPECT_EQ(picture(scratch / "target").size(), 5u);
}

TEST(TreeWriter, ARC_086_what_has_that_name_and_another_content_is_not_taken_for_it) {
  Scratch scratch;
  scratch.write("target/x", "mine");
  scratch.write("target/x.restored", "mine too");
  auto tree = TreeWriter::open(scratch / "target", {.conflict = Conflict::rename});
  EXPECT_EQ(tree->judge(file("x")), Verdict::write);
  archive::Entry same = file("x", 8);
  same.modified_ns =
      scratch.status("target/x.restored").st_mtim.tv_sec * 1'000'000'000 + scratch.status("target/x.restored").st_mtim.tv_nsec;
  EXPECT_EQ(tree->judge(same), Verdict::there);
  std::string asked;
  const auto other = [&](const archive::Entry& there) {
    asked = there.path;
    return false;
  };
  EXPECT_EQ(tree->judge(same, other), Verdict::write);
  EXPECT_EQ(asked, "x.restored");
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

TEST(TreeWriter, a_directory_in_an_entrys_place_stays_by_every_rule_and_the_rule_says_what_becomes_of_the_entry) {
  Scratch scratch;
  scratch.write("target/x/inside", "mine");
  archive::Entry old = file("x"), young = file("x");
  old.modified_ns = 1;
  young.modified_ns = 4'000'000'000'000'000'000;
  const auto judge = [&](Conflict rule, const archive::Entry& entry) {
    auto tree = TreeWriter::open(scratch / "target", {.conflict = rule});
    return tree->judge(entry);
  };
  for (const Conflict rule : {Conflict::fail, Conflict::overwrite}) {
    const auto verdict = judge(rule, young);
    ASSERT_FALSE(verdict);
    EXPECT_NE(verdict.error().what.find("is a directory"), std::string::npos);
  }
  EXPECT_EQ(judge(Conflict::skip, young), Verdict::left);
  EXPECT_EQ(judge(Conflict::newer, old), Verdict::left);
  EXPECT_FALSE(judge(Conflict::newer, young));
  auto tree = TreeWriter::open(scratch / "target", {.conflict = Conflict::rename});
  ASSERT_EQ(tree->judge(young), Verdict::write);
  ASSERT_TRUE(put(*tree, young));
  EXPECT_EQ(tree->renamed().size(), 1u);
  EXPECT_TRUE(S_ISREG(scratch.status("target/x.restored").st_mode));
  EXPECT_EQ(scratch.read("target/x/inside"), "mine");
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
