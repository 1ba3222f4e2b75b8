#include "archive/entry.h"

#include <gtest/gtest.h>

#include "samples.h"

namespace coffer::archive {
namespace {

Entry plain(std::string path, EntryType type, std::string target = {}) {
  Entry entry;
  entry.path = std::move(path);
  entry.type = type;
  entry.mode = 07777;
  entry.target = std::move(target);
  return entry;
}

Entry file() {
  Entry entry = plain("home/\xff\xfe/a b", EntryType::file);
  entry.mode = 0640;
  entry.modified_ns = -5;
  entry.size = 70'000;
  entry.blocks = {Digest{1}, Digest{2}};
  entry.owner = 1'000;
  entry.group = 100;
  entry.owner_name = "alice";
  entry.group_name = "users";
  entry.attributes = {{"user.a", std::string("\0\xff", 2)}, {"user.b", ""}};
  return entry;
}

Entry sparse() {
  Entry entry = file();
  entry.size = std::uint64_t{1} << 40;
  entry.depth = 2;
  entry.extents = {{0, 1}, {5, 10}, {(std::uint64_t{1} << 40) - 1, 1}};
  return entry;
}

Entry device() {
  Entry entry = plain("v", EntryType::block_device);
  entry.device = std::uint64_t{8} << 32 | 17;
  return entry;
}

TEST(EntryCodec, reads_what_it_writes) {
  for (const Entry& entry :
       {file(), sparse(), device(), plain("d", EntryType::directory), plain("l", EntryType::symbolic_link, "../../etc"),
        plain("m", EntryType::hard_link, "l"), plain("p", EntryType::named_pipe), plain("s", EntryType::socket)}) {
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
    entry = plain("z", EntryType::hard_link, path);
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
  EXPECT_TRUE(refused([](Entry& e) { e.type = static_cast<EntryType>(8); }));
  EXPECT_TRUE(refused([](Entry& e) { e.type = EntryType::directory; }));
  EXPECT_TRUE(refused([](Entry& e) { e.target = "x"; }));
  EXPECT_TRUE(refused([](Entry& e) { e.size = 0; }));
  EXPECT_TRUE(refused([](Entry& e) { e.size = 1; }));
  EXPECT_TRUE(refused([](Entry& e) { e.blocks.resize(entry_ids_max + 1); }));
  EXPECT_TRUE(refused([](Entry& e) { e.depth = entry_depth_max + 1; }));
  EXPECT_TRUE(refused([](Entry& e) { e.device = 1; }));
  EXPECT_TRUE(refused([](Entry& e) { e.owner_name.assign(256, 'o'); }));
  EXPECT_TRUE(refused([](Entry& e) { std::swap(e.attributes[0], e.attributes[1]); }));
  EXPECT_TRUE(refused([](Entry& e) { e.attributes[1].value.assign(attributes_octets_max, 'v'); }));
  EXPECT_TRUE(refused([](Entry& e) { e.extents = {{0, 1}}; })) << "two blocks, one octet";
  EXPECT_TRUE(refused([](Entry& e) { e.extents = {{0, 3}, {3, 3}}; }));
  EXPECT_TRUE(refused([](Entry& e) { e.extents = {{1, ~std::uint64_t{0}}}; }));
  Entry hole = file();
  hole.blocks.clear();
  EXPECT_TRUE(decode_entry(encode(hole)));
  EXPECT_EQ(data_octets(hole), 0u);
  EXPECT_EQ(data_octets(file()), 70'000u);
  EXPECT_EQ(data_octets(sparse()), 12u);
  const auto link = [](EntryType type, std::string target) { return decode_entry(encode(plain("m", type, std::move(target)))); };
  EXPECT_EQ(link(EntryType::symbolic_link, "").error(), ArchiveError::entry_out_of_range);
  EXPECT_EQ(link(EntryType::symbolic_link, std::string("a\0b", 3)).error(), ArchiveError::entry_out_of_range);
  EXPECT_EQ(link(EntryType::hard_link, "m").error(), ArchiveError::entry_out_of_range);
  EXPECT_EQ(link(EntryType::hard_link, "n").error(), ArchiveError::entry_out_of_range);
}

VersionRecord record() {
  VersionRecord record;
  record.number = 7;
  record.previous = Digest{9};
  record.created_ns = 1;
  record.depth = 1;
  record.root = Digest{1};
  record.entry_count = 3;
  record.content_octets = 4;
  record.retired = {2, 6};
  return record;
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
  EXPECT_TRUE(refused([](VersionRecord& r) { r.depth = tree_depth_max + 1; }));
  EXPECT_TRUE(refused([](VersionRecord& r) { r.root.reset(); }));
  EXPECT_TRUE(refused([](VersionRecord& r) { r.entry_count = 0; }));
  EXPECT_TRUE(refused([](VersionRecord& r) { r.kind = RecordKind::retention; }));
  EXPECT_FALSE(refused([](VersionRecord& r) { r = {.number = 7, .previous = Digest{9}, .kind = RecordKind::retention}; }))
      << "one that retires nothing";
  EXPECT_TRUE(refused([](VersionRecord& r) { r.retired = {6, 2}; }));
  EXPECT_TRUE(refused([](VersionRecord& r) { r.retired = {7}; }));
  EXPECT_TRUE(refused([](VersionRecord& r) { r.retired = {0}; }));
  EXPECT_TRUE(refused([](VersionRecord& r) {
    r.number = 1'000;
    r.retired.clear();
    for (std::uint64_t number = 1; number <= retired_max + 1; ++number) r.retired.push_back(number);
  }));
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

}  // namespace
}  // namespace coffer::archive
