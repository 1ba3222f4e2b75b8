// Damage anywhere is refused on reading, named by verification, and mended by the next backup.
#include "store/verify.h"

#include <nlohmann/json.hpp>

#include "workshop.h"

namespace coffer::store {
namespace {

class VerifyTest : public StoreTest {
 protected:
  void SetUp() override {
    open();
    archive = value(store->archive_of(1, 2));
    for (const Block& block : blocks) put(archive, block);
    end = commit(archive);
  }
  std::vector<Finding> findings() { return value(store->verify()).findings; }

  const std::vector<Block> blocks{make_block(1), make_block(2, 60), make_block(3, 30)};
  Archive archive;
  ChainEnd end;
};

TEST_F(VerifyTest, ARC_053_one_flipped_octet_anywhere_is_refused_named_and_harms_no_other_block) {
  Octets& pack = files.octets(first_pack);
  std::size_t begin = pack_header_octets;
  for (std::size_t hurt = 0; hurt < blocks.size(); ++hurt) {
    const std::size_t record_end = begin + record_header_octets + blocks[hurt].sealed.size();
    for (std::size_t at = begin; at < record_end; ++at) {
      SCOPED_TRACE(at);
      pack[at] ^= 0x01;
      for (std::size_t i = 0; i < blocks.size(); ++i) EXPECT_EQ(loads(archive, blocks[i]), i != hurt);
      const auto found = findings();
      ASSERT_EQ(found.size(), 1u);
      EXPECT_EQ(found[0].kind, Finding::Kind::damaged);
      EXPECT_EQ(found[0].pack, 1u);
      EXPECT_EQ(found[0].offset, begin);
      EXPECT_EQ(found[0].user, 1u);
      EXPECT_EQ(found[0].computer, 2u);
      EXPECT_EQ(found[0].id, blocks[hurt].id);
      EXPECT_EQ(missing(archive, {blocks[0], blocks[1], blocks[2]}), (std::vector<std::uint16_t>{static_cast<std::uint16_t>(hurt)}));
      pack[at] ^= 0x01;
      EXPECT_TRUE(findings().empty());
      EXPECT_TRUE(missing(archive, {blocks[0], blocks[1], blocks[2]}).empty()) << "what reads well again counts again";
    }
    begin = record_end;
  }
  EXPECT_LT(begin, pack.size()) << "the version's record follows";
}

TEST_F(VerifyTest, a_flipped_octet_in_what_a_pack_says_of_versions_and_computers_is_named_and_said_again) {
  ok(store->bind(2, 1));
  end = commit(archive, end, "second");
  store.reset();
  TemporaryDirectory sound;
  copy_index(directory.path(), sound.path());
  const MemoryFileSystem sound_files = files.snapshot();
  const std::size_t begin = pack_header_octets + 3 * record_header_octets + 40 + 60 + 30;
  const std::size_t size = files.octets(first_pack).size();
  ASSERT_GT(size, begin + 3 * record_header_octets);
  for (std::size_t at = begin; at < size; ++at) {
    SCOPED_TRACE(at);
    store.reset();
    for (const char* suffix : {"", "-wal", "-shm"}) std::filesystem::remove(directory.path() / (std::string(index_name) + suffix));
    copy_index(sound.path(), directory.path());
    files = sound_files.snapshot();
    files.octets(first_pack)[at] ^= 0x01;
    open();
    const auto report = value(store->verify());
    EXPECT_FALSE(report.whole());
    const auto said_again = std::count_if(report.findings.begin(), report.findings.end(),
                                          [](const Finding& finding) { return finding.kind == Finding::Kind::record; });
    ASSERT_EQ(said_again, 1);
    EXPECT_TRUE(value(store->verify()).whole());
    EXPECT_EQ(value(store->versions(archive, 1, 9)).entries.size(), 2u);
    for (const Block& block : blocks) EXPECT_TRUE(loads(archive, block));
  }
}

TEST_F(VerifyTest, a_flipped_octet_of_a_packs_header_is_named_and_harms_no_block) {
  for (std::size_t at = 0; at < pack_header_octets; ++at) {
    SCOPED_TRACE(at);
    files.octets(first_pack)[at] ^= 0x80;
    const auto report = value(store->verify());
    ASSERT_EQ(report.findings.size(), 1u);
    EXPECT_EQ(report.findings[0].kind, Finding::Kind::pack);
    EXPECT_FALSE(report.whole());
    for (const Block& block : blocks) EXPECT_TRUE(loads(archive, block));
    files.octets(first_pack)[at] ^= 0x80;
  }
}

TEST_F(VerifyTest, a_pack_with_a_damaged_header_is_not_appended_to) {
  files.octets(first_pack)[0] ^= 1;
  open();
  archive = value(store->archive_of(1, 2));
  const std::size_t size = files.octets(first_pack).size();
  put(archive, make_block(9));
  commit(archive, end);
  EXPECT_EQ(files.octets(first_pack).size(), size);
  for (const Block& block : blocks) EXPECT_TRUE(loads(archive, block));
  EXPECT_TRUE(loads(archive, make_block(9)));
}

TEST_F(VerifyTest, a_damaged_block_found_on_loading_is_noted_once_missing_and_mended_by_the_next_backup) {
  files.octets(first_pack)[pack_header_octets + record_header_octets + 3] ^= 1;
  std::vector<std::string> told;
  options.on_damage = [&](const std::string& what) { told.push_back(what); };
  open();
  EXPECT_TRUE(missing(archive, {blocks[0]}).empty());
  EXPECT_FALSE(loads(archive, blocks[0]));
  EXPECT_FALSE(loads(archive, blocks[0]));
  EXPECT_EQ(events("block_damaged").size(), 1u);
  EXPECT_EQ(told.size(), 1u);
  EXPECT_EQ(missing(archive, {blocks[0], blocks[1]}), (std::vector<std::uint16_t>{0}));
  put(archive, blocks[0]);
  EXPECT_TRUE(loads(archive, blocks[0]));
  commit(archive, end);
  EXPECT_TRUE(loads(archive, blocks[0]));
  EXPECT_TRUE(missing(archive, {blocks[0], blocks[1], blocks[2]}).empty());
  const auto report = value(store->verify());
  EXPECT_TRUE(report.whole());
  ASSERT_EQ(report.findings.size(), 1u);
  EXPECT_EQ(report.findings[0].kind, Finding::Kind::orphan);
}

TEST_F(VerifyTest, a_block_in_the_place_of_another_is_damage) {
  store.reset();
  auto beside = value(Database::open(directory.path() / index_name, Database::Access::read_write_create));
  ok(beside.run("UPDATE blocks SET offset = 1000000 WHERE id = ?", {View(blocks[0].id)}));
  ok(beside.run("UPDATE blocks SET offset = ? WHERE id = ?", {std::uint64_t{pack_header_octets}, View(blocks[1].id)}));
  open();
  EXPECT_FALSE(loads(archive, blocks[1]));
  const auto found = findings();
  const auto count = [&](Finding::Kind kind) {
    return std::count_if(found.begin(), found.end(), [&](const Finding& f) { return f.kind == kind; });
  };
  EXPECT_EQ(count(Finding::Kind::damaged), 1);
  EXPECT_EQ(count(Finding::Kind::missing), 1);
  EXPECT_EQ(found.size(), 3u) << "and blocks[1]'s own record is an orphan";
}

TEST_F(VerifyTest, everything_is_counted) {
  const auto report = value(store->verify());
  EXPECT_TRUE(report.whole());
  EXPECT_TRUE(report.findings.empty());
  EXPECT_EQ(report.packs, 1u);
  EXPECT_EQ(report.blocks, 3u);
  EXPECT_EQ(report.octets, files.octets(first_pack).size());
  EXPECT_EQ(report.versions, 1u);
  const auto parsed = nlohmann::json::parse(json(report));
  EXPECT_EQ(parsed["whole"], true);
  EXPECT_EQ(parsed["blocks"], 3);
}

TEST_F(VerifyTest, a_version_that_was_changed_or_removed_shows) {
  end = commit(archive, end, "second");
  commit(archive, end, "third");
  auto beside = value(Database::open(directory.path() / index_name, Database::Access::read_write_create));
  for (const char* change : {"UPDATE versions SET record = x'00' WHERE number = 2", "UPDATE versions SET link = record WHERE number = 2",
                             "DELETE FROM versions WHERE number = 2"}) {
    SCOPED_TRACE(change);
    ok(beside.script(change));
    const auto found = findings();
    ASSERT_EQ(found.size(), 1u);
    EXPECT_EQ(found[0].kind, Finding::Kind::row);
    EXPECT_EQ(found[0].offset, 2u);
    EXPECT_EQ(value(store->versions(archive, 2, 1)).entries.at(0).record, Octets({'s', 'e', 'c', 'o', 'n', 'd'}));
    EXPECT_TRUE(findings().empty()) << "written anew from its record";
  }
}

TEST_F(VerifyTest, a_version_that_neither_its_row_nor_its_record_says_shows) {
  end = commit(archive, end, "second");
  commit(archive, end, "third");
  Octets& pack = files.octets(first_pack);
  const std::string second = "second";
  *std::search(pack.begin(), pack.end(), second.begin(), second.end()) ^= 1;
  auto beside = value(Database::open(directory.path() / index_name, Database::Access::read_write_create));
  ok(beside.script("UPDATE versions SET record = x'00' WHERE number = 2"));
  auto found = findings();
  ASSERT_EQ(found.size(), 2u) << "and its record in the pack";
  EXPECT_EQ(found[1].kind, Finding::Kind::version);
  EXPECT_EQ(found[1].offset, 2u);
  ok(beside.script("DELETE FROM versions WHERE number = 2"));
  found = findings();
  ASSERT_EQ(found.size(), 2u);
  EXPECT_EQ(found[1].kind, Finding::Kind::version);
  EXPECT_EQ(found[1].offset, 3u);
}

TEST_F(VerifyTest, an_event_that_was_changed_or_removed_shows) {
  const std::pair<std::string_view, std::string> fields[] = {{"user", "1"}};
  for (int i = 0; i < 3; ++i) ok(store->note("login", fields));
  EXPECT_EQ(value(store->verify()).events, 3u);
  auto beside = value(Database::open(directory.path() / index_name, Database::Access::read_write_create));
  ok(beside.script("UPDATE events SET time_ms = time_ms + 1 WHERE number = 2"));
  auto found = findings();
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0].kind, Finding::Kind::event);
  EXPECT_EQ(found[0].offset, 2u);
  ok(beside.script("DELETE FROM events WHERE number = 2"));
  found = findings();
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0].offset, 3u);
}

TEST_F(VerifyTest, a_kept_event_that_was_removed_between_forgotten_ones_shows) {
  options.passing_events_max = 2;
  open();
  for (int i = 0; i < 5; ++i) ok(store->note("knock", {}, Keep::while_new));
  ok(store->note("login", {}));
  for (int i = 0; i < 2; ++i) ok(store->note("knock", {}, Keep::while_new));
  EXPECT_TRUE(value(store->verify()).whole());
  auto beside = value(Database::open(directory.path() / index_name, Database::Access::read_write_create));
  ok(beside.script("DELETE FROM events WHERE event = 'login'"));
  const auto found = findings();
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0].kind, Finding::Kind::event);
  EXPECT_EQ(found[0].offset, 7u);
}

}  // namespace
}  // namespace coffer::store
