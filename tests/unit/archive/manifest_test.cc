#include "archive/manifest.h"

#include <gtest/gtest.h>

#include "samples.h"

namespace coffer::archive {
namespace {

Entry file(std::string path, std::uint64_t size = 3) {
  return {
      .path = std::move(path), .type = EntryType::file, .mode = 0644, .modified_ns = 1, .size = size, .target = {}, .blocks = {Digest{1}}};
}

class Manifests : public testing::Test {
 protected:
  ManifestWriter writer() {
    return {table_, vault_, [this](NamedBlock block) { blocks_.push_back(std::move(block)); }};
  }
  GearTable table_ = gear_table(samples::keys().chunker);
  BlockVault vault_{samples::keys()};
  std::vector<NamedBlock> blocks_;
};

TEST_F(Manifests, ARC_022_entries_come_back_in_order_whatever_the_blocks_cut) {
  auto writer = this->writer();
  std::vector<std::string> paths;
  for (int i = 10'000; i < 16'000; ++i) paths.push_back("directory/file-" + std::to_string(i));
  for (const auto& path : paths) ASSERT_TRUE(writer.add(file(path)));
  const ManifestSummary summary = writer.finish();
  ASSERT_GT(summary.ids.size(), 1u);
  EXPECT_EQ(summary.entry_count, 6'000u);
  EXPECT_EQ(summary.content_octets, 18'000u);

  ManifestReader reader;
  std::vector<std::string> read;
  for (std::size_t i = 0; i < blocks_.size(); ++i) {
    EXPECT_EQ(blocks_[i].id, summary.ids[i]);
    EXPECT_EQ(blocks_[i].id, vault_.id(BlockKind::manifest, blocks_[i].octets));
    reader.feed(blocks_[i].octets);
    while (true) {
      auto entry = reader.next();
      ASSERT_TRUE(entry) << describe(entry.error());
      if (!*entry) break;
      read.push_back((*entry)->path);
    }
  }
  EXPECT_EQ(read, paths);
  VersionRecord record{.number = 1, .previous = {}, .created_ns = 0, .depth = 0, .ids = {}, .entry_count = 6'000, .content_octets = 18'000};
  EXPECT_TRUE(reader.finish(record));
  record.content_octets++;
  EXPECT_EQ(reader.finish(record).error(), ArchiveError::manifest_differs);
  record.content_octets--;
  record.entry_count--;
  EXPECT_EQ(reader.finish(record).error(), ArchiveError::manifest_differs);
}

TEST_F(Manifests, ARC_022_entries_out_of_order_are_neither_written_nor_read) {
  auto writer = this->writer();
  ASSERT_TRUE(writer.add(file("b")));
  EXPECT_EQ(writer.add(file("b")).error(), ArchiveError::entries_not_ascending);
  EXPECT_EQ(writer.add(file("a")).error(), ArchiveError::entries_not_ascending);
  EXPECT_EQ(writer.add(file("../c")).error(), ArchiveError::path_unsafe);
  EXPECT_TRUE(writer.add(file("b/c")));
  EXPECT_EQ(writer.finish().entry_count, 2u);

  ManifestReader reader;
  for (const char* path : {"b", "a"}) {
    const Octets entry = encode(file(path));
    reader.feed(Octets{0, 0, 0, static_cast<std::uint8_t>(entry.size())});
    reader.feed(entry);
  }
  EXPECT_TRUE(reader.next());
  EXPECT_EQ(reader.next().error(), ArchiveError::entries_not_ascending);
  EXPECT_EQ(reader.next().error(), ArchiveError::entries_not_ascending);  // and stays so
}

TEST_F(Manifests, a_length_that_promises_more_than_comes_is_truncation) {
  ManifestReader reader;
  reader.feed(Octets{0xff, 0xff, 0xff, 0xff, 1, 2, 3});
  const auto entry = reader.next();
  ASSERT_TRUE(entry);
  EXPECT_FALSE(*entry);
  EXPECT_EQ(reader.finish({}).error(), ArchiveError::manifest_truncated);
}

TEST_F(Manifests, an_empty_manifest_has_no_blocks) {
  auto writer = this->writer();
  EXPECT_TRUE(writer.finish().ids.empty());
  EXPECT_TRUE(ManifestReader().finish({}));
}

}  // namespace
}  // namespace coffer::archive
