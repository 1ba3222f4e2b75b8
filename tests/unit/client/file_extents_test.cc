#include "client/file_extents.h"

#include <fcntl.h>

#include "archive_fixture.h"
#include "client/descriptor.h"

namespace coffer::client {
namespace {

using archive::Extent;

TEST(FileExtents, the_smallest_holes_are_taken_for_data_until_there_are_few_enough) {
  const std::vector<Extent> extents{{0, 10}, {20, 10}, {35, 5}, {100, 1}};  // holes of 10, 5, 60
  EXPECT_EQ(coalesce(extents, 4), extents);
  EXPECT_EQ(coalesce(extents, 3), (std::vector<Extent>{{0, 10}, {20, 20}, {100, 1}}));
  EXPECT_EQ(coalesce(extents, 2), (std::vector<Extent>{{0, 40}, {100, 1}}));
  EXPECT_EQ(coalesce(extents, 1), (std::vector<Extent>{{0, 101}}));
  EXPECT_EQ(coalesce({{0, 1}, {2, 1}, {4, 1}, {6, 1}}, 2), (std::vector<Extent>{{0, 5}, {6, 1}}));  // holes of one size: the first go
}

TEST(FileExtents, of_an_open_file) {
  Scratch scratch;
  const Descriptor file(::open((scratch / "file").c_str(), O_RDWR | O_CREAT, 0600));
  EXPECT_TRUE(data_extents(file.fd(), 0).empty());
  ASSERT_EQ(::ftruncate(file.fd(), 10 << 20), 0);
  EXPECT_TRUE(data_extents(file.fd(), 10 << 20).empty());
  ASSERT_EQ(::pwrite(file.fd(), "x", 1, 4 << 20), 1);
  const auto extents = data_extents(file.fd(), 10 << 20);
  ASSERT_EQ(extents.size(), 1u);
  EXPECT_LE(extents[0].offset, 4u << 20U);
  EXPECT_LT(extents[0].length, 1u << 20U);
}

using SparseFile = ArchiveTest;

TEST_F(SparseFile, ARC_067_more_pieces_than_an_entry_takes_come_back_with_their_content) {
  std::filesystem::create_directory(scratch_ / "source");
  const int fd = ::open((scratch_ / "source/file").c_str(), O_RDWR | O_CREAT, 0600);
  constexpr int pieces = 5'000;
  for (int piece = 0; piece < pieces; ++piece) ASSERT_EQ(::pwrite(fd, &piece, sizeof piece, piece * 16'384 + piece % 3 * 4'096), 4);
  ::close(fd);
  // [ARC-087] Named in each version, also in one of a file that is as it was.
  for (const std::uint64_t unchanged : {0U, 1U}) {
    const auto saved = back_up();
    EXPECT_EQ(saved.files_unchanged, unchanged);
    ASSERT_EQ(saved.problems.size(), 1u);
    EXPECT_EQ(saved.problems[0].path, scratch_ / "source/file");
    EXPECT_NE(saved.problems[0].what.find("smallest holes"), std::string::npos);
  }
  const auto report = restore(2);
  ASSERT_TRUE(report);
  EXPECT_TRUE(report->problems.empty());
  EXPECT_EQ(scratch_.read(restored() + "/file"), scratch_.read("source/file"));
  EXPECT_LT(scratch_.status(restored() + "/file").st_blocks * 512, scratch_.status("source/file").st_size);
}

TEST_F(SparseFile, ARC_067_holes_are_found_in_a_file_that_takes_more_room_than_its_size) {
  std::filesystem::create_directory(scratch_ / "source");
  constexpr off_t hole = 1 << 20;
  const int fd = ::open((scratch_ / "source/file").c_str(), O_RDWR | O_CREAT, 0600);
  ASSERT_EQ(::pwrite(fd, "begin", 5, 0), 5);
  ASSERT_EQ(::pwrite(fd, "end", 3, hole), 3);
  if (::fallocate(fd, FALLOC_FL_KEEP_SIZE, 2 * hole, 4 * hole) != 0) GTEST_SKIP() << "no room can be reserved here";
  ::close(fd);
  ASSERT_GE(scratch_.status("source/file").st_blocks * 512, scratch_.status("source/file").st_size);
  EXPECT_TRUE(back_up().problems.empty());
  ASSERT_TRUE(restore(1));
  EXPECT_EQ(scratch_.read(restored() + "/file"), scratch_.read("source/file"));
  EXPECT_LT(scratch_.status(restored() + "/file").st_blocks * 512, hole / 2);
}

}  // namespace
}  // namespace coffer::client
