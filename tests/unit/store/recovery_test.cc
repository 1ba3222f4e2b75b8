// What a store finds at its start: torn ends, an index that is damaged, newer, or gone.
#include <algorithm>
#include <deque>
#include <fstream>

#include "formats.h"
#include "workshop.h"

namespace coffer::store {
namespace {

class RecoveryTest : public StoreTest {
 protected:
  void write_index(const std::string& octets) {
    store.reset();
    for (const char* suffix : {"-wal", "-shm"}) std::filesystem::remove(directory.path() / (std::string(index_name) + suffix));
    std::ofstream(directory.path() / index_name, std::ios::binary | std::ios::trunc) << octets;
  }
  Trouble refusal() {
    const auto opened = try_open();
    EXPECT_FALSE(opened);
    return opened ? Trouble{} : opened.error();
  }
};

TEST_F(RecoveryTest, a_last_record_torn_at_any_octet_is_cut_off_and_all_before_it_stays) {
  open();
  Archive archive = value(store->archive_of(1, 2));
  const Block a = make_block(1), b = make_block(2), c = make_block(3);
  put(archive, a);
  const ChainEnd end = commit(archive);
  const std::size_t committed = files.octets(first_pack).size();
  // What a crash leaves: the index of before, the pack with two records more.
  TemporaryDirectory before;
  copy_index(directory.path(), before.path());
  put(archive, b);
  put(archive, c);
  const Octets whole = files.octets(first_pack);
  const std::size_t record = record_header_octets + b.sealed.size();
  ASSERT_EQ(whole.size(), committed + 2 * record);

  for (std::size_t size = committed; size <= whole.size(); ++size) {
    SCOPED_TRACE(size);
    TemporaryDirectory fresh;
    copy_index(before.path(), fresh.path());
    MemoryFileSystem disk = files.snapshot();
    disk.octets(first_pack).resize(size);
    auto reopened = value(Store::open(fresh.path(), disk, fixed_clock()));
    const std::size_t records = (size - committed) / record;
    EXPECT_EQ(disk.octets(first_pack).size(), committed + records * record);
    const Archive again = value(reopened->archive_of(1, 2));
    EXPECT_TRUE(value(reopened->load(again, a.id)));
    EXPECT_EQ(value(reopened->load(again, b.id)).has_value(), records >= 1);
    EXPECT_EQ(value(reopened->load(again, c.id)).has_value(), records >= 2);
    ok(reopened->put(again, c.id, c.checksum, c.sealed));
    EXPECT_EQ(value(reopened->commit(again, next_version(end))), CommitOutcome::committed);
    EXPECT_TRUE(value(reopened->verify()).whole());
  }
}

TEST_F(RecoveryTest, a_tail_with_one_flipped_octet_is_taken_up_to_the_record_before) {
  open();
  const Archive archive = value(store->archive_of(1, 2));
  const Block a = make_block(1), b = make_block(2);
  TemporaryDirectory before;
  copy_index(directory.path(), before.path());
  put(archive, a);
  const std::size_t first = files.octets(first_pack).size();
  put(archive, b);
  for (std::size_t at = first; at < files.octets(first_pack).size(); ++at) {
    SCOPED_TRACE(at);
    TemporaryDirectory fresh;
    copy_index(before.path(), fresh.path());
    MemoryFileSystem disk = files.snapshot();
    disk.octets(first_pack)[at] ^= 0x40;
    auto reopened = value(Store::open(fresh.path(), disk, fixed_clock()));
    const Archive again = value(reopened->archive_of(1, 2));
    EXPECT_TRUE(value(reopened->load(again, a.id)));
    EXPECT_FALSE(value(reopened->load(again, b.id)));
    EXPECT_EQ(disk.octets(first_pack).size(), first);
  }
}

TEST_F(RecoveryTest, a_pack_that_was_made_but_not_yet_written_is_used) {
  for (const std::size_t size : {0u, 1u, 15u, 16u}) {
    SCOPED_TRACE(size);
    TemporaryDirectory fresh;
    MemoryFileSystem disk;
    value(Store::open(fresh.path(), disk, fixed_clock()));
    ASSERT_TRUE(disk.open(first_pack, OpenMode::create_new));
    const auto header = encode_pack_header(1);
    disk.octets(first_pack).assign(header.begin(), header.begin() + static_cast<std::ptrdiff_t>(size));
    auto again = value(Store::open(fresh.path(), disk, fixed_clock()));
    const Archive archive = value(again->archive_of(1, 2));
    const Block a = make_block(1);
    ok(again->put(archive, a.id, a.checksum, a.sealed));
    ok(again->settle());
    EXPECT_FALSE(disk.exists("packs/00000002.pack"));
    EXPECT_TRUE(value(again->verify()).findings.empty());
  }
}

TEST_F(RecoveryTest, what_an_earlier_run_left_unsynced_is_synced_before_it_is_indexed) {
  open();
  const Block a = make_block(1);
  const Archive archive = value(store->archive_of(1, 2));
  TemporaryDirectory before;
  copy_index(directory.path(), before.path());
  put(archive, a);
  // The process ends, the machine does not: all octets are there, none of them is on stable storage, nor is the pack's name.
  MemoryFileSystem disk = files.snapshot();
  value(Store::open(before.path(), disk, fixed_clock()));
  disk.crash();
  auto reopened = value(Store::open(before.path(), disk, fixed_clock()));
  EXPECT_TRUE(value(reopened->load(value(reopened->archive_of(1, 2)), a.id)));
}

TEST_F(RecoveryTest, ARC_043_a_version_in_a_later_pack_never_outlives_a_block_of_it_in_an_earlier_one) {
  options.pack_octets_max = 400;
  open();
  Archive archive = value(store->archive_of(1, 2));
  struct Image {
    MemoryFileSystem disk;
    TemporaryDirectory index;
  };
  std::deque<Image> images;
  files.fail = [&](MemoryFileSystem::Operation operation, const std::string&) -> std::optional<int> {
    if (operation != MemoryFileSystem::Operation::sync) return std::nullopt;
    Image& image = images.emplace_back();
    image.disk = files.snapshot();
    copy_index(directory.path(), image.index.path());
    return std::nullopt;
  };
  const Block a = make_block(1, 200);
  put(archive, a);
  commit(archive, {}, std::string(200, 'r'));
  files.fail = {};
  ASSERT_TRUE(files.exists("packs/00000002.pack"));
  ASSERT_GE(images.size(), 2u);
  // Of what was not on stable storage at that moment, what was written last survives.
  for (Image& image : images)
    for (std::size_t lost = 0; lost < 8; ++lost) {
      SCOPED_TRACE(lost);
      TemporaryDirectory fresh;
      copy_index(image.index.path(), fresh.path());
      MemoryFileSystem disk = image.disk.snapshot();
      disk.crash([&](std::size_t change) { return change >= lost; });
      auto reopened = value(Store::open(fresh.path(), disk, fixed_clock(), options));
      archive = value(reopened->archive_of(1, 2));
      const bool is_there = !value(reopened->versions(archive, 1, 9)).entries.empty();
      EXPECT_TRUE(!is_there || value(reopened->load(archive, a.id)));
    }
}

TEST_F(RecoveryTest, appending_goes_on_in_the_last_pack) {
  for (std::uint32_t i = 0; i < 3; ++i) {
    open();
    put(value(store->archive_of(1, 2)), make_block(i));
    ok(store->settle());
  }
  EXPECT_FALSE(files.exists("packs/00000002.pack"));
}

TEST_F(RecoveryTest, a_pack_shorter_than_its_index_costs_the_blocks_that_stood_there_and_no_others) {
  open();
  Archive archive = value(store->archive_of(1, 2));
  const Block a = make_block(1), b = make_block(2), c = make_block(3);
  put(archive, a);
  put(archive, b);
  const ChainEnd end = commit(archive);
  store.reset();
  files.octets(first_pack).resize(pack_header_octets + 2 * (record_header_octets + 40) - 1);
  open();
  archive = value(store->archive_of(1, 2));
  EXPECT_EQ(value(store->versions(archive, 1, 9)).entries.size(), 1u);
  EXPECT_EQ(missing(archive, {a, b}), (std::vector<std::uint16_t>{1})) << "without anything having been read";
  EXPECT_EQ(events("store_recovered").size(), 1u);
  put(archive, b);
  put(archive, c);
  commit(archive, end);
  open();
  EXPECT_TRUE(loads(archive, a) && loads(archive, b) && loads(archive, c));
}

TEST_F(RecoveryTest, an_index_of_yesterday_beside_a_damaged_pack_of_today_costs_only_what_is_damaged) {
  for (const std::uint64_t pack_octets : {std::uint64_t{400}, std::uint64_t{1} << 30}) {
    SCOPED_TRACE(pack_octets);
    store.reset();
    files = MemoryFileSystem();
    for (const char* suffix : {"", "-wal", "-shm"}) std::filesystem::remove(directory.path() / (std::string(index_name) + suffix));
    options.pack_octets_max = pack_octets;
    open();
    ok(store->note("yesterday", {}));
    TemporaryDirectory yesterday;
    copy_index(directory.path(), yesterday.path());
    Archive archive = value(store->archive_of(1, 2));
    const Block a = make_block(1), b = make_block(2), c = make_block(3);
    for (const Block& block : {a, b, c}) put(archive, block);
    commit(archive);
    store.reset();
    files.octets(first_pack)[pack_header_octets + record_header_octets] ^= 1;  // of block a
    for (const char* suffix : {"", "-wal", "-shm"}) std::filesystem::remove(directory.path() / (std::string(index_name) + suffix));
    copy_index(yesterday.path(), directory.path());
    open();
    archive = value(store->archive_of(1, 2));
    EXPECT_EQ(value(store->versions(archive, 1, 9)).entries.size(), 1u);
    EXPECT_EQ(missing(archive, {a, b, c}), (std::vector<std::uint16_t>{0}));
    EXPECT_TRUE(loads(archive, b) && loads(archive, c));
    EXPECT_FALSE(value(store->verify()).whole());
    put(archive, a);
    ok(store->settle());
    EXPECT_TRUE(loads(archive, a));
    EXPECT_TRUE(value(store->verify()).whole());
  }
}

TEST_F(RecoveryTest, no_version_is_stated_before_its_blocks_are_on_stable_storage) {
  open();
  const Archive archive = value(store->archive_of(1, 2));
  put(archive, make_block(1));
  std::vector<std::string> done;
  files.fail = [&](MemoryFileSystem::Operation operation, const std::string&) -> std::optional<int> {
    if (operation == MemoryFileSystem::Operation::sync) done.push_back("sync");
    if (operation == MemoryFileSystem::Operation::write && (done.empty() || done.back() != "write")) done.push_back("write");
    return std::nullopt;
  };
  commit(archive);
  files.fail = {};
  EXPECT_EQ(done, (std::vector<std::string>{"sync", "write", "sync"}));
}

TEST_F(RecoveryTest, a_pack_that_is_gone_costs_its_blocks_and_its_number_is_not_used_again) {
  options.pack_octets_max = 200;
  open();
  Archive archive = value(store->archive_of(1, 2));
  const Block a = make_block(1, 100), b = make_block(2, 100);
  put(archive, a);
  put(archive, b);
  const ChainEnd end = commit(archive);
  store.reset();
  files.take_away("packs/00000002.pack");
  std::vector<std::string> told;
  options.on_damage = [&](const std::string& what) { told.push_back(what); };
  open();
  ASSERT_EQ(told.size(), 1u);
  EXPECT_NE(told[0].find("00000002.pack is gone"), std::string::npos) << told[0];
  archive = value(store->archive_of(1, 2));
  EXPECT_EQ(missing(archive, {a, b}), (std::vector<std::uint16_t>{1}));
  const auto report = value(store->verify());
  EXPECT_FALSE(report.whole());
  EXPECT_EQ(std::count_if(report.findings.begin(), report.findings.end(),
                          [](const Finding& one) { return one.kind == Finding::Kind::missing && one.pack == 2 && one.user == 1; }),
            1)
      << "one line for all that is lost of an archive with a pack";
  put(archive, b);
  commit(archive, end);
  EXPECT_FALSE(files.exists("packs/00000002.pack"));
  EXPECT_TRUE(loads(archive, b));
  EXPECT_TRUE(value(store->verify()).whole());
}

TEST_F(RecoveryTest, an_index_of_a_newer_format_is_refused) {
  open();
  store.reset();
  ok(value(Database::open(directory.path() / index_name, Database::Access::read_write_create))
         .script("PRAGMA user_version = 7; CREATE TABLE news(story)"));
  const Trouble trouble = refusal();
  EXPECT_EQ(trouble.kind, Trouble::Kind::newer);
  EXPECT_NE(trouble.what.find("newer program"), std::string::npos) << trouble.what;
  EXPECT_EQ(trouble.what.find("cofferd rebuild"), std::string::npos) << "it would lose what the newer one added";
}

TEST_F(RecoveryTest, a_format_number_that_does_not_fit_the_tables_may_be_damage_and_says_so) {
  open();
  store.reset();
  for (const int wrong : {0, 7, 8, 12, 1 << 24}) {
    ok(value(Database::open(directory.path() / index_name, Database::Access::read_write_create))
           .script(("PRAGMA user_version = " + std::to_string(wrong)).c_str()));
    const Trouble trouble = refusal();
    EXPECT_EQ(trouble.kind, wrong == 0 ? Trouble::Kind::corrupt : Trouble::Kind::newer) << wrong;
    EXPECT_EQ(trouble.what.find("use a newer program") != trouble.what.npos, wrong != 0) << trouble.what;
    EXPECT_NE(trouble.what.find("`cofferd rebuild --data " + directory.path().string() + "`"), std::string::npos) << trouble.what;
  }
}

TEST_F(RecoveryTest, an_index_of_an_older_format_is_taken_on_with_all_its_rows) {
  open();
  Archive archive = value(store->archive_of(1, 2));
  const Block a = make_block(1), b = make_block(2);
  put(archive, a);
  const ChainEnd end = commit(archive);
  ok(store->bind(2, 1));
  ok(store->note("before", {}));
  for (const int format : {4, 3, 2, 1}) {
    SCOPED_TRACE(format);
    store.reset();
    {
      auto beside = value(Database::open(directory.path() / index_name, Database::Access::read_write_create));
      ok(beside.script(to_format_4));
      if (format == 3) ok(beside.script("PRAGMA user_version = 3"));
      if (format <= 2) ok(beside.script(to_format_2));
      if (format == 1) ok(beside.script("DROP INDEX passing_events; ALTER TABLE events DROP COLUMN passing; PRAGMA user_version = 1"));
    }
    open();
    archive = value(store->archive_of(1, 2));
    EXPECT_TRUE(loads(archive, a));
    EXPECT_EQ(value(store->bindings()), (std::map<std::uint64_t, std::uint64_t>{{2, 1}}));
    EXPECT_EQ(value(store->versions(archive, 1, 9)).entries.size(), 1u);
    EXPECT_EQ(events("before").size(), 1u);
    ok(store->note("after", {}, Keep::while_new));
    EXPECT_TRUE(value(store->verify()).findings.empty());
  }
  EXPECT_EQ(events("after").size(), 4u);
  put(archive, b);
  commit(archive, end);
  open();
  EXPECT_TRUE(value(store->verify()).whole());
}

TEST_F(RecoveryTest, a_damaged_index_is_named_once_and_without_the_statement_that_found_it) {
  open();
  store.reset();
  std::ofstream(directory.path() / index_name, std::ios::binary) << std::string(8192, 'x');
  const auto file = (directory.path() / index_name).string();
  const auto read = read_events(directory.path(), 0, [](const Event&) {});
  ASSERT_FALSE(read);
  for (const Trouble& trouble : {refusal(), read.error()}) {
    EXPECT_EQ(trouble.kind, Trouble::Kind::corrupt) << trouble.what;
    EXPECT_EQ(trouble.what.find(file), 0u) << trouble.what;
    EXPECT_EQ(trouble.what.find(file, 1), std::string::npos) << trouble.what;
    EXPECT_EQ(trouble.what.find("PRAGMA"), std::string::npos) << trouble.what;
    EXPECT_NE(trouble.what.find("cofferd rebuild --data " + directory.path().string()), std::string::npos) << trouble.what;
  }
}

TEST_F(RecoveryTest, a_damaged_index_is_refused_with_what_to_do) {
  open();
  const Archive archive = value(store->archive_of(1, 2));
  for (std::uint32_t i = 0; i < 200; ++i) put(archive, make_block(i));
  commit(archive);
  store.reset();
  std::string octets;
  {
    std::ifstream in(directory.path() / index_name, std::ios::binary);
    octets.assign(std::istreambuf_iterator<char>(in), {});
  }
  ASSERT_GT(octets.size(), 20'000u);
  std::string broken = octets;
  std::fill(broken.begin(), broken.begin() + 100, 'x');
  write_index(broken);
  EXPECT_EQ(refusal().kind, Trouble::Kind::corrupt);
  broken = octets;
  std::fill(broken.begin() + 8192, broken.begin() + 20'000, 'x');
  write_index(broken);
  const Trouble trouble = refusal();
  EXPECT_EQ(trouble.kind, Trouble::Kind::corrupt);
  EXPECT_NE(trouble.what.find("cofferd rebuild"), std::string::npos) << trouble.what;
  write_index(octets);
  EXPECT_TRUE(try_open());
}

TEST_F(RecoveryTest, packs_without_an_index_are_refused_and_left_alone) {
  open();
  put(value(store->archive_of(1, 2)), make_block(1));
  ok(store->settle());
  store.reset();
  const Octets pack = files.octets(first_pack);
  std::filesystem::remove(directory.path() / index_name);
  EXPECT_EQ(refusal().kind, Trouble::Kind::corrupt);
  EXPECT_EQ(refusal().kind, Trouble::Kind::corrupt) << "the second time, over the file that the first one made";
  EXPECT_EQ(files.octets(first_pack), pack);
}

TEST_F(RecoveryTest, a_database_of_something_else_is_refused) {
  ok(value(Database::open(directory.path() / index_name, Database::Access::read_write_create)).script("CREATE TABLE recipes(name)"));
  EXPECT_EQ(refusal().kind, Trouble::Kind::corrupt);
}

}  // namespace
}  // namespace coffer::store
