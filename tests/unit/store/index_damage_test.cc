// One bit of the closed database flipped: verification reports it, or everything in it is read and served as before; and made anew, it says
// what it said.
#include <fmt/core.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <random>

#include "store/rebuild.h"
#include "workshop.h"

namespace coffer::store {
namespace {

constexpr std::uint64_t alice = 7, bob = 9;
constexpr std::uint64_t laptop = 0x1122334455667788, desktop = 0xf1e2d3c4b5a69788;

class IndexDamageTest : public StoreTest {
 protected:
  void SetUp() override {
    options.passing_events_max = 3;
    options.mend_at_start = false;  // what verification finds by itself is looked at as well
    options.on_damage = [this](const std::string& what) { told.push_back(what); };
    open();
    const std::pair<std::string_view, std::string> fields[] = {{"user", "7"}, {"computer", "1122334455667788"}};
    for (const auto& [user, computer] : owners) {
      ok(store->bind(computer, user));
      const Archive archive = value(store->archive_of(user, computer));
      ChainEnd end;
      for (std::uint32_t version = 1; version <= 3; ++version) {
        for (std::uint32_t seed = 0; seed < 6; ++seed) put(archive, block_of(user, version, seed));
        end = commit(archive, end, fmt::format("record {} of user {}", version, user));
        ok(store->note("login", fields));
        for (int i = 0; i < 2; ++i) ok(store->note("knock", fields, Keep::while_new));
      }
    }
    store.reset();
    std::ifstream in(file(), std::ios::binary);
    sound.assign(std::istreambuf_iterator<char>(in), {});
    ASSERT_GT(sound.size(), 30'000u);
  }

  static Block block_of(std::uint64_t user, std::uint32_t version, std::uint32_t seed) {
    return make_block(static_cast<std::uint32_t>(user) * 1000 + version * 100 + seed);
  }
  std::filesystem::path file() const { return directory.path() / index_name; }
  void write(const std::string& octets) {
    store.reset();
    for (const char* suffix : {"-wal", "-shm"}) std::filesystem::remove(file().string() + suffix);
    std::ofstream(file(), std::ios::binary | std::ios::trunc) << octets;
  }
  /// Where the octets stand in the database, the last time of several.
  std::size_t place_of(const std::string& octets) const {
    const std::size_t at = sound.rfind(octets);
    EXPECT_NE(at, sound.npos);
    return at;
  }
  static std::string big_endian(std::uint64_t number) {
    std::string octets;
    for (int shift = 56; shift >= 0; shift -= 8) octets.push_back(static_cast<char>(number >> shift));
    return octets;
  }
  static std::string text_of(View octets) { return {octets.begin(), octets.end()}; }

  /// All rows of all tables.
  std::string rows() {
    std::string all;
    auto beside = value(Database::open(file(), Database::Access::read_only));
    for (const std::string_view sql : {"SELECT quote(row), quote(user), quote(computer) FROM archives NOT INDEXED ORDER BY row",
                                       "SELECT quote(number), quote(indexed_octets), '' FROM packs ORDER BY number",
                                       "SELECT quote(archive) || quote(id), quote(pack), quote(offset) || "
                                       "quote(length) || quote(damaged) FROM blocks ORDER BY archive, id",
                                       "SELECT quote(archive), quote(number) || quote(link), quote(record) FROM versions NOT INDEXED "
                                       "ORDER BY archive, number",
                                       "SELECT quote(number) || quote(time_ms), quote(event) || quote(fields), quote(hash) || "
                                       "quote(passing) FROM events NOT INDEXED ORDER BY number",
                                       "SELECT quote(computer), quote(user), '' FROM computers ORDER BY computer"}) {
      ok(beside.run(sql, {}, [&](const Row& row) {
        for (int column = 0; column < 3; ++column) all.append(row.text(column)).push_back(' ');
        all.push_back('\n');
      }));
    }
    return all;
  }
  /// What the store gives: whose archives, their versions, which blocks, whose computers.
  std::string served() {
    std::string all;
    for (const auto& [user, computer] : owners) {
      const Archive archive = value(store->archive_of(user, computer));
      all += fmt::format("archive {}", archive.row);
      for (const auto& version : value(store->versions(archive, 1, 100)).entries)
        all += fmt::format(" {} {}", version.number, text_of(version.link) + text_of(version.record));
      for (std::uint32_t version = 1; version <= 3; ++version)
        for (std::uint32_t seed = 0; seed < 6; ++seed) {
          const auto loaded = value(store->load(archive, block_of(user, version, seed).id));
          all += loaded ? text_of(loaded->sealed) : "lost";
        }
    }
    for (const auto& [computer, user] : value(store->bindings())) all += fmt::format(" {}={}", computer, user);
    return all;
  }
  std::vector<Finding> findings() { return value(store->verify()).findings; }
  static std::string octets_of(const std::filesystem::path& file) {
    std::ifstream in(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
  }
  /// Whether the index made anew serves what the sound one did. Only events may be lost.
  bool is_made_anew(const std::string& served_before) {
    PosixFileSystem home{directory.path()};
    const auto rebuilt = rebuild(directory.path(), files, home, fixed_clock());
    if (!rebuilt) return ADD_FAILURE() << rebuilt.error().what, false;
    for (const Finding& finding : rebuilt->findings) EXPECT_EQ(finding.kind, Finding::Kind::event) << text(finding);
    std::filesystem::remove(directory.path() / rebuilt->kept);
    open();
    return served() == served_before && value(store->verify()).whole();
  }

  const std::vector<std::pair<std::uint64_t, std::uint64_t>> owners{{alice, laptop}, {bob, desktop}};
  std::string sound;
  std::vector<std::string> told;
};

TEST_F(IndexDamageTest, a_flipped_bit_is_reported_or_changes_nothing) {
  const std::string rows_before = rows();
  open();
  const std::string served_before = served();
  ASSERT_TRUE(findings().empty());
  std::vector<std::size_t> used;
  for (std::size_t at = 0; at < sound.size(); ++at)
    if (sound[at] != 0) used.push_back(at);
  const MemoryFileSystem packs = files.snapshot();

  std::mt19937 random(20'240'611);
  int refused = 0, named = 0, harmless = 0, silent = 0;
  constexpr int flips = 600;
  for (int flip = 0; flip < flips; ++flip) {
    const std::size_t at = flip % 3 == 0 ? random() % sound.size() : used[random() % used.size()];
    const int bit = static_cast<int>(random() % 8);
    SCOPED_TRACE(fmt::format("octet {} (page {}, {} in it), bit {}", at, at / 4096 + 1, at % 4096, bit));
    std::string flipped = sound;
    flipped[at] = static_cast<char>(flipped[at] ^ (1 << bit));
    write(flipped);
    files = packs.snapshot();
    auto opened = try_open();
    auto report = opened ? (*opened)->verify() : Result<VerifyReport>(std::unexpected(opened.error()));
    if (!report || !report->whole()) {
      if (!report) {
        EXPECT_NE(report.error().what.find("cofferd rebuild"), std::string::npos) << report.error().what;
        EXPECT_EQ(octets_of(file()), flipped) << "nothing is changed";
      }
      ++(report ? named : refused);
      if (opened) opened->reset();
      if (report) {
        write(flipped);
        files = packs.snapshot();
        options.mend_at_start = true;
        open();
        options.mend_at_start = false;
        EXPECT_EQ(served(), served_before) << "whoever starts the server over it is served as before";
        store.reset();
      }
      write(flipped);
      files = packs.snapshot();
      EXPECT_TRUE(is_made_anew(served_before));
      continue;
    }
    store = std::move(*opened);
    const bool serves_the_same = served() == served_before;
    store.reset();
    const bool same = serves_the_same && rows() == rows_before;
    EXPECT_TRUE(same) << "verification says whole";
    ++(same ? harmless : silent);
  }
  fmt::print("{} flips: {} refused, {} named, {} harmless, {} silent\n", flips, refused, named, harmless, silent);
  EXPECT_GT(named, flips / 10);
  EXPECT_GT(harmless, 0);
}

TEST_F(IndexDamageTest, an_index_that_does_not_lead_to_its_rows_is_made_anew_and_said) {
  // The computer stands in the archives' index and in their table.
  int made_anew = 0, refused = 0;
  for (std::size_t at = sound.find(big_endian(laptop)); at != sound.npos; at = sound.find(big_endian(laptop), at + 1)) {
    std::string flipped = sound;
    flipped[at + 7] ^= 1;
    write(flipped);
    auto opened = try_open();
    if (!opened) {
      EXPECT_EQ(opened.error().kind, Trouble::Kind::corrupt);
      ++refused;
      continue;
    }
    store = std::move(*opened);
    EXPECT_EQ(value(store->versions(value(store->archive_of(alice, laptop)), 1, 9)).entries.size(), 3u);
    EXPECT_EQ(events("index_rebuilt").size(), 1u);
    const auto report = value(store->verify());
    EXPECT_FALSE(report.whole());
    ASSERT_EQ(report.findings.size(), 1u);
    EXPECT_EQ(report.findings[0].kind, Finding::Kind::index);
    EXPECT_NE(report.findings[0].what.find("autoindex_archives"), std::string::npos) << report.findings[0].what;
    open();
    EXPECT_TRUE(findings().empty()) << "made anew, once and for all";
    ++made_anew;
  }
  EXPECT_EQ(made_anew, 1);
  EXPECT_EQ(refused, 1);
}

TEST_F(IndexDamageTest, a_block_whose_row_names_another_is_found_by_its_record_and_put_back) {
  const Block block = block_of(alice, 1, 3);
  std::string flipped = sound;
  flipped[sound.find(text_of(block.id)) + 31] ^= 1;
  write(flipped);
  open();
  const auto report = value(store->verify());
  EXPECT_FALSE(report.whole());
  EXPECT_TRUE(std::any_of(report.findings.begin(), report.findings.end(), [&](const Finding& finding) {
    return finding.kind == Finding::Kind::row && finding.id == block.id && finding.user == alice;
  }));
  EXPECT_TRUE(loads(value(store->archive_of(alice, laptop)), block));
  open();
  EXPECT_TRUE(findings().empty());
}

TEST_F(IndexDamageTest, a_block_whose_row_names_another_place_is_asked_for_again_and_harms_no_other) {
  const Block block = block_of(alice, 2, 3), other = block_of(alice, 2, 4);
  std::string flipped = sound;
  flipped[sound.find(text_of(block.id)) + 33] ^= 1;  // the second octet of the offset, which follows
  write(flipped);
  open();
  const Archive archive = value(store->archive_of(alice, laptop));
  EXPECT_EQ(missing(archive, {block, other}), (std::vector<std::uint16_t>{0}));
  EXPECT_FALSE(loads(archive, block));
  EXPECT_TRUE(loads(archive, other));
  EXPECT_TRUE(events("block_damaged").empty()) << "its octets are whole";
  for (const Finding& finding : findings())
    EXPECT_TRUE(finding.kind == Finding::Kind::row || finding.kind == Finding::Kind::index) << text(finding);
  EXPECT_TRUE(loads(archive, block)) << "put back from its record";
  open();
  for (const Finding& finding : findings()) ADD_FAILURE() << text(finding);
}

TEST_F(IndexDamageTest, a_block_whose_row_names_another_place_can_be_sent_again) {
  const Block block = block_of(alice, 2, 3);
  std::string flipped = sound;
  flipped[sound.find(text_of(block.id)) + 33] ^= 1;
  write(flipped);
  open();
  const Archive archive = value(store->archive_of(alice, laptop));
  put(archive, block);
  ok(store->settle());
  EXPECT_TRUE(loads(archive, block));
  EXPECT_TRUE(value(store->verify()).whole()) << "the older record is an orphan";
}

TEST_F(IndexDamageTest, a_block_that_lost_its_row_is_put_back) {
  const Block block = block_of(bob, 2, 1);
  ok(value(Database::open(file(), Database::Access::read_write_create)).run("DELETE FROM blocks WHERE id = ?", {View(block.id)}));
  open();
  const auto report = value(store->verify());
  EXPECT_FALSE(report.whole());
  ASSERT_EQ(report.findings.size(), 1u);
  EXPECT_EQ(report.findings[0].kind, Finding::Kind::row);
  EXPECT_EQ(report.findings[0].id, block.id);
  EXPECT_TRUE(loads(value(store->archive_of(bob, desktop)), block));
  EXPECT_TRUE(findings().empty());
}

TEST_F(IndexDamageTest, ARC_059_a_version_whose_row_is_not_what_was_written_is_written_anew_before_anyone_is_served) {
  open();
  const std::string served_before = served();
  for (std::uint64_t number = 1; number <= 3; ++number) {
    std::string link, sum;
    store.reset();
    write(sound);
    {
      auto beside = value(Database::open(file(), Database::Access::read_only));
      const std::string_view sql = "SELECT link, sum FROM versions WHERE archive = 1 AND number = ?";
      ok(beside.run(sql, {number}, [&](const Row& row) { link = text_of(row.octets(0)), sum = text_of(row.octets(1)); }));
    }
    for (const std::string& hurt : {link, fmt::format("record {} of user 7", number), sum}) {
      SCOPED_TRACE(fmt::format("version {}, {} octets", number, hurt.size()));
      std::string flipped = sound;
      flipped[place_of(hurt) + 4] ^= 1;
      write(flipped);
      told.clear();
      options.mend_at_start = true;
      open();
      EXPECT_EQ(served(), served_before);
      ASSERT_EQ(events("store_mended").size(), 1u);
      EXPECT_EQ(events("store_mended")[0].fields, R"({"rows_unproven":"1","rows_mended":"1","lost":"0"})");
      ASSERT_EQ(told.size(), 1u);
      EXPECT_NE(told[0].find("1 rows of the index"), std::string::npos) << told[0];
      options.mend_at_start = false;
      open();
      EXPECT_TRUE(findings().empty()) << "mended once and for all";
    }
  }
}

TEST_F(IndexDamageTest, a_version_whose_row_names_another_number_comes_back_under_its_own) {
  open();
  const std::string served_before = served();
  store.reset();
  std::string flipped = sound;
  const std::size_t record = place_of("record 3 of user 9");  // before it the link, before that the number, in one octet each
  ASSERT_EQ(flipped[record - 33], 3);
  flipped[record - 33] ^= 4;
  write(flipped);
  options.mend_at_start = true;
  open();
  EXPECT_EQ(served(), served_before);
  open();
  EXPECT_TRUE(findings().empty());
}

TEST_F(IndexDamageTest, a_version_of_which_neither_row_nor_record_is_left_is_named_and_the_others_stay) {
  std::string flipped = sound;
  flipped[place_of("record 3 of user 9")] ^= 1;
  write(flipped);
  Octets& pack = files.octets(first_pack);
  const std::string text = "record 3 of user 9";
  const auto at = std::search(pack.begin(), pack.end(), text.begin(), text.end());
  ASSERT_NE(at, pack.end());
  *at ^= 1;
  options.mend_at_start = true;
  open();
  EXPECT_EQ(value(store->versions(value(store->archive_of(bob, desktop)), 1, 9)).entries.size(), 2u);
  EXPECT_EQ(value(store->versions(value(store->archive_of(alice, laptop)), 1, 9)).entries.size(), 3u);
  ASSERT_EQ(events("store_mended").size(), 1u);
  EXPECT_EQ(events("store_mended")[0].fields, R"({"rows_unproven":"1","rows_mended":"0","lost":"1"})");
  EXPECT_EQ(told.size(), 2u);
  open();
  EXPECT_EQ(events("store_mended").size(), 1u) << "there is nothing left to mend";
}

TEST_F(IndexDamageTest, a_version_whose_row_is_not_what_was_written_is_neither_served_nor_replaced) {
  std::string flipped = sound;
  flipped[place_of("record 3 of user 9")] ^= 1;
  write(flipped);
  open();
  const Archive archive = value(store->archive_of(bob, desktop));
  const auto page = value(store->versions(archive, 1, 9));
  ASSERT_EQ(page.entries.size(), 2u);
  EXPECT_FALSE(value(store->begin_restore(archive, 3, 0)));
  ChainEnd end{2, {}};
  std::copy_n(page.entries[1].link.begin(), 32, end.link.begin());
  const auto committed = store->commit(archive, next_version(end, "another third"));
  EXPECT_FALSE(committed) << "the third was acknowledged";
  EXPECT_FALSE(value(store->verify()).whole());
  EXPECT_EQ(value(store->versions(archive, 3, 9)).entries.size(), 1u);
}

TEST_F(IndexDamageTest, ARC_058_an_archive_whose_row_changes_while_it_is_open_is_nobodys) {
  open();
  auto beside = value(Database::open(file(), Database::Access::read_write_create));
  ok(beside.script("PRAGMA writable_schema = ON"));
  ASSERT_TRUE(store->archive_of(alice, laptop));
  // Its row as another would have been written: the sum is no longer that of these values.
  ok(
      beside.run("UPDATE sqlite_schema SET sql = replace(sql, 'row_sum(''archives'', row, user, computer)', 'row_sum(1)') "
                 "WHERE name = 'archives'"));
  beside = value(Database::open(file(), Database::Access::read_write_create));
  ok(beside.run("UPDATE archives SET user = ? WHERE user = ?", {std::uint64_t{alice + 100}, std::uint64_t{alice}}));
  EXPECT_FALSE(store->archive_of(alice + 100, laptop));
}

TEST_F(IndexDamageTest, whose_a_computer_is_is_not_guessed) {
  std::string flipped = sound;
  {
    std::string sum;
    auto beside = value(Database::open(file(), Database::Access::read_only));
    ok(beside.run("SELECT sum, user FROM computers WHERE computer = ?", {laptop}, [&](const Row& row) { sum = text_of(row.octets(0)); }));
    ASSERT_EQ(sum.size(), 8u);
    const std::size_t user = place_of(sum) - 1;
    ASSERT_EQ(sound[user], static_cast<char>(alice));
    flipped[user] = static_cast<char>(bob);
  }
  write(flipped);
  const auto opened = try_open();
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().kind, Trouble::Kind::corrupt);
  EXPECT_NE(opened.error().what.find("computers"), std::string::npos) << opened.error().what;
}

TEST_F(IndexDamageTest, changed_tables_are_refused) {
  std::string flipped = sound;
  flipped[place_of("damaged INTEGER NOT NULL DEFAULT 0") + 33] ^= 1;
  write(flipped);
  const auto opened = try_open();
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().kind, Trouble::Kind::corrupt);
}

}  // namespace
}  // namespace coffer::store
