// The index made anew: nothing that was acknowledged is lost with it, what only it held is named, and no interruption costs anything.
#include "store/rebuild.h"

#include <algorithm>
#include <cerrno>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>

#include "formats.h"
#include "workshop.h"

namespace coffer::store {
namespace {

/// A disk on which the call of a given number fails, and none after it is tried.
class FailingHome final : public FileSystem {
 public:
  FailingHome(std::filesystem::path root, int calls) : real_(std::move(root)), calls_left_(calls) {}
  FileResult<std::unique_ptr<File>> open(const std::string& name, OpenMode mode) override {
    if (fails()) return failed();
    return real_.open(name, mode);
  }
  FileResult<void> make_folder(const std::string& folder) override { return real_.make_folder(folder); }
  FileResult<std::vector<std::string>> list(const std::string& folder) const override { return real_.list(folder); }
  FileResult<void> sync_folder(const std::string& folder) override {
    if (fails()) return failed();
    return real_.sync_folder(folder);
  }
  FileResult<void> rename(const std::string& from, const std::string& to) override {
    if (fails()) return failed();
    return real_.rename(from, to);
  }
  FileResult<void> remove(const std::string& name) override {
    if (fails()) return failed();
    return real_.remove(name);
  }
  FileResult<std::uint64_t> available() const override { return real_.available(); }

 private:
  bool fails() { return --calls_left_ < 0; }
  static std::unexpected<FileError> failed() { return std::unexpected(FileError{EIO, "the disk is gone"}); }
  PosixFileSystem real_;
  int calls_left_;
};

class RebuildTest : public StoreTest {
 protected:
  void SetUp() override {
    open();
    ok(store->bind(2, 1));
    ok(store->bind(0xf1e2d3c4b5a69788, 7));
    archive = value(store->archive_of(1, 2));
    for (const Block& block : blocks) put(archive, block);
    end = commit(archive, {}, "first");
    const Archive other = value(store->archive_of(7, 0xf1e2d3c4b5a69788));
    put(other, make_block(9));
    commit(other, {}, "another's");
    put(archive, late);
    end = commit(archive, end, "second");
    ok(store->note("login", {}));
    for (int i = 0; i < 300; ++i) ok(store->note("knock", {}, Keep::while_new));
    ok(store->note("logout", {}));
  }

  std::filesystem::path index() const { return directory.path() / index_name; }
  void remove_index() {
    store.reset();
    for (const char* suffix : {"", "-wal", "-shm"}) std::filesystem::remove(index().string() + suffix);
  }
  static std::string octets_of(const std::filesystem::path& file) {
    std::ifstream in(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
  }
  void overwrite(const std::filesystem::path& file, const std::string& octets) {
    std::ofstream(file, std::ios::binary | std::ios::trunc) << octets;
  }
  Database beside() { return value(Database::open(index(), Database::Access::read_write_create)); }
  /// What nobody guesses: whose a computer is, changed without its sum.
  void damage_index() {
    store.reset();
    ok(beside().script("PRAGMA ignore_check_constraints = ON; PRAGMA writable_schema = ON;"));
    std::string octets = octets_of(index());
    std::string sum;
    ok(beside().run("SELECT sum FROM computers WHERE computer = 2", {}, [&](const Row& row) {
      const View octets_of_sum = row.octets(0);
      sum.assign(octets_of_sum.begin(), octets_of_sum.end());
    }));
    octets.at(octets.rfind(sum)) ^= 1;
    overwrite(index(), octets);
  }
  Result<RebuildReport> try_rebuild() {
    store.reset();
    PosixFileSystem home{directory.path()};
    return rebuild(directory.path(), files, home, fixed_clock());
  }
  RebuildReport rebuilt() {
    auto report = value(try_rebuild());
    open();
    archive = value(store->archive_of(1, 2));
    return report;
  }
  std::string versions(Archive of) {
    std::string records;
    for (const auto& entry : value(store->versions(of, 0, 99)).entries)
      records += std::to_string(entry.number) + std::string(entry.record.begin(), entry.record.end()) + " ";
    return records;
  }
  void expect_all_acknowledged() {
    archive = value(store->archive_of(1, 2));
    EXPECT_EQ(versions(archive), "1first 2second ");
    for (const Block& block : blocks) EXPECT_TRUE(loads(archive, block));
    EXPECT_TRUE(loads(archive, late));
    const Archive other = value(store->archive_of(7, 0xf1e2d3c4b5a69788));
    EXPECT_EQ(versions(other), "1another's ");
    EXPECT_TRUE(loads(other, make_block(9)));
    EXPECT_EQ(value(store->bindings()), (std::map<std::uint64_t, std::uint64_t>{{2, 1}, {0xf1e2d3c4b5a69788, 7}}));
  }
  static std::size_t count(const std::vector<Finding>& findings, Finding::Kind kind) {
    return static_cast<std::size_t>(
        std::count_if(findings.begin(), findings.end(), [&](const Finding& finding) { return finding.kind == kind; }));
  }
  /// An octet of a record in the pack, by a part of its content.
  std::uint8_t& octet_of(const std::string& text) {
    const Octets content(text.begin(), text.end());
    Octets& pack = files.octets(first_pack);
    const auto found = std::search(pack.begin(), pack.end(), content.begin(), content.end());
    EXPECT_NE(found, pack.end());
    return *found;
  }

  const std::vector<Block> blocks{make_block(1), make_block(2, 60), make_block(3, 30)};
  const Block late = make_block(4, 100);
  Archive archive;
  ChainEnd end;
};

TEST_F(RebuildTest, without_an_index_all_that_was_acknowledged_comes_back_and_the_lost_log_is_named) {
  remove_index();
  const auto refused = try_open();
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().what.find("cofferd rebuild --data " + directory.path().string()), std::string::npos) << refused.error().what;
  EXPECT_FALSE(std::filesystem::exists(index())) << "nothing is made unasked";
  const Octets pack = files.octets(first_pack);
  const auto report = rebuilt();
  EXPECT_EQ(files.octets(first_pack), pack);
  ASSERT_EQ(report.findings.size(), 1u);
  EXPECT_EQ(report.findings[0].kind, Finding::Kind::event);
  EXPECT_EQ(report.kept, "");
  EXPECT_EQ(report.versions, 3u);
  EXPECT_EQ(report.archives, 2u);
  EXPECT_EQ(report.blocks, 5u);
  EXPECT_EQ(report.computers, 2u);
  expect_all_acknowledged();
  EXPECT_EQ(events("store_rebuilt").size(), 1u);
  EXPECT_TRUE(value(store->verify()).findings.empty());
  commit(archive, end);
}

TEST_F(RebuildTest, with_a_damaged_row_nothing_at_all_is_lost_and_the_old_index_is_kept) {
  damage_index();
  const std::string damaged = octets_of(index());
  ASSERT_FALSE(try_open());
  EXPECT_EQ(octets_of(index()), damaged);
  auto report = rebuilt();
  EXPECT_TRUE(report.whole()) << text(report.findings.at(0));
  EXPECT_EQ(report.kept, "coffer.sqlite.damaged-1");
  EXPECT_EQ(octets_of(directory.path() / report.kept), damaged);
  expect_all_acknowledged();
  EXPECT_EQ(events("login").size(), 1u);
  EXPECT_EQ(events("knock").size(), 300u);
  EXPECT_TRUE(value(store->verify()).findings.empty());
  const auto parsed = nlohmann::json::parse(json(report));
  EXPECT_EQ(parsed["whole"], true);
  EXPECT_EQ(parsed["versions"], 3);
  EXPECT_EQ(parsed["kept"], "coffer.sqlite.damaged-1");
  damage_index();
  EXPECT_EQ(rebuilt().kept, "coffer.sqlite.damaged-2");
  expect_all_acknowledged();
}

TEST_F(RebuildTest, interrupted_at_any_step_it_can_be_done_again_and_nobody_is_served_half_of_it) {
  TemporaryDirectory running;  // with the log of what was not yet written into the database
  copy_index(directory.path(), running.path());
  damage_index();
  TemporaryDirectory closed;
  copy_index(directory.path(), closed.path());
  ASSERT_TRUE(std::filesystem::exists(running.path() / (std::string(index_name) + "-wal")));
  for (const auto& from : {running.path(), closed.path()}) {
    int calls = 0;
    for (bool done = false; !done; ++calls) {
      SCOPED_TRACE(from.string() + " call " + std::to_string(calls));
      TemporaryDirectory fresh;
      copy_index(from, fresh.path());
      FailingHome home{fresh.path(), calls};
      const auto interrupted = rebuild(fresh.path(), files, home, fixed_clock());
      done = interrupted.has_value();
      if (auto opened = Store::open(fresh.path(), files, fixed_clock()); opened) {
        store = std::move(*opened);
        expect_all_acknowledged();
        store.reset();
      } else {
        EXPECT_NE(opened.error().what.find("cofferd rebuild"), std::string::npos) << opened.error().what;
      }
      PosixFileSystem disk{fresh.path()};
      const auto again = value(rebuild(fresh.path(), files, disk, fixed_clock()));
      EXPECT_TRUE(again.whole()) << text(again.findings.at(0));
      EXPECT_GE(again.events, 302u);
      store = value(Store::open(fresh.path(), files, fixed_clock()));
      expect_all_acknowledged();
      EXPECT_TRUE(value(store->verify()).whole());
      store.reset();
    }
    EXPECT_GE(calls, 5);
  }
}

TEST_F(RebuildTest, the_databases_own_log_is_kept_with_it_and_not_taken_for_the_new_ones) {
  TemporaryDirectory fresh;
  copy_index(directory.path(), fresh.path());
  store.reset();
  const std::string log = octets_of(fresh.path() / (std::string(index_name) + "-wal"));
  ASSERT_GT(log.size(), 100'000u);
  PosixFileSystem home{fresh.path()};
  const auto report = value(rebuild(fresh.path(), files, home, fixed_clock()));
  EXPECT_EQ(octets_of(fresh.path() / (report.kept + "-wal")), log);
  store = value(Store::open(fresh.path(), files, fixed_clock()));
  int rebuilt_events = 0;
  ok(read_events(fresh.path(), 0, [&](const Event& event) { rebuilt_events += event.event == "store_rebuilt"; }));
  EXPECT_EQ(rebuilt_events, 1) << "it is the new index that is open";
  expect_all_acknowledged();
  store.reset();
}

TEST_F(RebuildTest, what_an_interrupted_one_left_half_written_is_in_nobodys_way) {
  damage_index();
  overwrite(index().string() + ".new", std::string(5000, 'x'));
  EXPECT_TRUE(rebuilt().whole());
  expect_all_acknowledged();
}

TEST_F(RebuildTest, a_torn_last_version_is_cut_away_and_all_before_it_stands) {
  remove_index();
  const Octets whole = files.octets(first_pack);
  const std::size_t record = record_header_octets + 24 + std::string("second").size();
  for (const std::size_t torn : {std::size_t{1}, std::size_t{7}, std::size_t{31}, record - 1}) {
    SCOPED_TRACE(torn);
    remove_index();
    files.octets(first_pack) = whole;
    files.octets(first_pack).resize(whole.size() - torn);
    const auto report = rebuilt();
    EXPECT_EQ(count(report.findings, Finding::Kind::record) + count(report.findings, Finding::Kind::unreadable), 1u);
    EXPECT_EQ(versions(archive), "1first ");
    EXPECT_TRUE(loads(archive, late));
    EXPECT_EQ(files.octets(first_pack).size(), whole.size() - torn) << "what is there is kept";
    commit(archive, {1, end_of(next_version({}, "first")).link}, "other");
    remove_index();
    rebuilt();
    EXPECT_EQ(versions(archive), "1first 2other ");
  }
}

TEST_F(RebuildTest, of_two_attempts_at_a_version_the_acknowledged_one_counts) {
  ok(beside().script("CREATE TRIGGER no BEFORE INSERT ON versions BEGIN SELECT RAISE(ABORT, 'no'); END"));
  EXPECT_FALSE(store->commit(archive, next_version(end, "refused")));
  ok(beside().script("DROP TRIGGER no"));
  commit(archive, end, "third");
  remove_index();
  rebuilt();
  EXPECT_EQ(versions(archive), "1first 2second 3third ");
}

TEST_F(RebuildTest, a_version_that_only_the_old_index_says_is_taken_from_there_and_said_in_a_pack_again) {
  octet_of("first") ^= 1;
  EXPECT_TRUE(rebuilt().whole());
  expect_all_acknowledged();
  EXPECT_TRUE(value(store->verify()).whole());
  remove_index();
  rebuilt();
  expect_all_acknowledged();
}

TEST_F(RebuildTest, a_version_that_nothing_says_is_named_and_those_after_it_stay) {
  octet_of("first") ^= 1;
  remove_index();
  const auto report = rebuilt();
  EXPECT_EQ(versions(archive), "2second ");
  EXPECT_EQ(count(report.findings, Finding::Kind::version), 1u);
  EXPECT_EQ(count(report.findings, Finding::Kind::record), 1u);
  EXPECT_EQ(versions(value(store->archive_of(7, 0xf1e2d3c4b5a69788))), "1another's ");
  commit(archive, end, "third");
}

TEST_F(RebuildTest, a_flipped_octet_of_a_pack_costs_one_record_without_an_index_too) {
  remove_index();
  const Octets whole = files.octets(first_pack);
  for (std::size_t at = pack_header_octets; at < whole.size(); at += 3) {
    SCOPED_TRACE(at);
    remove_index();
    files.octets(first_pack) = whole;
    files.octets(first_pack)[at] ^= 0x10;
    const auto report = rebuilt();
    EXPECT_FALSE(report.whole());
    const auto other = value(store->archive_of(7, 0xf1e2d3c4b5a69788));
    std::size_t there = value(store->versions(archive, 0, 9)).entries.size() + value(store->versions(other, 0, 9)).entries.size() +
                        value(store->bindings()).size() + loads(archive, late) + loads(other, make_block(9));
    for (const Block& block : blocks) there += loads(archive, block);
    // Of the other archive one version says whose it is; without it, its block is nobody's.
    const bool other_lost = value(store->versions(other, 0, 9)).entries.empty();
    EXPECT_EQ(there, other_lost ? 8u : 9u);
    EXPECT_EQ(count(report.findings, Finding::Kind::owner), other_lost ? 1u : 0u);
  }
}

TEST_F(RebuildTest, damaged_blocks_are_named_and_asked_for_again) {
  const Block& hurt = blocks[1];
  octet_of(std::string(hurt.sealed.begin() + 1, hurt.sealed.end())) ^= 1;
  const auto report = rebuilt();
  ASSERT_EQ(report.findings.size(), 1u);
  EXPECT_EQ(report.findings[0].kind, Finding::Kind::damaged);
  EXPECT_EQ(report.findings[0].id, hurt.id);
  EXPECT_EQ(report.findings[0].user, 1u);
  EXPECT_EQ(missing(archive, {blocks[0], hurt, blocks[2]}), (std::vector<std::uint16_t>{1}));
  put(archive, hurt);
  commit(archive, end);
  remove_index();
  EXPECT_EQ(count(rebuilt().findings, Finding::Kind::damaged), 0u) << "another record of it is whole";
  EXPECT_TRUE(loads(archive, hurt));
}

TEST_F(RebuildTest, blocks_of_an_archive_without_versions_are_nobodys_and_no_other_archive_gets_them) {
  const Archive unfinished = value(store->archive_of(3, 3));
  put(unfinished, late);
  ok(store->settle());
  remove_index();
  const auto report = rebuilt();
  EXPECT_EQ(count(report.findings, Finding::Kind::owner), 1u);
  const Archive stranger = value(store->archive_of(4, 4));
  EXPECT_NE(stranger.row, unfinished.row);
  EXPECT_FALSE(loads(stranger, late));
  EXPECT_EQ(missing(value(store->archive_of(3, 3)), {late}), (std::vector<std::uint16_t>{0}));
  EXPECT_TRUE(value(store->verify()).whole());
}

TEST_F(RebuildTest, one_octet_of_the_first_page_costs_no_line_of_the_event_log) {
  store.reset();
  const std::string sound = octets_of(index());
  for (std::size_t at = 0; at < 4096; at += 61) {
    if (at >= 100 && sound[at] == 0) continue;
    store.reset();
    std::string damaged = sound;
    damaged[at] ^= 0x04;
    overwrite(index(), damaged);
    rebuilt();
    EXPECT_EQ(events("knock").size(), 300u) << "octet " << at;
    EXPECT_EQ(events(events_lost).size(), 0u) << "octet " << at;
  }
  expect_all_acknowledged();
}

TEST_F(RebuildTest, lost_lines_of_the_event_log_are_named_and_the_chain_goes_on_behind_them) {
  store.reset();
  std::string octets = octets_of(index());
  std::int64_t page = 0;
  {
    // A leaf in the middle of the table: it has a line of that number at its beginning or end.
    const std::string_view sql = "SELECT rootpage FROM sqlite_schema WHERE name = 'events'";
    ok(beside().run(sql, {}, [&](const Row& row) { page = row.number(0); }));
  }
  const auto word_at = [&](std::size_t offset) {
    return static_cast<std::size_t>(static_cast<std::uint8_t>(octets[offset])) << 8 | static_cast<std::uint8_t>(octets[offset + 1]);
  };
  const std::size_t root = static_cast<std::size_t>(page - 1) * 4096;
  ASSERT_EQ(octets[root], 5) << "an interior page";
  const std::size_t cell = root + word_at(root + 12 + 2 * (word_at(root + 3) / 2));
  const std::size_t leaf = (word_at(cell) << 16 | word_at(cell + 2)) - 1;
  octets[leaf * 4096] ^= 0x40;
  overwrite(index(), octets);
  ASSERT_FALSE(try_open());
  const auto report = rebuilt();
  ASSERT_EQ(report.findings.size(), 1u);
  EXPECT_EQ(report.findings[0].kind, Finding::Kind::event);
  EXPECT_EQ(events("login").size(), 1u);
  EXPECT_EQ(events("logout").size(), 1u);
  EXPECT_EQ(events(events_lost).size(), 1u);
  EXPECT_LT(events("knock").size(), 300u);
  EXPECT_GT(events("knock").size(), 100u);
  EXPECT_TRUE(value(store->verify()).whole());
  ok(beside().script("UPDATE events SET time_ms = time_ms + 1 WHERE event = 'logout'"));
  EXPECT_FALSE(value(store->verify()).whole());
  expect_all_acknowledged();
}

TEST_F(RebuildTest, a_pack_that_is_gone_is_named_and_its_number_not_used_again) {
  options.pack_octets_max = 200;
  open();
  put(archive, make_block(20, 200));
  end = commit(archive, end, "third");
  ASSERT_TRUE(files.exists("packs/00000002.pack"));
  store.reset();
  files.take_away("packs/00000002.pack");
  const auto report = rebuilt();
  EXPECT_EQ(count(report.findings, Finding::Kind::pack), 1u);
  EXPECT_EQ(versions(archive), "1first 2second 3third ") << "the old index says it";
  put(archive, make_block(20, 200));
  commit(archive, end);
  EXPECT_FALSE(files.exists("packs/00000002.pack"));
}

TEST_F(RebuildTest, beside_a_running_server_and_over_formats_that_it_cannot_judge_it_changes_nothing) {
  PosixFileSystem home{directory.path()};
  EXPECT_EQ(rebuild(directory.path(), files, home, fixed_clock()).error().kind, Trouble::Kind::in_use);
  store.reset();
  ok(beside().script("CREATE TABLE news(story); PRAGMA user_version = 7"));
  EXPECT_EQ(try_rebuild().error().kind, Trouble::Kind::newer);
  ok(beside().script("DROP TABLE news; PRAGMA user_version = 2"));
  EXPECT_EQ(try_rebuild().error().kind, Trouble::Kind::corrupt);
  EXPECT_FALSE(std::filesystem::exists(index().string() + ".damaged-1"));
  ok(beside().script("PRAGMA user_version = 6"));
  open();
  expect_all_acknowledged();
}

TEST_F(RebuildTest, a_wrong_octet_in_the_databases_own_log_costs_nothing_but_events) {
  TemporaryDirectory running;
  copy_index(directory.path(), running.path());
  store.reset();
  const MemoryFileSystem packs = files.snapshot();
  const std::string wal = std::string(index_name) + "-wal";
  const std::string octets = octets_of(running.path() / wal);
  ASSERT_GT(octets.size(), 100'000u);
  int refused = 0;
  for (std::size_t at = 5; at < octets.size(); at += octets.size() / 60) {
    SCOPED_TRACE(at);
    TemporaryDirectory fresh;
    copy_index(running.path(), fresh.path());
    std::string flipped = octets;
    flipped[at] ^= 0x20;
    overwrite(fresh.path() / wal, flipped);
    files = packs.snapshot();
    auto opened = Store::open(fresh.path(), files, fixed_clock());
    if (!opened) {
      ++refused;
      PosixFileSystem home{fresh.path()};
      value(rebuild(fresh.path(), files, home, fixed_clock()));
      opened = Store::open(fresh.path(), files, fixed_clock());
    }
    store = value(std::move(opened));
    expect_all_acknowledged();
    for (const Finding& finding : value(store->verify()).findings) EXPECT_EQ(finding.kind, Finding::Kind::event) << text(finding);
    store.reset();
    store = value(Store::open(fresh.path(), files, fixed_clock()));
    EXPECT_TRUE(value(store->verify()).whole());
    store.reset();
  }
  EXPECT_LT(refused, 30);
}

TEST_F(RebuildTest, an_index_of_the_format_before_makes_the_packs_say_what_it_alone_said) {
  remove_index();
  files = MemoryFileSystem();
  open();
  archive = value(store->archive_of(1, 2));
  put(archive, blocks[0]);
  ok(store->settle());
  const std::size_t blocks_end = files.octets(first_pack).size();
  ok(store->bind(2, 1));
  end = commit(archive, {}, "first");
  commit(archive, end, "second");
  store.reset();
  // As the format before had it: the packs hold blocks and nothing else.
  files.octets(first_pack).resize(blocks_end);
  ok(beside().run("UPDATE packs SET indexed_octets = ?", {std::uint64_t{blocks_end}}));
  ok(beside().script(to_format_4));
  ok(beside().script("PRAGMA user_version = 3"));
  const MemoryFileSystem before = files.snapshot();
  TemporaryDirectory index_before;
  copy_index(directory.path(), index_before.path());

  open();
  EXPECT_TRUE(value(store->verify()).findings.empty()) << "nothing is left to say";
  const std::size_t said = files.octets(first_pack).size();
  open();
  EXPECT_EQ(files.octets(first_pack).size(), said) << "once and for all";
  remove_index();
  rebuilt();
  EXPECT_EQ(versions(archive), "1first 2second ");
  EXPECT_EQ(value(store->bindings()), (std::map<std::uint64_t, std::uint64_t>{{2, 1}}));

  // Power is lost at any moment of it: it is done again.
  for (int allowed = 0;; ++allowed) {
    SCOPED_TRACE(allowed);
    remove_index();
    copy_index(index_before.path(), directory.path());
    files = before.snapshot();
    int left = allowed;
    files.fail = [&](MemoryFileSystem::Operation operation, const std::string&) -> std::optional<int> {
      using enum MemoryFileSystem::Operation;
      return (operation == write || operation == sync) && --left < 0 ? std::optional(EIO) : std::nullopt;
    };
    files.short_write = 50;
    const bool done = try_open().has_value();
    files.fail = {};
    files.crash([](std::size_t change) { return change % 2 == 0; });
    open();
    archive = value(store->archive_of(1, 2));
    EXPECT_EQ(versions(archive), "1first 2second ");
    EXPECT_TRUE(value(store->verify()).whole());
    remove_index();
    rebuilt();
    EXPECT_EQ(versions(archive), "1first 2second ");
    EXPECT_EQ(value(store->bindings()).size(), 1u);
    if (done) break;
  }
}

}  // namespace
}  // namespace coffer::store
