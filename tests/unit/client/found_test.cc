#include "client/found.h"

#include <fcntl.h>

#include "scratch.h"

namespace coffer::client {
namespace {

TEST(FoundFiles, a_file_replaced_by_a_link_or_a_pipe_is_not_opened) {
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

TEST(FoundFiles, reading_leaves_the_access_time) {
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
