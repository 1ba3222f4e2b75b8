// Archives of a user that are purged: gone as one, whatever the store comes back from, and nothing of another's with them.
#include <array>

#include "store/database.h"
#include "store/rebuild.h"
#include "workshop.h"

namespace coffer::store {
namespace {

constexpr std::uint64_t alice = 1, bob = 2;

class PurgeTest : public StoreTest {
 protected:
  void SetUp() override {
    options.pack_octets_max = 1500;
    options.live_percent_min = 100;
    begin();
    for (const Block& block : blocks) {
      put(first, block);
      put(bobs, block);
    }
    put(second, blocks[0]);
    commit(first, {}, "of alice's first");
    commit(second, {}, "second");
    bobs_end = commit(bobs, {}, "bob's");
  }
  void begin() {
    open();
    first = value(store->archive_of(alice, 11));
    second = value(store->archive_of(alice, 12));
    bobs = value(store->archive_of(bob, 21));
  }
  void take_index_away() {
    store.reset();
    for (const char* suffix : {"", "-wal", "-shm"}) std::filesystem::remove(directory.path() / (std::string(index_name) + suffix));
  }
  RebuildReport make_index_anew() {
    PosixFileSystem home{directory.path()};
    return value(rebuild(directory.path(), files, home, fixed_clock()));
  }
  void compact() {
    while (value(store->compact_some(1000, Newest::included)).pack != 0) {
    }
  }
  void at_index(const char* script) {
    auto beside = value(Database::open(directory.path() / index_name, Database::Access::read_write_create));
    ok(beside.script(script));
  }
  /// In any pack.
  bool stands(std::string_view words) {
    const auto names = files.list("packs");
    return std::ranges::any_of(*names, [&](const std::string& name) {
      const Octets& octets = files.octets("packs/" + name);
      return !std::ranges::search(octets, words).empty();
    });
  }
  bool has_all(Archive archive) {
    return loads(archive, blocks[0]) && loads(archive, blocks[1]) && loads(archive, blocks[2]) &&
           value(store->versions(archive, 0)).entries.size() == 1;
  }
  bool has_nothing(Archive archive) {
    return value(store->block_ids(archive, {}, 10)).ids.empty() && value(store->versions(archive, 0)).entries.empty();
  }
  /// After begin(): whether alice's archives are gone. All of them are, or none; bob's stands.
  bool gone() {
    EXPECT_TRUE(has_all(bobs));
    const auto report = value(store->verify());
    EXPECT_TRUE(report.whole());
    for (const Finding& finding : report.findings)
      if (finding.kind != Finding::Kind::orphan) ADD_FAILURE() << text(finding);
    const bool none = has_nothing(first) && has_nothing(second);
    EXPECT_NE(none, has_all(first) && loads(second, blocks[0]));
    return none;
  }

  const std::array<Block, 3> blocks{make_block(1, 400), make_block(2, 500), make_block(3, 600)};
  Archive first, second, bobs;
  ChainEnd bobs_end;
};

TEST_F(PurgeTest, ARC_150_all_archives_of_the_user_go_and_no_other) {
  EXPECT_FALSE(gone());
  const auto purged = value(store->purge(alice));
  EXPECT_EQ(purged.archives, 2u);
  EXPECT_EQ(purged.octets, 400u + 500 + 600 + 400);
  EXPECT_TRUE(has_nothing(first));
  EXPECT_EQ(value(store->verify()).released_blocks, 4u);
  begin();
  EXPECT_TRUE(gone());
  EXPECT_EQ(value(store->purge(alice)).octets, 0u) << "once more, there is nothing";
}

TEST_F(PurgeTest, a_number_is_not_given_again) {
  const auto former = first.row;
  value(store->purge(alice));
  const auto next = value(store->archive_of(alice, 11));
  EXPECT_GT(next.row, bobs.row);
  put(next, blocks[1]);
  commit(next);
  EXPECT_FALSE(loads(next, blocks[0]));
  take_index_away();
  make_index_anew();
  open();
  const auto found = value(store->archive_of(alice, 11));
  EXPECT_EQ(found.row, next.row);
  EXPECT_NE(found.row, former);
  EXPECT_TRUE(loads(found, blocks[1]));
  EXPECT_FALSE(loads(found, blocks[0]));
}

TEST_F(PurgeTest, it_does_not_come_back_with_an_index_made_anew_or_of_yesterday) {
  TemporaryDirectory yesterday;
  copy_index(directory.path(), yesterday.path());
  value(store->purge(alice));
  for (const bool compacted : {false, true}) {
    SCOPED_TRACE(compacted);
    if (compacted) compact();
    EXPECT_EQ(value(store->verify()).released_blocks, compacted ? 0u : 4u) << "their octets go with compaction";
    EXPECT_EQ(stands("of alice's first"), !compacted) << "and so do their versions";
    take_index_away();
    for (const Finding& finding : make_index_anew().findings)
      if (finding.kind != Finding::Kind::event) ADD_FAILURE() << text(finding);
    begin();
    EXPECT_TRUE(gone());
    take_index_away();
    copy_index(yesterday.path(), directory.path());
    begin();
    EXPECT_TRUE(gone());
    store.reset();
    take_index_away();
    copy_index(yesterday.path(), directory.path());
    make_index_anew();
    begin();
    EXPECT_TRUE(gone());
  }
}

TEST_F(PurgeTest, another_archive_of_the_same_computer_is_found_with_an_index_of_before_the_purge) {
  TemporaryDirectory yesterday;
  copy_index(directory.path(), yesterday.path());
  value(store->purge(alice));
  const auto next = value(store->archive_of(alice, 11));
  put(next, blocks[2]);
  commit(next);
  compact();
  take_index_away();
  copy_index(yesterday.path(), directory.path());
  open();
  const auto found = value(store->archive_of(alice, 11));
  EXPECT_EQ(found.row, next.row);
  EXPECT_TRUE(loads(found, blocks[2]));
  EXPECT_FALSE(loads(found, blocks[0]));
}

TEST_F(PurgeTest, what_others_are_sending_goes_on) {
  const Block fresh = make_block(9, 300);
  put(bobs, fresh);
  value(store->purge(alice));
  EXPECT_TRUE(missing(bobs, {fresh}).empty());
  commit(bobs, bobs_end);
  crash_and_open();
  EXPECT_TRUE(loads(value(store->archive_of(bob, 21)), fresh));
}

TEST_F(PurgeTest, a_session_on_what_was_purged_fails_and_harms_no_other) {
  value(store->purge(alice));
  EXPECT_FALSE(store->put(first, blocks[0].id, blocks[0].checksum, blocks[0].sealed));
  EXPECT_FALSE(store->commit(first, next_version({})));
  EXPECT_FALSE(store->stage_release(first, blocks[0].id));
  ok(store->settle());
  commit(bobs, bobs_end);
}

TEST_F(PurgeTest, what_an_index_refused_was_not_purged) {
  at_index("CREATE TRIGGER no BEFORE UPDATE ON archives BEGIN SELECT RAISE(ABORT, 'no'); END");
  EXPECT_FALSE(store->purge(alice));
  at_index("DROP TRIGGER no");
  begin();
  EXPECT_FALSE(gone());
  take_index_away();
  make_index_anew();
  begin();
  EXPECT_FALSE(gone());
}

TEST_F(PurgeTest, where_no_pack_says_it_any_longer_verification_says_it_again) {
  value(store->purge(alice));
  store.reset();
  Octets& last = files.octets("packs/" + files.list("packs")->back());
  last[last.size() - 1] ^= 1;  // of the second statement's head
  begin();
  const auto report = value(store->verify());
  EXPECT_EQ(std::ranges::count(report.findings, Finding::Kind::record, &Finding::kind), 1);
  take_index_away();
  make_index_anew();
  begin();
  EXPECT_TRUE(has_nothing(first) && has_nothing(second) && has_all(bobs));
}

TEST_F(PurgeTest, ARC_150_cut_short_at_any_operation_it_is_done_or_not_done) {
  const MemoryFileSystem disk = files.snapshot();
  TemporaryDirectory index;
  store.reset();
  copy_index(directory.path(), index.path());
  int done = 0, undone = 0;
  for (const bool survives : {false, true})
    for (int until = 0, finished = 0; finished == 0; ++until) {
      SCOPED_TRACE(until);
      ASSERT_LT(until, 100);
      take_index_away();
      files = disk.snapshot();
      copy_index(index.path(), directory.path());
      begin();
      int operations = 0;
      files.fail = [&](MemoryFileSystem::Operation, const std::string&) -> std::optional<int> {
        return ++operations > until ? std::optional(EIO) : std::nullopt;
      };
      finished = store->purge(alice).has_value();
      files.fail = {};
      MemoryFileSystem left = files.snapshot();
      TemporaryDirectory aside;
      copy_index(directory.path(), aside.path());
      take_index_away();
      files = left;
      files.crash([&](std::size_t) { return survives; });
      copy_index(aside.path(), directory.path());
      begin();
      const bool is_gone = gone();
      EXPECT_TRUE(is_gone || finished == 0);
      is_gone ? ++done : ++undone;
      take_index_away();
      make_index_anew();
      begin();
      EXPECT_EQ(gone(), is_gone) << "the packs say the same";
    }
  EXPECT_GE(done, 2);
  EXPECT_GE(undone, 2);
}

}  // namespace
}  // namespace coffer::store
