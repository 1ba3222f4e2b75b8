#include "archive/manifest.h"

#include <gtest/gtest.h>

#include <bit>
#include <map>
#include <random>
#include <set>

#include "archive/id_list.h"
#include "samples.h"

namespace coffer::archive {
namespace {

Entry file(std::string path, std::uint64_t size = 3) {
  Entry entry;
  entry.path = std::move(path);
  entry.mode = 0644;
  entry.size = size;
  if (size > 0) entry.blocks = {Digest{1}};
  return entry;
}

class Manifests : public testing::Test {
 protected:
  using Blocks = std::map<Digest, NamedBlock>;

  /// The tree of these paths, and its blocks.
  ManifestSummary write(const std::vector<std::string>& paths, Blocks& blocks) {
    ManifestWriter writer(table_, vault_, [&](NamedBlock block) { blocks[block.id] = std::move(block); });
    for (const std::string& path : paths) EXPECT_TRUE(writer.add(file(path)));
    return writer.finish();
  }

  /// All leaves under a place, each with its rows; every block is read by what its parent says of it.
  void read(const Blocks& blocks, const Place& place, int level, std::vector<std::vector<Entry>>& leaves) {
    const auto block = blocks.find(place.id);
    ASSERT_NE(block, blocks.end());
    ASSERT_EQ(block->second.kind, level == 0 ? BlockKind::leaf : BlockKind::node);
    ASSERT_EQ(block->second.id, vault_.id(block->second.kind, block->second.octets));
    if (level == 0) {
      auto entries = read_leaf(block->second.octets, place);
      ASSERT_TRUE(entries) << describe(entries.error());
      leaves.push_back(std::move(*entries));
      return;
    }
    const auto children = read_node(block->second.octets, place);
    ASSERT_TRUE(children) << describe(children.error());
    for (const Place& child : *children) read(blocks, child, level - 1, leaves);
  }

  std::vector<std::string> paths_of(const Blocks& blocks, const ManifestSummary& summary) {
    std::vector<std::vector<Entry>> leaves;
    if (summary.root) read(blocks, {*summary.root, {}, std::nullopt}, summary.depth, leaves);
    std::vector<std::string> paths;
    for (const auto& leaf : leaves)
      for (const Entry& entry : leaf) paths.push_back(entry.path);
    return paths;
  }

  static std::vector<std::string> many(int count) {
    std::vector<std::string> paths;
    for (int i = 0; i < count; ++i) paths.push_back("directory/file-" + std::to_string(100'000 + i));
    return paths;
  }

  GearTable table_ = gear_table(samples::keys().chunker);
  BlockVault vault_{samples::keys()};
};

TEST_F(Manifests, ARC_022_entries_come_back_in_order_from_any_depth) {
  for (const int count : {1, 2, 63, 700, 20'000}) {
    Blocks blocks;
    const auto paths = many(count);
    const ManifestSummary summary = write(paths, blocks);
    EXPECT_EQ(paths_of(blocks, summary), paths);
    EXPECT_EQ(summary.entry_count, paths.size());
    EXPECT_EQ(summary.content_octets, 3 * paths.size());
    if (count == 20'000) {
      EXPECT_GE(summary.depth, 2);
    }
  }
}

TEST_F(Manifests, a_tree_of_one_leaf_has_no_node_and_no_entries_no_tree) {
  Blocks blocks;
  EXPECT_EQ(write({"a"}, blocks).depth, 0);
  EXPECT_EQ(blocks.size(), 1u);
  blocks.clear();
  EXPECT_FALSE(write({}, blocks).root);
  EXPECT_TRUE(blocks.empty());
}

TEST_F(Manifests, ARC_062_leaves_end_where_the_path_hash_says_or_when_they_are_full) {
  auto paths = many(3'000);
  for (int i = 0; i < 100; ++i) paths.push_back("long/" + std::string(4'000, 'x') + std::to_string(100 + i));
  Blocks blocks;
  const ManifestSummary summary = write(paths, blocks);
  std::vector<std::vector<Entry>> leaves;
  read(blocks, {*summary.root, {}, std::nullopt}, summary.depth, leaves);
  int full = 0;
  for (std::size_t leaf = 0; leaf + 1 < leaves.size(); ++leaf) {
    std::size_t octets = 0;
    for (std::size_t i = 0; i < leaves[leaf].size(); ++i) {
      const Entry& entry = leaves[leaf][i];
      octets += 4 + encode(entry).size();
      const bool by_hash = std::countl_zero(path_hash(table_, entry.path)) >= 6, by_size = octets >= 65'536;
      EXPECT_EQ(by_hash || by_size, i + 1 == leaves[leaf].size()) << entry.path;
      full += by_size && !by_hash;
    }
  }
  EXPECT_GT(full, 2);
}

TEST_F(Manifests, one_change_changes_one_block_of_each_level) {
  std::mt19937 random(1);
  const auto paths = many(5'000);
  Blocks before;
  const ManifestSummary summary = write(paths, before);
  for (int round = 0; round < 20; ++round) {
    // Another content, an entry more, an entry less: a level may get a block more or less when an end comes or goes.
    const std::size_t at = random() % paths.size();
    Blocks after;
    ManifestWriter writer(table_, vault_, [&](NamedBlock block) { after[block.id] = std::move(block); });
    for (std::size_t i = 0; i < paths.size(); ++i) {
      if (i == at && round % 3 == 1) continue;
      ASSERT_TRUE(writer.add(file(paths[i], i == at && round % 3 == 0 ? 4 : 3)));
      if (i == at && round % 3 == 2) {
        ASSERT_TRUE(writer.add(file(paths[i] + "+")));
      }
    }
    const ManifestSummary changed = writer.finish();
    std::size_t fresh = 0;
    for (const auto& [id, block] : after) fresh += !before.contains(id);
    EXPECT_GE(fresh, 1u);
    EXPECT_LE(fresh, 2U * (changed.depth + 1U)) << "round " << round;
    EXPECT_NE(changed.root, summary.root);
  }
}

TEST_F(Manifests, ARC_022_entries_out_of_order_are_neither_written_nor_read) {
  ManifestWriter writer(table_, vault_, [](NamedBlock) {});
  ASSERT_TRUE(writer.add(file("b")));
  EXPECT_EQ(writer.add(file("b")).error(), ArchiveError::paths_not_ascending);
  EXPECT_EQ(writer.add(file("a")).error(), ArchiveError::paths_not_ascending);
  EXPECT_EQ(writer.add(file("../c")).error(), ArchiveError::path_unsafe);
  EXPECT_TRUE(writer.add(file("b/c")));
  EXPECT_EQ(writer.finish().entry_count, 2u);
}

Octets rows(const std::vector<Octets>& encoded) {
  Octets block;
  for (const Octets& row : encoded) {
    block.insert(block.end(), {0, 0, static_cast<std::uint8_t>(row.size() >> 8), static_cast<std::uint8_t>(row.size())});
    block.insert(block.end(), row.begin(), row.end());
  }
  return block;
}

TEST_F(Manifests, ARC_064_a_block_is_read_only_where_its_parent_says_that_it_stands) {
  const Octets leaf = rows({encode(file("b")), encode(file("c"))});
  const auto at = [&](std::string first, std::optional<std::string> before) {
    const auto read = read_leaf(leaf, {{}, std::move(first), std::move(before)});
    return read ? std::nullopt : std::optional(read.error());
  };
  EXPECT_EQ(at("", std::nullopt), std::nullopt);
  EXPECT_EQ(at("b", "d"), std::nullopt);
  EXPECT_EQ(at("a", "d"), ArchiveError::place_differs);
  EXPECT_EQ(at("b", "c"), ArchiveError::place_differs);
  const Octets node = rows({encode(Child{"b", Digest{1}}), encode(Child{"c", Digest{2}})});
  const auto children = read_node(node, {{}, "b", "d"});
  ASSERT_TRUE(children);
  EXPECT_EQ(children->at(0).before, "c");
  EXPECT_EQ(children->at(1).before, "d");
  EXPECT_EQ(read_node(node, {{}, "a", "d"}).error(), ArchiveError::place_differs);
  EXPECT_EQ(read_node(node, {{}, "b", "c"}).error(), ArchiveError::place_differs);
}

TEST_F(Manifests, rows_that_end_too_early_are_refused_at_every_octet) {
  const Octets leaf = rows({encode(file("a")), encode(file("b"))});
  const Octets one = rows({encode(file("a"))});
  for (std::size_t cut = 0; cut < leaf.size(); ++cut) {
    if (cut == one.size()) continue;
    EXPECT_EQ(read_leaf(View(leaf).first(cut), {}).error(), ArchiveError::rows_truncated) << cut;
  }
  EXPECT_EQ(read_leaf(Octets{0xff, 0xff, 0xff, 0xff, 1, 2, 3}, {}).error(), ArchiveError::rows_truncated);
}

TEST_F(Manifests, ARC_046_counts_are_held_against_the_record) {
  VersionRecord record;
  record.entry_count = 2;
  record.content_octets = 5;
  EXPECT_TRUE(check_counts(record, 2, 5));
  EXPECT_EQ(check_counts(record, 1, 5).error(), ArchiveError::counts_differ);
  EXPECT_EQ(check_counts(record, 2, 6).error(), ArchiveError::counts_differ);
}

TEST(Places, may_have_a_path_or_what_is_below_it) {
  const Place place{{}, "b/c", "d"};
  for (const char* path : {"b", "b/c", "b/c/d", "b/d", "c", "c/x"}) EXPECT_TRUE(place.may_have(path)) << path;
  for (const char* path : {"a", "b/b", "d", "e"}) EXPECT_FALSE(place.may_have(path)) << path;
}

TEST(IdLists, ARC_066_ids_come_back_in_order_from_any_depth) {
  BlockVault vault(samples::keys());
  for (const std::size_t count : {0u, 1u, 64u, 65u, 8'193u, 300'000u}) {
    std::mt19937 random(7);
    std::vector<Digest> leaves(count);
    for (Digest& id : leaves)
      for (auto& octet : id) octet = static_cast<std::uint8_t>(random());
    std::map<Digest, NamedBlock> lists;
    const IdRow row = shorten(leaves, vault, [&](NamedBlock block) { lists[block.id] = std::move(block); });
    EXPECT_LE(row.ids.size(), entry_ids_max);
    EXPECT_EQ(row.depth, count <= 64 ? 0 : count <= 8'193 ? 1 : 2) << count;
    std::vector<Digest> ids = row.ids;
    for (int depth = row.depth; depth > 0; --depth) {
      std::vector<Digest> below;
      for (const Digest& id : ids) {
        const auto read = read_id_list(lists.at(id).octets);
        ASSERT_TRUE(read);
        below.insert(below.end(), read->begin(), read->end());
      }
      ids = below;
    }
    EXPECT_EQ(ids, leaves) << count;
  }
  EXPECT_EQ(read_id_list({}).error(), ArchiveError::id_list_length);
  EXPECT_EQ(read_id_list(Octets(33)).error(), ArchiveError::id_list_length);
}

TEST(IdLists, ARC_065_lists_of_equal_ids_still_become_fewer) {
  BlockVault vault(samples::keys());
  // Every id would end a list; so that there is an end to it, none does as its first.
  const IdRow row = shorten(std::vector<Digest>(1'000), vault, [](NamedBlock) {});
  EXPECT_LE(row.ids.size(), entry_ids_max);
}

}  // namespace
}  // namespace coffer::archive
