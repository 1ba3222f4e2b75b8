// Blocks that a version releases: gone with its commit and not before, wherever the store comes back from.
#include <algorithm>

#include "store/database.h"
#include "store/rebuild.h"
#include "workshop.h"

namespace coffer::store {
namespace {

class ReleaseTest : public StoreTest {
 protected:
  void SetUp() override {
    options.pack_octets_max = pack_octets;
    begin();
    for (const Block& block : blocks) put(archive, block);
    end = commit(archive);
  }
  void begin() {
    open();
    archive = value(store->archive_of(1, 2, 7));
  }
  std::vector<Digest> ids() { return value(store->block_ids(archive, {}, 100)).ids; }
  void stage(std::initializer_list<Block> which) { ok(store->stage_release(archive, ids_of(which))); }
  std::vector<bool> loaded() {
    std::vector<bool> all;
    for (const Block& block : blocks) all.push_back(loads(archive, block));
    return all;
  }
  void rebuild_index() {
    store.reset();
    for (const char* suffix : {"", "-wal", "-shm"}) std::filesystem::remove(directory.path() / (std::string(index_name) + suffix));
    PosixFileSystem home{directory.path()};
    value(rebuild(directory.path(), files, home, fixed_clock()));
    begin();
  }
  void expect_whole() {
    const auto report = value(store->verify());
    EXPECT_TRUE(report.whole());
    for (const Finding& finding : report.findings)
      if (finding.kind != Finding::Kind::orphan) ADD_FAILURE() << text(finding);  // a copy, of which one counts
  }
  /// All that is worth it; how many packs went.
  int compact() {
    int gone = 0;
    for (;;) {
      const auto done = value(store->compact_some(1000, Newest::included));
      gone += done.gone;
      if (done.pack == 0) return gone;
    }
  }

  /// Disk and index, to begin with again and again.
  class AsItWas {
   public:
    explicit AsItWas(ReleaseTest& test) : test_(test), disk_(test.files.snapshot()) { copy_index(test.directory.path(), index_.path()); }
    void again() const {
      test_.store.reset();
      test_.files = disk_.snapshot();
      for (const char* suffix : {"", "-wal", "-shm"}) std::filesystem::remove(test_.directory.path() / (std::string(index_name) + suffix));
      copy_index(index_.path(), test_.directory.path());
      test_.begin();
    }

   private:
    ReleaseTest& test_;
    const MemoryFileSystem disk_;
    const TemporaryDirectory index_;
  };

  std::uint64_t pack_octets = 1500;
  const std::vector<Block> blocks{make_block(1, 400), make_block(2, 500), make_block(3, 600), make_block(4, 700)};
  Archive archive;
  ChainEnd end;
};

TEST_F(ReleaseTest, ids_are_listed_ascending_and_page_by_page) {
  std::vector<Digest> expected;
  for (const Block& block : blocks) expected.push_back(block.id);
  std::ranges::sort(expected);
  EXPECT_EQ(ids(), expected);
  const auto first = value(store->block_ids(archive, {}, 3)), second = value(store->block_ids(archive, expected[2], 3));
  EXPECT_EQ(first.ids, (std::vector<Digest>{expected.begin(), expected.begin() + 3}));
  EXPECT_TRUE(first.more);
  EXPECT_EQ(second.ids, (std::vector<Digest>{expected[3]}));
  EXPECT_FALSE(second.more);
  EXPECT_FALSE(value(store->block_ids(archive, {}, 4)).more);
  put(archive, make_block(9));
  EXPECT_EQ(ids().size(), 5u) << "a received block is listed as well";
  EXPECT_TRUE(value(store->block_ids(value(store->archive_of(1, 3)), {}, 9)).ids.empty()) << "of this archive alone";
}

TEST_F(ReleaseTest, a_staged_block_is_missing_for_its_session_alone_until_the_commit_takes_it) {
  const Archive other = value(store->archive_of(1, 2, 8));
  stage({blocks[0], blocks[2]});
  EXPECT_EQ(missing(archive, {blocks[0], blocks[1], blocks[2]}), (std::vector<std::uint16_t>{0, 2}));
  EXPECT_TRUE(missing(other, {blocks[0], blocks[1], blocks[2]}).empty());
  EXPECT_EQ(ids().size(), 2u);
  EXPECT_EQ(loaded(), (std::vector<bool>{true, true, true, true}));
  commit(archive, end);
  EXPECT_EQ(loaded(), (std::vector<bool>{false, true, false, true}));
  EXPECT_EQ(missing(other, {blocks[0], blocks[1], blocks[2]}), (std::vector<std::uint16_t>{0, 2}));
  expect_whole();
}

TEST_F(ReleaseTest, a_session_that_ends_without_a_commit_releases_nothing) {
  stage({blocks[0]});
  store->end_session(7);
  EXPECT_TRUE(missing(archive, {blocks[0]}).empty());
  end = commit(archive, end);
  EXPECT_TRUE(loads(archive, blocks[0]));
  stage({blocks[0]});
  begin();
  end = commit(archive, end);
  EXPECT_TRUE(loads(archive, blocks[0]));
  stage({blocks[0]});
  EXPECT_EQ(value(store->commit(archive, next_version({}))), CommitOutcome::conflict);
  EXPECT_TRUE(loads(archive, blocks[0])) << "a version that is refused releases nothing";
}

TEST_F(ReleaseTest, another_sessions_commit_releases_nothing_of_this_one) {
  const Archive other = value(store->archive_of(1, 3, 8));
  ok(store->stage_release(other, ids_of({blocks[0]})));
  end = commit(archive, end);
  commit(other);
  EXPECT_EQ(loaded(), (std::vector<bool>{true, true, true, true})) << "the other archive never had it";
}

TEST_F(ReleaseTest, ARC_154_a_session_keeps_no_more_releases_in_mind_than_one_record_may_have) {
  const auto release = [&](const Archive& of, std::size_t ids) { return store->stage_release(of, Octets(ids * sizeof(Digest), 9)); };
  constexpr std::size_t most = spec::limits::releases_per_record_max;
  ok(release(archive, most - 1));
  EXPECT_EQ(release(archive, 2).error().kind, Trouble::Kind::too_many);
  ok(release(archive, 1));
  EXPECT_EQ(store->stage_release(archive, ids_of({blocks[0]})).error().kind, Trouble::Kind::too_many);
  EXPECT_TRUE(missing(archive, {blocks[0]}).empty()) << "what is refused is not released";
  Archive other = value(store->archive_of(1, 2, 8));
  ok(release(other, most));
  store->end_session(8);
  ok(release(other, most));
  end = commit(archive, end);
  ok(release(archive, most));
}

TEST_F(ReleaseTest, a_staged_block_that_is_put_again_stays) {
  stage({blocks[0], blocks[1]});
  put(archive, blocks[0]);
  EXPECT_TRUE(missing(archive, {blocks[0]}).empty());
  commit(archive, end);
  EXPECT_EQ(loaded(), (std::vector<bool>{true, false, true, true}));
  rebuild_index();
  EXPECT_EQ(loaded(), (std::vector<bool>{true, false, true, true}));
}

TEST_F(ReleaseTest, ARC_156_of_a_staged_block_that_is_put_again_the_first_octets_stay) {
  const auto other = [&](std::size_t which) {
    Block block = make_block(9, 2000);
    block.id = blocks[which].id;
    return block;
  };
  const std::vector<bool> all(4, true);
  stage({blocks[0], blocks[1]});
  put(archive, other(0));
  put(archive, other(1));
  EXPECT_EQ(loaded(), all);
  store->end_session(7);
  begin();
  EXPECT_EQ(loaded(), all);
  rebuild_index();
  compact();
  EXPECT_EQ(loaded(), all);
  stage({blocks[0]});
  put(archive, other(0));
  end = commit(archive, end);
  EXPECT_EQ(loaded(), all);
  expect_whole();
}

TEST_F(ReleaseTest, ARC_156_a_staged_block_that_is_no_longer_what_was_stored_is_replaced) {
  Block again = make_block(9, 450);
  again.id = blocks[1].id;
  files.octets(first_pack)[pack_header_octets + record_header_octets + 400 + record_header_octets + 9] ^= 1;
  stage({blocks[0], blocks[1]});
  const NewBlock came[] = {{blocks[0].id, blocks[0].checksum, blocks[0].sealed}, {again.id, again.checksum, again.sealed}};
  ok(store->put(archive, came));
  end = commit(archive, end);
  EXPECT_TRUE(loads(archive, blocks[0]));
  EXPECT_TRUE(loads(archive, again));
  EXPECT_EQ(events("block_damaged").size(), 1u);
}

TEST_F(ReleaseTest, what_was_released_does_not_come_back_with_an_index_made_anew_or_of_yesterday) {
  TemporaryDirectory yesterday;
  copy_index(directory.path(), yesterday.path());
  stage({blocks[0], blocks[3]});
  end = commit(archive, end);
  put(archive, blocks[3]);
  end = commit(archive, end);
  const std::vector<bool> expected{false, true, true, true};
  EXPECT_EQ(loaded(), expected);
  rebuild_index();
  EXPECT_EQ(loaded(), expected);
  expect_whole();
  store.reset();
  for (const char* suffix : {"", "-wal", "-shm"}) std::filesystem::remove(directory.path() / (std::string(index_name) + suffix));
  copy_index(yesterday.path(), directory.path());
  begin();
  EXPECT_EQ(loaded(), expected);
  expect_whole();
  crash_and_open();
  EXPECT_EQ(loaded(), expected);
}

TEST_F(ReleaseTest, a_release_whose_version_was_never_stored_counts_for_nothing) {
  stage({blocks[0]});
  {
    auto beside = value(Database::open(directory.path() / index_name, Database::Access::read_write_create));
    ok(beside.script("CREATE TRIGGER no BEFORE INSERT ON versions BEGIN SELECT RAISE(ABORT, 'no'); END"));
  }
  EXPECT_FALSE(store->commit(archive, next_version(end, "refused")));
  {
    auto beside = value(Database::open(directory.path() / index_name, Database::Access::read_write_create));
    ok(beside.script("DROP TRIGGER no"));
  }
  EXPECT_TRUE(loads(archive, blocks[0]));
  archive = value(store->archive_of(1, 2, 9));
  commit(archive, end, "another");
  EXPECT_TRUE(loads(archive, blocks[0]));
  rebuild_index();
  EXPECT_TRUE(loads(archive, blocks[0]));
  expect_whole();
}

TEST_F(ReleaseTest, compaction_takes_packs_away_and_leaves_all_that_counts) {
  stage({blocks[0], blocks[2]});
  end = commit(archive, end);
  const std::vector<bool> expected{false, true, false, true};
  EXPECT_GE(compact(), 1);
  EXPECT_FALSE(files.exists(first_pack));
  EXPECT_EQ(loaded(), expected);
  EXPECT_EQ(value(store->verify()).released_blocks, 0u);
  expect_whole();
  EXPECT_EQ(value(store->versions(archive, 0)).entries.size(), 2u);
  EXPECT_GE(events("pack_compacted").size(), 1u);
  EXPECT_EQ(compact(), 0) << "and then there is nothing to do";
  begin();
  EXPECT_TRUE(events("store_recovered").empty());
  EXPECT_EQ(loaded(), expected);
  rebuild_index();
  EXPECT_EQ(loaded(), expected);
  EXPECT_EQ(value(store->versions(archive, 0)).entries.size(), 2u);
  expect_whole();
  put(archive, blocks[0]);
  commit(archive, end);
  EXPECT_TRUE(loads(archive, blocks[0]));
  rebuild_index();
  EXPECT_TRUE(loads(archive, blocks[0]));
}

TEST_F(ReleaseTest, an_index_of_before_a_compaction_finds_everything_where_it_is_now) {
  TemporaryDirectory before_release, before_compaction;
  copy_index(directory.path(), before_release.path());
  stage({blocks[0], blocks[2]});
  end = commit(archive, end);
  copy_index(directory.path(), before_compaction.path());
  ASSERT_GE(compact(), 1);
  for (const auto* old : {&before_release, &before_compaction}) {
    store.reset();
    for (const char* suffix : {"", "-wal", "-shm"}) std::filesystem::remove(directory.path() / (std::string(index_name) + suffix));
    copy_index(old->path(), directory.path());
    begin();
    EXPECT_EQ(loaded(), (std::vector<bool>{false, true, false, true}));
    EXPECT_EQ(value(store->versions(archive, 0)).entries.size(), 2u);
    expect_whole();
    for (const Event& event : events("store_recovered")) EXPECT_EQ(event.fields.find("lost"), std::string::npos) << event.fields;
  }
}

TEST_F(ReleaseTest, ARC_131_a_compaction_cut_short_at_any_operation_loses_nothing_and_can_be_done_again) {
  stage({blocks[0], blocks[2]});
  end = commit(archive, end);
  const AsItWas before(*this);
  bool finished = false;
  for (int survives = 0; survives < 2; ++survives)
    for (int until = 0; !std::exchange(finished, false); ++until) {
      SCOPED_TRACE(until);
      ASSERT_LT(until, 500);
      before.again();
      int operations = 0;
      files.fail = [&](MemoryFileSystem::Operation, const std::string&) -> std::optional<int> {
        return ++operations > until ? std::optional(EIO) : std::nullopt;
      };
      for (;;) {
        const auto done = store->compact_some(1000, Newest::included);
        finished = done && done->pack == 0;
        if (!done || finished) break;
      }
      files.fail = {};
      MemoryFileSystem left = files.snapshot();
      TemporaryDirectory aside;
      copy_index(directory.path(), aside.path());
      store.reset();
      files = left;
      files.crash([&](std::size_t) { return survives == 1; });
      for (const char* suffix : {"", "-wal", "-shm"}) std::filesystem::remove(directory.path() / (std::string(index_name) + suffix));
      copy_index(aside.path(), directory.path());
      begin();
      EXPECT_EQ(loaded(), (std::vector<bool>{false, true, false, true}));
      expect_whole();
      compact();
      EXPECT_FALSE(files.exists(first_pack));
      EXPECT_EQ(loaded(), (std::vector<bool>{false, true, false, true}));
      rebuild_index();
      EXPECT_EQ(loaded(), (std::vector<bool>{false, true, false, true}));
      expect_whole();
    }
}

// One pack in which a block was released, and others count, of which one is damaged.
class DamagedPackTest : public ReleaseTest {
 protected:
  void SetUp() override {
    pack_octets = 1 << 20;
    options.live_percent_min = 100;
    ReleaseTest::SetUp();
    stage({blocks[0]});
    end = commit(archive, end);
  }
  /// Where the record of a block stands in the first pack.
  std::ptrdiff_t offset_of(const Block& block) {
    const Octets& pack = files.octets(first_pack);
    const auto found = std::search(pack.begin(), pack.end(), block.sealed.begin(), block.sealed.end());
    EXPECT_NE(found, pack.end());
    return found - pack.begin() - static_cast<std::ptrdiff_t>(record_header_octets);
  }
  void damage(std::ptrdiff_t offset) { files.octets(first_pack)[static_cast<std::size_t>(offset)] ^= 1; }
  /// For how many damaged blocks packs stay as they are, after the compaction of all that is worth it.
  std::uint64_t damaged_in_compaction(Newest newest = Newest::included) {
    std::uint64_t damaged = 0;
    octets_read = 0;
    for (int steps = 0; steps < 100; ++steps) {
      const auto done = value(store->compact_some(1000, newest));
      if (done.pack == 0) return damaged;
      EXPECT_TRUE(done.damaged == 0 || done.pack == 1);
      damaged += done.damaged;
      octets_read += done.octets;
    }
    ADD_FAILURE() << "it does not come to an end";
    return damaged;
  }
  std::uint64_t octets_read = 0;  // by it
  /// Compaction leaves the pack as it is and writes nothing, however often; until the block comes again.
  void expect_it_stays_until_sent_again(const Block& block) {
    const Octets before = files.octets(first_pack);
    for (const bool opened_again : {false, true}) {
      SCOPED_TRACE(opened_again);
      if (opened_again) begin();
      EXPECT_EQ(damaged_in_compaction(), 1u);
      EXPECT_EQ(octets_read < 1500, opened_again) << "what is known to be damaged is not proven once more";
      EXPECT_EQ(damaged_in_compaction(), 0u) << "it is said once";
      EXPECT_EQ(octets_read, 0u) << "and not looked at again";
    }
    EXPECT_EQ(files.octets(first_pack), before);
    EXPECT_FALSE(files.exists("packs/00000002.pack"));
    EXPECT_EQ(events("block_damaged").size(), 1u);
    EXPECT_EQ(missing(archive, {blocks[1], blocks[2], blocks[3]}).size(), 1u);
    put(archive, block);
    end = commit(archive, end);
    EXPECT_EQ(damaged_in_compaction(), 0u);
    EXPECT_FALSE(files.exists(first_pack));
    EXPECT_EQ(loaded(), (std::vector<bool>{false, true, true, true}));
    EXPECT_EQ(value(store->verify()).released_blocks, 0u);
    expect_whole();
    EXPECT_EQ(value(store->versions(archive, 0)).entries.size(), 3u);
  }
};

TEST_F(DamagedPackTest, one_with_a_block_that_is_not_what_was_stored_stays_as_it_is) {
  damage(offset_of(blocks[2]) + static_cast<std::ptrdiff_t>(record_header_octets));
  expect_it_stays_until_sent_again(blocks[2]);
}

TEST_F(DamagedPackTest, one_with_a_block_that_no_header_leads_to_stays_as_it_is) {
  damage(offset_of(blocks[3]) + 20);
  expect_it_stays_until_sent_again(blocks[3]);
}

TEST_F(DamagedPackTest, one_with_a_damaged_block_goes_once_the_block_is_released) {
  damage(offset_of(blocks[1]) + 200);
  EXPECT_EQ(damaged_in_compaction(), 1u);
  stage({blocks[1]});
  end = commit(archive, end);
  EXPECT_EQ(damaged_in_compaction(), 0u);
  EXPECT_FALSE(files.exists(first_pack));
  EXPECT_EQ(loaded(), (std::vector<bool>{false, false, true, true}));
  expect_whole();
}

TEST_F(DamagedPackTest, one_with_a_damaged_block_goes_in_the_background_once_the_block_has_come_again) {
  damage(offset_of(blocks[1]) + 200);
  EXPECT_EQ(damaged_in_compaction(Newest::spared), 0u) << "it is the newest";
  EXPECT_EQ(damaged_in_compaction(), 1u);
  EXPECT_EQ(missing(archive, {blocks[1]}).size(), 1u);
  EXPECT_EQ(damaged_in_compaction(Newest::spared), 0u);
  const Archive other = value(store->archive_of(1, 3));
  commit(other);
  EXPECT_EQ(damaged_in_compaction(Newest::spared), 0u);
  EXPECT_TRUE(files.exists(first_pack));
  put(archive, blocks[1]);
  end = commit(archive, end);
  EXPECT_EQ(damaged_in_compaction(Newest::spared), 0u);
  EXPECT_FALSE(files.exists(first_pack));
  EXPECT_EQ(loaded(), (std::vector<bool>{false, true, true, true}));
}

TEST_F(DamagedPackTest, one_with_a_damaged_block_that_does_not_count_goes_at_once) {
  damage(offset_of(blocks[0]) + 200);
  EXPECT_EQ(damaged_in_compaction(), 0u);
  EXPECT_FALSE(files.exists(first_pack));
  EXPECT_EQ(loaded(), (std::vector<bool>{false, true, true, true}));
}

TEST_F(DamagedPackTest, one_that_cannot_be_read_for_a_while_stays_and_goes_when_it_can) {
  const AsItWas before(*this);
  bool proven_and_then_not = false, finished = false;
  for (int until = 0; !finished; ++until) {
    SCOPED_TRACE(until);
    ASSERT_LT(until, 100);
    before.again();
    int reads = 0;
    files.fail = [&](MemoryFileSystem::Operation operation, const std::string& name) -> std::optional<int> {
      const bool fails = operation == MemoryFileSystem::Operation::read && name == first_pack && ++reads > until;
      return fails ? std::optional(EIO) : std::nullopt;
    };
    for (;;) {
      const auto done = store->compact_some(1000, Newest::included);
      if (!done || done->pack == 0) break;
      finished |= done->gone;
      EXPECT_EQ(finished, !files.exists(first_pack));
      proven_and_then_not |= done->damaged != 0 && files.exists("packs/00000002.pack");
    }
    files.fail = {};
    begin();
    value(store->verify());  // what is whole after all counts again
    EXPECT_EQ(damaged_in_compaction(), 0u);
    EXPECT_FALSE(files.exists(first_pack));
    EXPECT_EQ(loaded(), (std::vector<bool>{false, true, true, true}));
    expect_whole();
  }
  EXPECT_TRUE(proven_and_then_not);
}

TEST_F(DamagedPackTest, a_block_that_is_sent_again_while_its_damaged_record_is_read_counts) {
  damage(offset_of(blocks[1]) + 200);
  const AsItWas before(*this);
  bool sent = true;
  for (int at = 1; sent; ++at) {
    SCOPED_TRACE(at);
    ASSERT_LT(at, 100);
    before.again();
    sent = false;
    int reads = 0;
    files.fail = [&](MemoryFileSystem::Operation operation, const std::string& name) -> std::optional<int> {
      if (operation == MemoryFileSystem::Operation::read && name == first_pack && ++reads == at) {
        sent = true;
        put(archive, blocks[1]);
      }
      return std::nullopt;
    };
    const std::uint64_t damaged = damaged_in_compaction();
    files.fail = {};
    EXPECT_LE(damaged, 1u);
    EXPECT_EQ(loaded(), (std::vector<bool>{false, sent, true, true}));
    EXPECT_EQ(missing(archive, {blocks[1]}).empty(), sent);
  }
}

TEST_F(ReleaseTest, a_pack_that_is_gone_keeps_no_other_from_being_compacted) {
  const AsItWas before(*this);
  for (const std::uint64_t damaged : {1, 0}) {  // blocks that count in the one that is gone
    SCOPED_TRACE(damaged);
    before.again();
    stage({blocks[1], blocks[2]});
    if (damaged == 0) stage({blocks[0]});
    commit(archive, end);
    store.reset();
    files.take_away(first_pack);
    begin();
    std::uint64_t said = 0;
    int gone = 0;
    for (Compacted done; (done = value(store->compact_some(1000, Newest::included))).pack != 0;) {
      said += done.damaged;
      gone += done.gone;
    }
    EXPECT_EQ(said, damaged);
    EXPECT_GE(gone, 1);
    EXPECT_FALSE(files.exists("packs/00000002.pack"));
    EXPECT_EQ(loaded(), (std::vector<bool>{false, false, false, true}));
  }
}

TEST_F(ReleaseTest, a_reader_that_has_a_compacted_pack_open_reads_on) {
  auto file = std::move(files.open(first_pack, OpenMode::existing).value());
  stage({blocks[0], blocks[2]});
  commit(archive, end);
  compact();
  ASSERT_FALSE(files.exists(first_pack));
  EXPECT_EQ(read_record(*file, 1, pack_header_octets)->sealed, blocks[0].sealed);
}

TEST_F(ReleaseTest, ARC_130_a_quota_holds_blocks_up_and_a_release_makes_room) {
  options.quota_octets = [](std::uint64_t user) { return user == 1 ? std::optional<std::uint64_t>(2500) : std::nullopt; };
  begin();
  const Block more = make_block(5, 301), fits = make_block(6, 300);
  EXPECT_EQ(store->put(archive, more.id, more.checksum, more.sealed).error().kind, Trouble::Kind::over_quota);
  put(archive, fits);
  const Archive other_computer = value(store->archive_of(1, 3)), other_user = value(store->archive_of(2, 2));
  EXPECT_EQ(store->put(other_computer, more.id, more.checksum, more.sealed).error().kind, Trouble::Kind::over_quota);
  put(other_user, more);
  stage({blocks[0]});
  EXPECT_FALSE(store->put(archive, more.id, more.checksum, more.sealed)) << "staged is not released";
  end = commit(archive, end);
  put(archive, more);
  EXPECT_EQ(store->put(archive, blocks[0].id, blocks[0].checksum, blocks[0].sealed).error().kind, Trouble::Kind::over_quota);
  end = commit(archive, end);
  begin();
  EXPECT_EQ(store->put(archive, blocks[0].id, blocks[0].checksum, blocks[0].sealed).error().kind, Trouble::Kind::over_quota);
  compact();
  EXPECT_FALSE(store->put(archive, blocks[0].id, blocks[0].checksum, blocks[0].sealed));
}

TEST_F(ReleaseTest, ARC_130_a_block_in_the_place_of_a_damaged_one_counts_as_long_as_it_is) {
  options.quota_octets = [](std::uint64_t) { return std::optional<std::uint64_t>(2500); };
  begin();
  const auto again = [&](std::size_t octets) {
    Block block = make_block(9, octets);
    block.id = blocks[0].id;
    return block;
  };
  const auto damage = [&] {
    files.octets(first_pack)[pack_header_octets + record_header_octets + 9] ^= 1;
    EXPECT_FALSE(loads(archive, blocks[0]));
  };
  damage();
  const Block longer = again(701), fits = again(699), shorter = make_block(8, 2), other = make_block(7, 1);
  EXPECT_EQ(store->put(archive, longer.id, longer.checksum, longer.sealed).error().kind, Trouble::Kind::over_quota);
  put(archive, fits);
  EXPECT_EQ(store->put(archive, shorter.id, shorter.checksum, shorter.sealed).error().kind, Trouble::Kind::over_quota);
  put(archive, other);
  end = commit(archive, end);
  begin();
  EXPECT_EQ(store->put(archive, other.id, other.checksum, Octets(2)).error().kind, Trouble::Kind::over_quota);
}

// What a failed commit had written is no part of the archive: a start that found it would lead to it instead of to what was stored since.
class ReleaseAfterLossTest : public ReleaseTest {
 protected:
  using Operation = MemoryFileSystem::Operation;
  void lose_commit(std::function<bool(Operation)> fails) {
    files.fail = [=](Operation operation, const std::string&) { return fails(operation) ? std::optional(EIO) : std::nullopt; };
    EXPECT_FALSE(store->commit(archive, next_version(end, "lost")));
    files.fail = {};
    store->end_session(archive.session);
    archive = value(store->archive_of(1, 2, 7));
  }
  void release_after_a_start(const Block& block) {
    begin();
    EXPECT_TRUE(loads(archive, block));
    stage({block});
    end = commit(archive, end);
  }
  void expect_gone(const Block& block) {
    begin();
    EXPECT_FALSE(loads(archive, block));
    expect_whole();
    EXPECT_FALSE(loads(archive, block));
    rebuild_index();
    EXPECT_FALSE(loads(archive, block));
  }
};

TEST_F(ReleaseAfterLossTest, ARC_108_what_was_synced_and_lost_before_it_was_indexed_is_taken_back) {
  const Block big = make_block(9, 1390);  // fills a pack: that of the version is made, and its name fails to be synced
  put(archive, big);
  int syncs_of_names = 0;
  lose_commit([&](Operation operation) { return operation == Operation::sync_folder && ++syncs_of_names == 2; });
  EXPECT_EQ(missing(archive, {big}), (std::vector<std::uint16_t>{0}));
  put(archive, big);
  end = commit(archive, end);
  release_after_a_start(big);
  expect_gone(big);
}

TEST_F(ReleaseAfterLossTest, ARC_108_what_could_not_be_cut_off_at_once_is_before_the_next_commit) {
  const Block small = make_block(9);
  put(archive, small);
  lose_commit([](Operation operation) { return operation == Operation::sync || operation == Operation::truncate; });
  put(archive, small);
  end = commit(archive, end);
  release_after_a_start(small);
  expect_gone(small);
}

TEST_F(ReleaseAfterLossTest, ARC_108_a_lost_copy_of_a_block_that_is_released_then_does_not_bring_it_back) {
  stage({blocks[0]});
  put(archive, blocks[0]);
  lose_commit([](Operation operation) { return operation == Operation::sync || operation == Operation::truncate; });
  stage({blocks[0]});
  end = commit(archive, end);
  expect_gone(blocks[0]);
}

TEST_F(ReleaseAfterLossTest, ARC_060_nothing_is_acknowledged_while_what_was_lost_cannot_be_cut_off) {
  put(archive, make_block(9));
  const auto fails = [](Operation operation) { return operation == Operation::truncate; };
  lose_commit([&](Operation operation) { return operation == Operation::sync || fails(operation); });
  lose_commit(fails);
  end = commit(archive, end);
  expect_whole();
}

}  // namespace
}  // namespace coffer::store
