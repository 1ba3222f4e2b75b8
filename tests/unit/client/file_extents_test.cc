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
  EXPECT_TRUE(back_up().problems.empty());
  const auto report = restore(1);
  ASSERT_TRUE(report);
  EXPECT_TRUE(report->problems.empty());
  EXPECT_EQ(scratch_.read(restored() + "/file"), scratch_.read("source/file"));
  EXPECT_LT(scratch_.status(restored() + "/file").st_blocks * 512, scratch_.status("source/file").st_size);
}

}  // namespace
}  // namespace coffer::client
