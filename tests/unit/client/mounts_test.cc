#include "client/mounts.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace coffer::client {
namespace {

TEST(Mounts, a_line_says_where_and_what) {
  const auto mount = mount_of("36 35 98:0 /mnt1 /mnt/usb\\040stick\\134 rw,noatime master:1 - ext3 /dev/root rw,errors=continue");
  ASSERT_TRUE(mount);
  EXPECT_EQ(mount->path, "mnt/usb stick\\");
  EXPECT_EQ(mount->what, "36 35 98:0 /mnt1");
  EXPECT_EQ(mount_of("25 1 8:1 / / rw - ext4 /dev/sda1 rw")->path, "");
}

TEST(Mounts, what_is_mounted_anew_is_another_and_new_options_are_none) {
  const auto mount = mount_of("36 35 0:40 / /mnt rw - tmpfs tmpfs rw");
  EXPECT_NE(mount_of("37 35 0:41 / /mnt rw - tmpfs tmpfs rw"), mount);
  EXPECT_EQ(mount_of("36 35 0:40 / /mnt ro - tmpfs tmpfs ro"), mount);
}

TEST(Mounts, a_line_that_is_none_says_nothing) {
  EXPECT_FALSE(mount_of(""));
  EXPECT_FALSE(mount_of("36 35 98:0 /mnt1"));
  EXPECT_FALSE(mount_of("36 35 98:0 /mnt1 mnt rw"));
}

TEST(Mounts, the_kernels_table_has_the_root) {
  const auto mounts = mounts_now();
  if (!mounts) GTEST_SKIP() << "there is no /proc here";
  EXPECT_TRUE(std::ranges::any_of(*mounts, [](const Mount& mount) { return mount.path.empty(); }));
}

}  // namespace
}  // namespace coffer::client
