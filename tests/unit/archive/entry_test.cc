#include "archive/entry.h"

#include <gtest/gtest.h>

#include "archive/id_tree.h"
#include "samples.h"

namespace coffer::archive {
namespace {

Entry file() {
  return {.path = "home/\xff\xfe/a b",
          .type = EntryType::file,
          .mode = 0640,
          .modified_ns = -5,
          .size = 70'000,
          .target = {},
          .blocks = {Digest{1}, Digest{2}}};
}

TEST(EntryCodec, reads_what_it_writes) {
  for (const Entry& entry :
       {file(), Entry{.path = "d", .type = EntryType::directory, .mode = 07777, .modified_ns = 1, .size = 0, .target = {}, .blocks = {}},
        Entry{
            .path = "l", .type = EntryType::symbolic_link, .mode = 0777, .modified_ns = 0, .size = 0, .target = "../../etc", .blocks = {}},
        Entry{.path = "m", .type = EntryType::hard_link, .mode = 0644, .modified_ns = 0, .size = 0, .target = "l", .blocks = {}}}) {
    const auto read = decode_entry(encode(entry));
    ASSERT_TRUE(read) << describe(read.error());
    EXPECT_EQ(*read, entry);
  }
}

TEST(EntryCodec, ARC_022_only_the_canonical_form_is_read) {
  const Octets good = encode(file());
  for (std::size_t cut = 0; cut < good.size(); ++cut) EXPECT_FALSE(decode_entry(View(good).first(cut))) << cut;
  Octets longer = good;
  longer.insert(longer.end(), 8, 0);
  EXPECT_EQ(decode_entry(longer).error(), ArchiveError::entry_malformed);
  // Every flipped bit either makes it unreadable or another entry: never the same entry in another form.
  for (std::size_t bit = 0; bit < good.size() * 8; ++bit) {
    Octets changed = good;
    changed[bit / 8] ^= static_cast<std::uint8_t>(1U << bit % 8);
    const auto read = decode_entry(changed);
    if (read) {
      EXPECT_EQ(encode(*read), changed) << bit;
    }
  }
}

TEST(EntryCodec, ARC_029_paths_that_could_leave_the_target_are_refused) {
  using namespace std::string_literals;
  for (const std::string& path : {""s, "/"s, "/etc/passwd"s, "."s, ".."s, "../x"s, "a/../b"s, "a/.."s, "a/./b"s, "a//b"s, "a/"s, "a\0b"s,
                                  "\0"s, std::string(4097, 'x')}) {
    Entry entry = file();
    entry.path = path;
    EXPECT_EQ(decode_entry(encode(entry)).error(), ArchiveError::path_unsafe) << path;
    entry = {.path = "z", .type = EntryType::hard_link, .mode = 0, .modified_ns = 0, .size = 0, .target = path, .blocks = {}};
    EXPECT_EQ(decode_entry(encode(entry)).error(), ArchiveError::path_unsafe) << path;
  }
  for (const std::string& path : {"..."s, "..a"s, "a/..b"s, ".hidden"s, "\xff"s, "a\nb"s, std::string(4096, 'x')})
    EXPECT_TRUE(safe_path(path)) << path;
}

TEST(EntryCodec, ARC_044_fields_that_contradict_the_type_are_refused) {
  const auto refused = [](auto change) {
    Entry entry = file();
    change(entry);
    const auto read = decode_entry(encode(entry));
    return !read && read.error() == ArchiveError::entry_out_of_range;
  };
  EXPECT_TRUE(refused([](Entry& e) { e.mode = 010000; }));
  EXPECT_TRUE(refused([](Entry& e) { e.type = static_cast<EntryType>(4); }));
  EXPECT_TRUE(refused([](Entry& e) { e.type = EntryType::directory; }));
  EXPECT_TRUE(refused([](Entry& e) { e.target = "x"; }));
  EXPECT_TRUE(refused([](Entry& e) { e.size = 0; }));
  EXPECT_TRUE(refused([](Entry& e) { e.size = 1; }));
  EXPECT_TRUE(refused([](Entry& e) { e.blocks.clear(); }));
  const auto link = [](EntryType type, std::string target) {
    return decode_entry(
        encode(Entry{.path = "m", .type = type, .mode = 0, .modified_ns = 0, .size = 0, .target = std::move(target), .blocks = {}}));
  };
  EXPECT_EQ(link(EntryType::symbolic_link, "").error(), ArchiveError::entry_out_of_range);
  EXPECT_EQ(link(EntryType::symbolic_link, std::string("a\0b", 3)).error(), ArchiveError::entry_out_of_range);
  EXPECT_EQ(link(EntryType::hard_link, "m").error(), ArchiveError::entry_out_of_range);
  EXPECT_EQ(link(EntryType::hard_link, "n").error(), ArchiveError::entry_out_of_range);
}

VersionRecord record() {
  return {.number = 7,
          .previous = Digest{9},
          .created_ns = 1,
          .depth = 1,
          .ids = {Digest{1}, Digest{2}},
          .entry_count = 3,
          .content_octets = 4};
}

TEST(RecordCodec, reads_what_it_writes_and_refuses_what_is_out_of_range) {
  EXPECT_EQ(*decode_record(encode(record())), record());
  const auto refused = [](auto change) {
    VersionRecord changed = record();
    change(changed);
    const auto read = decode_record(encode(changed));
    return !read && read.error() == ArchiveError::record_out_of_range;
  };
  EXPECT_TRUE(refused([](VersionRecord& r) { r.number = 0; }));
  EXPECT_TRUE(refused([](VersionRecord& r) { r.depth = record_depth_max + 1; }));
  EXPECT_TRUE(refused([](VersionRecord& r) { r.ids.resize(record_ids_max + 1); }));
}

TEST(RecordCodec, only_the_canonical_form_is_read) {
  const Octets good = encode(record());
  for (std::size_t cut = 0; cut < good.size(); ++cut) EXPECT_FALSE(decode_record(View(good).first(cut))) << cut;
  for (std::size_t bit = 0; bit < good.size() * 8; ++bit) {
    Octets changed = good;
    changed[bit / 8] ^= static_cast<std::uint8_t>(1U << bit % 8);
    const auto read = decode_record(changed);
    if (read) {
      EXPECT_EQ(encode(*read), changed) << bit;
    }
  }
}

TEST(IdTree, leaves_come_back_in_order_from_any_depth) {
  BlockVault vault(samples::keys());
  for (const std::size_t count : {0u, 1u, 500u, 501u, 8'192u, 20'000u}) {
    std::vector<Digest> leaves(count);
    for (std::size_t i = 0; i < count; ++i) leaves[i] = {static_cast<std::uint8_t>(i), static_cast<std::uint8_t>(i >> 8)};
    std::vector<NamedBlock> lists;
    IdTree tree = build_id_tree(leaves, vault, [&](NamedBlock block) { lists.push_back(std::move(block)); });
    EXPECT_LE(tree.ids.size(), record_ids_max);
    EXPECT_EQ(tree.depth, count > record_ids_max ? 1 : 0);
    std::vector<Digest> ids = tree.ids;
    for (int depth = tree.depth; depth > 0; --depth) {
      std::vector<Digest> below;
      for (const Digest& id : ids) {
        const auto list = std::ranges::find(lists, id, &NamedBlock::id);
        ASSERT_NE(list, lists.end());
        const auto read = read_id_list(list->octets);
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

}  // namespace
}  // namespace coffer::archive
