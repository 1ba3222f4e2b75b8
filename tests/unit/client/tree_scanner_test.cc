#include "client/tree_scanner.h"

#include <fcntl.h>

#include "scratch.h"

namespace coffer::client {
namespace {

std::vector<std::string> paths(const Scan& scan) {
  std::vector<std::string> all;
  for (const Found& found : scan.found) all.push_back(found.entry.path);
  return all;
}

TEST(TreeScanner, ARC_022_finds_everything_once_in_ascending_order_of_octets) {
  Scratch scratch;
  scratch.write("a/b", "");
  scratch.write("a.txt", "");
  scratch.write("\xff", "");
  const Scan scan = scan_tree({scratch.path(), scratch / "a", scratch / "a/b"}, {});
  EXPECT_EQ(paths(scan), (std::vector{scratch.path().substr(1), scratch.archived("a"), scratch.archived("a.txt"), scratch.archived("a/b"),
                                      scratch.archived("\xff")}));
  EXPECT_TRUE(scan.problems.empty());
}

TEST(TreeScanner, a_link_that_was_asked_for_is_kept_as_a_link_and_its_parents_are_resolved) {
  Scratch scratch;
  scratch.write("real/file", "");
  std::filesystem::create_symlink("real", scratch / "alias");
  const Scan link = scan_tree({scratch / "alias"}, {});
  ASSERT_EQ(link.found.size(), 1u);
  EXPECT_EQ(link.found[0].entry.type, archive::EntryType::symbolic_link);
  EXPECT_EQ(link.found[0].entry.target, "real");
  EXPECT_EQ(paths(scan_tree({scratch / "alias/file"}, {})), std::vector{scratch.archived("real/file")});
  EXPECT_EQ(paths(scan_tree({scratch / "alias/"}, {})), (std::vector{scratch.archived("real"), scratch.archived("real/file")}));
}

TEST(TreeScanner, a_file_replaced_by_a_link_or_a_pipe_is_not_opened) {
  Scratch scratch;
  scratch.write("secret", "x");
  std::filesystem::create_symlink("secret", scratch / "file");
  ASSERT_EQ(::mkfifo((scratch / "pipe").c_str(), 0600), 0);
  auto root = file_system_root();
  ASSERT_TRUE(root);
  EXPECT_EQ(open_file(*root, scratch.archived("file")).error().number, ELOOP);
  const auto pipe = open_file(*root, scratch.archived("pipe"));  // does not wait for a writer
  ASSERT_TRUE(pipe);
  OwnerNames owners;
  EXPECT_EQ(look("pipe", pipe->fd(), owners).error().number, ENXIO);
  ASSERT_TRUE(open_file(*root, scratch.archived("secret")));
  std::filesystem::create_directory_symlink(".", scratch / "here");
  EXPECT_FALSE(open_file(*root, scratch.archived("here/secret")));
}

TEST(TreeScanner, what_the_kernel_makes_up_is_named_and_not_entered) {
  const Scan scan = scan_tree({"/proc"}, {});
  if (!std::filesystem::exists("/proc/self")) GTEST_SKIP() << "no /proc here";
  EXPECT_EQ(paths(scan), std::vector<std::string>{"proc"});
  ASSERT_EQ(scan.problems.size(), 1u);
  EXPECT_EQ(scan.problems[0].path, "/proc");
  EXPECT_EQ(scan.problems[0].what, "holds the kernel's own state, not files: skipped");
}

TEST(TreeScanner, a_directory_to_be_left_out_is_named_only_if_it_was_asked_for) {
  Scratch scratch;
  scratch.write("device/archive.key", "secret");
  scratch.write("file", "");
  const ScanOptions options{.left_out = scratch / "device"};
  const Scan around = scan_tree({scratch.path()}, options);
  EXPECT_EQ(paths(around), (std::vector{scratch.path().substr(1), scratch.archived("file")}));
  EXPECT_TRUE(around.problems.empty());
  const Scan itself = scan_tree({scratch / "device"}, options);
  EXPECT_TRUE(itself.found.empty());
  ASSERT_EQ(itself.problems.size(), 1u);
  EXPECT_NE(itself.problems[0].what.find("never backed up"), std::string::npos);
}

TEST(TreeScanner, reading_leaves_the_access_time) {
  Scratch scratch;
  scratch.write("file", "x");
  const timespec old[2] = {{.tv_sec = 1'000, .tv_nsec = 0}, {.tv_sec = 2'000, .tv_nsec = 0}};
  ASSERT_EQ(::utimensat(AT_FDCWD, (scratch / "file").c_str(), old, 0), 0);
  auto root = file_system_root();
  auto file = open_file(*root, scratch.archived("file"));
  ASSERT_TRUE(file);
  char octet = 0;
  ASSERT_EQ(::read(file->fd(), &octet, 1), 1);
  EXPECT_EQ(scratch.status("file").st_atim.tv_sec, 1'000);
}

}  // namespace
}  // namespace coffer::client
