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

/// What a reader does behind a block that is lost.
class BehindALoss : public testing::Test {
 protected:
  static Octets bytes(const Entry& entry) {
    const Octets one = encode(entry);
    Octets octets(4);
    for (std::size_t i = 0; i < 4; ++i) octets[i] = static_cast<std::uint8_t>(one.size() >> (24 - 8 * i));
    octets.insert(octets.end(), one.begin(), one.end());
    return octets;
  }
  static Octets join(std::initializer_list<Octets> parts) {
    Octets all;
    for (const Octets& part : parts) all.insert(all.end(), part.begin(), part.end());
    return all;
  }
  static Octets tail(const Octets& octets, std::size_t from) { return {octets.begin() + static_cast<std::ptrdiff_t>(from), octets.end()}; }
  static Octets head(const Octets& octets, std::size_t count) {
    return {octets.begin(), octets.begin() + static_cast<std::ptrdiff_t>(count)};
  }
  static Entry link(std::string path, std::string target) {
    return {.path = std::move(path),
            .type = EntryType::symbolic_link,
            .mode = 0777,
            .modified_ns = 1,
            .size = 0,
            .target = std::move(target),
            .blocks = {}};
  }
  std::vector<std::string> read(const Octets& block) {
    std::vector<std::string> paths;
    reader_.feed(block);
    while (true) {
      auto entry = reader_.next();
      if (!entry) error_ = entry.error();
      if (!entry || !*entry) return paths;
      paths.push_back((*entry)->path);
    }
  }
  using Paths = std::vector<std::string>;
  ManifestReader reader_;
  std::optional<ArchiveError> error_;
};

TEST_F(BehindALoss, the_next_entry_is_found_wherever_the_lost_block_ended) {
  const Octets first = bytes(file("b")), rest = join({bytes(file("c")), bytes(link("d", "c")), head(bytes(file("e")), 20)});
  for (std::size_t cut = 0; cut <= first.size(); ++cut) {
    ManifestReader fresh;
    std::swap(reader_, fresh);
    EXPECT_EQ(read(bytes(file("a"))), Paths{"a"});
    reader_.lose();
    EXPECT_EQ(read(join({tail(first, cut), rest})), cut == 0 ? (Paths{"b", "c", "d"}) : (Paths{"c", "d"})) << cut;
    EXPECT_EQ(read(tail(bytes(file("e")), 20)), Paths{"e"});
    EXPECT_FALSE(error_);
    EXPECT_TRUE(
        reader_.finish({.number = 1, .previous = {}, .created_ns = 0, .depth = 0, .ids = {}, .entry_count = 9, .content_octets = 99}));
    EXPECT_EQ(reader_.finish({.number = 1, .previous = {}, .created_ns = 0, .depth = 0, .ids = {}, .entry_count = 3, .content_octets = 99})
                  .error(),
              ArchiveError::manifest_differs);
  }
}

TEST_F(BehindALoss, an_entry_of_several_blocks_is_waited_for) {
  Entry long_one = file("b", 1 << 20U);
  long_one.blocks.assign(40'000, Digest{0x5a});
  const Octets whole = join({bytes(long_one), bytes(file("c"))});
  reader_.lose();
  EXPECT_EQ(read(join({samples::noise(1'000, 1), head(whole, 400'000)})), Paths{});
  EXPECT_EQ(read({whole.begin() + 400'000, whole.begin() + 800'000}), Paths{});
  EXPECT_EQ(read(tail(whole, 800'000)), (Paths{"b", "c"}));
  EXPECT_FALSE(error_);
}

TEST_F(BehindALoss, nothing_is_taken_for_an_entry_that_is_none) {
  EXPECT_EQ(read(bytes(file("m"))), Paths{"m"});
  reader_.lose();
  EXPECT_EQ(read(samples::noise(100'000, 2)), Paths{});
  EXPECT_EQ(read(Octets(100'000, 0)), Paths{});
  EXPECT_EQ(read(join({bytes(file("a")), Octets(32, 7)})), Paths{}) << "behind m there is no a, and no entry ends like that";
  EXPECT_EQ(read(join({bytes(file("n")), Octets(32, 7)})), Paths{});
  EXPECT_EQ(read(bytes(file("l"))), Paths{});
  EXPECT_EQ(read(bytes(file("o"))), Paths{"o"});
  EXPECT_FALSE(error_);
}

TEST_F(BehindALoss, what_no_manifest_may_have_is_refused_behind_it_too) {
  Entry climbing = file("b");
  climbing.path = "../b";
  for (const Octets& wrong : {bytes(climbing), bytes(file("a"))}) {
    ManifestReader fresh;
    std::swap(reader_, fresh);
    error_.reset();
    reader_.lose();
    EXPECT_EQ(read(join({bytes(file("a")), wrong, bytes(file("c"))})), Paths{});
    EXPECT_TRUE(error_);
  }
}

TEST_F(BehindALoss, a_block_full_of_what_looks_like_entries_is_given_up_in_time) {
  // Each begins an entry, and the last one ends all of them: a reader that followed every beginning would take days.
  Octets block;
  for (int i = 100'000; i < 112'000; ++i) {
    const Octets one = bytes(file("p" + std::to_string(i)));
    block.insert(block.end(), one.begin(), one.end());
  }
  block.insert(block.end(), 64, 7);
  reader_.lose();
  EXPECT_EQ(read(block), Paths{});
  EXPECT_EQ(read(bytes(file("q"))), Paths{"q"});
}

}  // namespace
}  // namespace coffer::archive
