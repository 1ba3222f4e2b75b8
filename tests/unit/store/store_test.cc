// The store's operations, and what it does when the disk refuses.
#include "store/store.h"

#include <cerrno>
#include <thread>

#include "workshop.h"

namespace coffer::store {
namespace {

using Operation = MemoryFileSystem::Operation;

TEST_F(StoreTest, ARC_033_missing_names_exactly_what_the_archive_lacks_a_repeated_id_once) {
  open();
  const Archive archive = value(store->archive_of(1, 2));
  const Block a = make_block(1), b = make_block(2), c = make_block(3);
  put(archive, b);
  EXPECT_EQ(missing(archive, {a, b, a, c, c}), (std::vector<std::uint16_t>{0, 3}));
  commit(archive);
  EXPECT_EQ(missing(archive, {a, b, a, c, c}), (std::vector<std::uint16_t>{0, 3}));
}

TEST_F(StoreTest, IDN_024_archives_of_other_users_and_computers_share_nothing) {
  open();
  const Archive archive = value(store->archive_of(1, 2)), other_user = value(store->archive_of(9, 2)),
                other_computer = value(store->archive_of(1, 9));
  const Block block = make_block(1);
  put(archive, block);
  commit(archive);
  for (const Archive& other : {other_user, other_computer}) {
    EXPECT_EQ(missing(other, {block}), (std::vector<std::uint16_t>{0}));
    EXPECT_FALSE(loads(other, block));
    EXPECT_TRUE(value(store->versions(other, 0)).entries.empty());
    EXPECT_FALSE(value(store->begin_restore(other, 1, 0)));
  }
  EXPECT_EQ(value(store->archive_of(1, 2)).row, archive.row);
}

TEST_F(StoreTest, identities_keep_all_64_bits) {
  open();
  const Archive high = value(store->archive_of(~std::uint64_t{0}, std::uint64_t{1} << 63)), low = value(store->archive_of(1, 1));
  EXPECT_NE(high.row, low.row);
  ok(store->bind(~std::uint64_t{0}, std::uint64_t{1} << 63));
  EXPECT_EQ(value(store->bindings()), (std::map<std::uint64_t, std::uint64_t>{{~std::uint64_t{0}, std::uint64_t{1} << 63}}));
}

TEST_F(StoreTest, ARC_057_a_block_comes_back_exactly_before_and_after_it_is_committed_and_after_a_restart) {
  open();
  const Archive archive = value(store->archive_of(1, 2));
  const Block small = make_block(1, 30), large = make_block(2, 4'194'304);
  put(archive, small);
  put(archive, large);
  EXPECT_TRUE(loads(archive, small));
  commit(archive);
  EXPECT_TRUE(loads(archive, small) && loads(archive, large));
  open();
  EXPECT_TRUE(loads(archive, small) && loads(archive, large));
  EXPECT_FALSE(loads(archive, make_block(3)));
}

TEST_F(StoreTest, ARC_037_only_the_next_link_of_the_chain_is_taken) {
  open();
  const Archive archive = value(store->archive_of(1, 2));
  const auto refuses = [&](const protocol::CommitVersion& version) {
    return value(store->commit(archive, version)) == CommitOutcome::conflict;
  };
  auto skipped = next_version({1, {}});
  EXPECT_TRUE(refuses(skipped));
  const ChainEnd first = commit(archive);
  EXPECT_TRUE(refuses(next_version({}))) << "the first once more";
  EXPECT_TRUE(refuses(next_version({1, {}}))) << "the second, not linked to the first";
  auto tampered = next_version(first);
  tampered.record.push_back(0);
  EXPECT_TRUE(refuses(tampered));
  tampered = next_version(first);
  tampered.link[31] ^= 1;
  EXPECT_TRUE(refuses(tampered));
  tampered = next_version(first);
  tampered.previous.pop_back();
  EXPECT_TRUE(refuses(tampered));
  EXPECT_EQ(value(store->versions(archive, 0)).entries.size(), 1u);
  commit(archive, first);
}

TEST_F(StoreTest, ARC_040_and_ARC_041_versions_come_in_order_in_pages) {
  open();
  const Archive archive = value(store->archive_of(1, 2));
  ChainEnd end;
  for (int i = 1; i <= 7; ++i) end = commit(archive, end, "record " + std::to_string(i));
  const auto numbers = [&](std::uint64_t from) {
    const auto page = value(store->versions(archive, from, 3));
    std::string text;
    for (const auto& entry : page.entries) text += std::to_string(entry.number) + " ";
    return text + (page.more ? "more" : "");
  };
  EXPECT_EQ(numbers(0), "1 2 3 more");
  EXPECT_EQ(numbers(1), "1 2 3 more");
  EXPECT_EQ(numbers(4), "4 5 6 more");
  EXPECT_EQ(numbers(5), "5 6 7 ");
  EXPECT_EQ(numbers(7), "7 ");
  EXPECT_EQ(numbers(8), "");
  EXPECT_EQ(numbers(~std::uint64_t{0}), "");
  const auto page = value(store->versions(archive, 7));
  EXPECT_EQ(page.entries[0].record, Octets({'r', 'e', 'c', 'o', 'r', 'd', ' ', '7'}));
  EXPECT_TRUE(equal(page.entries[0].link, end.link));
}

TEST_F(StoreTest, ARC_038_and_ARC_060_a_committed_version_and_its_blocks_survive_a_crash) {
  open();
  Archive archive = value(store->archive_of(1, 2));
  const Block a = make_block(1), b = make_block(2);
  put(archive, a);
  commit(archive);
  put(archive, b);
  crash_and_open();
  archive = value(store->archive_of(1, 2));
  EXPECT_TRUE(loads(archive, a));
  EXPECT_FALSE(loads(archive, b)) << "nothing made it survive";
  EXPECT_EQ(missing(archive, {a, b}), (std::vector<std::uint16_t>{1}));
  EXPECT_TRUE(value(store->versions(archive, 0)).entries.size() == 1);
  EXPECT_TRUE(value(store->verify()).whole());
}

TEST_F(StoreTest, settled_blocks_survive_a_crash_without_a_commit) {
  open();
  Archive archive = value(store->archive_of(1, 2));
  put(archive, make_block(1));
  ok(store->settle());
  crash_and_open();
  archive = value(store->archive_of(1, 2));
  EXPECT_TRUE(loads(archive, make_block(1)));
  EXPECT_TRUE(value(store->versions(archive, 0)).entries.empty());
}

TEST_F(StoreTest, received_blocks_settle_by_themselves_now_and_then) {
  options.unindexed_octets_max = 1000;
  open();
  Archive archive = value(store->archive_of(1, 2));
  for (std::uint32_t i = 0; i < 10; ++i) put(archive, make_block(i, 200));
  crash_and_open();
  archive = value(store->archive_of(1, 2));
  std::uint32_t there = 0;
  for (std::uint32_t i = 0; i < 10; ++i) there += loads(archive, make_block(i, 200));
  EXPECT_EQ(there, 8u) << "four records of 288 octets each time";
}

TEST_F(StoreTest, many_small_blocks_settle_by_themselves_long_before_they_have_many_octets) {
  options.unindexed_blocks_max = 4;
  open();
  Archive archive = value(store->archive_of(1, 2));
  for (std::uint32_t i = 0; i < 10; ++i) put(archive, make_block(i));
  crash_and_open();
  archive = value(store->archive_of(1, 2));
  std::uint32_t there = 0;
  for (std::uint32_t i = 0; i < 10; ++i) there += loads(archive, make_block(i));
  EXPECT_EQ(there, 8u) << "four each time";
}

TEST_F(StoreTest, a_full_pack_is_followed_by_the_next) {
  options.pack_octets_max = 1000;
  open();
  const Archive archive = value(store->archive_of(1, 2));
  ChainEnd end;
  for (std::uint32_t i = 0; i < 10; ++i) {
    put(archive, make_block(i, 300));
    end = commit(archive, end);
  }
  put(archive, make_block(10, 5000));
  commit(archive, end);
  EXPECT_TRUE(files.exists("packs/00000005.pack"));
  EXPECT_LE(files.octets(first_pack).size(), 1000u);
  open();
  for (std::uint32_t i = 0; i < 10; ++i) EXPECT_TRUE(loads(archive, make_block(i, 300)));
  EXPECT_TRUE(loads(archive, make_block(10, 5000)));
  EXPECT_TRUE(value(store->verify()).whole());
}

TEST_F(StoreTest, a_full_disk_refuses_the_block_and_takes_it_when_there_is_room) {
  open();
  const Archive archive = value(store->archive_of(1, 2));
  const Block a = make_block(1, 500), b = make_block(2, 500);
  put(archive, a);
  for (std::uint64_t room = 0; room < 600; room += 37) {
    files.capacity_octets = files.octets(first_pack).size() + room;
    if (room >= 588) break;
    const auto refused = store->put(archive, b.id, b.checksum, b.sealed);
    ASSERT_FALSE(refused) << room;
    EXPECT_EQ(refused.error().kind, Trouble::Kind::full);
    EXPECT_EQ(missing(archive, {a, b}), (std::vector<std::uint16_t>{1}));
  }
  files.capacity_octets = 1'000'000;
  put(archive, b);
  commit(archive);
  EXPECT_TRUE(loads(archive, a) && loads(archive, b));
  EXPECT_TRUE(value(store->verify()).findings.empty());
}

TEST_F(StoreTest, a_disk_too_full_for_a_new_pack_makes_one_pack_once_there_is_room) {
  files.capacity_octets = 7;
  open();
  const Archive archive = value(store->archive_of(1, 2));
  const Block a = make_block(1);
  for (int i = 0; i < 3; ++i) EXPECT_FALSE(store->put(archive, a.id, a.checksum, a.sealed));
  files.capacity_octets = 10'000;
  put(archive, a);
  commit(archive);
  EXPECT_FALSE(files.exists("packs/00000002.pack"));
  EXPECT_TRUE(value(store->verify()).findings.empty());
}

TEST_F(StoreTest, a_torn_write_that_cannot_be_taken_back_goes_with_the_next_start) {
  open();
  Archive archive = value(store->archive_of(1, 2));
  const Block a = make_block(1), b = make_block(2), c = make_block(3);
  put(archive, a);
  files.short_write = 20;
  files.fail = [](Operation operation, const std::string&) {
    return operation == Operation::write || operation == Operation::truncate ? std::optional(EIO) : std::nullopt;
  };
  EXPECT_FALSE(store->put(archive, b.id, b.checksum, b.sealed));
  files.fail = {};
  put(archive, c);
  commit(archive);
  EXPECT_TRUE(loads(archive, a) && loads(archive, c));
  open();
  EXPECT_TRUE(loads(archive, a) && loads(archive, c));
  EXPECT_TRUE(value(store->verify()).findings.empty());
}

TEST_F(StoreTest, ARC_060_after_a_failed_sync_no_session_that_counted_on_it_may_commit) {
  open();
  const Archive archive = value(store->archive_of(1, 2)), bystander = value(store->archive_of(3, 4));
  const Block a = make_block(1), b = make_block(2), c = make_block(3);
  put(archive, a);
  const ChainEnd first = commit(archive);
  put(archive, b);
  put(bystander, b);
  files.fail = [](Operation operation, const std::string&) { return operation == Operation::sync ? std::optional(EIO) : std::nullopt; };
  EXPECT_FALSE(store->commit(archive, next_version(first)));
  files.fail = {};
  const auto again = store->commit(archive, next_version(first));
  ASSERT_FALSE(again) << "the second sync says nothing about the first one's octets";
  EXPECT_EQ(again.error().kind, Trouble::Kind::lost);
  EXPECT_EQ(store->commit(bystander, next_version({})).error().kind, Trouble::Kind::lost);
  EXPECT_EQ(store->put(bystander, c.id, c.checksum, c.sealed).error().kind, Trouble::Kind::lost);

  const Archive anew = value(store->archive_of(1, 2));
  EXPECT_EQ(missing(anew, {a, b}), (std::vector<std::uint16_t>{1}));
  put(anew, b);
  commit(anew, first);
  crash_and_open();
  const Archive after = value(store->archive_of(1, 2));
  EXPECT_TRUE(loads(after, a) && loads(after, b));
  EXPECT_TRUE(value(store->verify()).whole());
}

TEST_F(StoreTest, ARC_043_a_commit_that_the_database_refuses_leaves_nothing_and_can_be_made_again) {
  open();
  const Archive archive = value(store->archive_of(1, 2));
  put(archive, make_block(1));
  auto beside = value(Database::open(directory.path() / index_name, Database::Access::read_write_create));
  ok(beside.script("CREATE TRIGGER no BEFORE INSERT ON versions BEGIN SELECT RAISE(ABORT, 'no'); END"));
  EXPECT_FALSE(store->commit(archive, next_version({})));
  EXPECT_TRUE(value(store->versions(archive, 0)).entries.empty());
  ok(beside.script("DROP TRIGGER no"));
  commit(archive);
  crash_and_open();
  EXPECT_TRUE(loads(value(store->archive_of(1, 2)), make_block(1)));
}

TEST_F(StoreTest, ARC_050_and_ARC_054_restores_are_logged_with_user_computer_version_and_purpose) {
  open();
  const Archive archive = value(store->archive_of(7, 0xabc));
  commit(archive);
  EXPECT_TRUE(value(store->begin_restore(archive, 1, 0)));
  ok(store->end_restore(archive, true));
  EXPECT_TRUE(value(store->begin_restore(archive, 1, 1)));
  ok(store->end_restore(archive, false));
  EXPECT_FALSE(value(store->begin_restore(archive, 2, 0)));
  EXPECT_FALSE(value(store->begin_restore(archive, 0, 0)));
  EXPECT_FALSE(value(store->begin_restore(archive, ~std::uint64_t{0}, 0)));
  const auto begun = events("restore_begun"), ended = events("restore_ended");
  ASSERT_EQ(begun.size(), 2u);
  EXPECT_EQ(begun[0].fields, R"({"user":"7","computer":"0000000000000abc","version":"1","purpose":"restore"})");
  EXPECT_EQ(begun[1].fields, R"({"user":"7","computer":"0000000000000abc","version":"1","purpose":"verify"})");
  ASSERT_EQ(ended.size(), 2u);
  EXPECT_EQ(ended[0].fields, R"({"user":"7","computer":"0000000000000abc","complete":"yes"})");
  EXPECT_EQ(ended[1].fields, R"({"user":"7","computer":"0000000000000abc","complete":"no"})");
}

TEST_F(StoreTest, IDN_023_a_binding_survives_a_crash_and_keeps_its_first_user) {
  open();
  ok(store->bind(5, 1));
  ok(store->bind(5, 2));
  crash_and_open();
  EXPECT_EQ(value(store->bindings()), (std::map<std::uint64_t, std::uint64_t>{{5, 1}}));
}

TEST_F(StoreTest, a_directory_has_one_store_at_a_time) {
  open();
  const auto second = try_open();
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().kind, Trouble::Kind::in_use);
  store.reset();
  EXPECT_TRUE(try_open());
}

TEST_F(StoreTest, many_threads_may_use_one_store_on_a_real_disk) {
  PosixFileSystem disk{directory.path()};
  auto shared = value(Store::open(directory.path(), disk, fixed_clock(), {.pack_octets_max = 4000, .unindexed_octets_max = 1000}));
  constexpr std::uint32_t blocks_each = 30;
  std::vector<std::jthread> threads;
  for (std::uint32_t user = 1; user <= 3; ++user)
    threads.emplace_back([&, user] {
      const Archive archive = value(shared->archive_of(user, user));
      ChainEnd end;
      for (std::uint32_t i = 0; i < blocks_each; ++i) {
        const Block block = make_block(i, 100 + i);
        ok(shared->put(archive, block.id, block.checksum, block.sealed));
        EXPECT_EQ(value(shared->load(archive, block.id)).value().sealed, block.sealed);
        ok(shared->note("tick", {}));
        ok(shared->bind(user * 1000 + i, user));
        if (i % 10 != 9) continue;
        const auto version = next_version(end);
        EXPECT_EQ(value(shared->commit(archive, version)), CommitOutcome::committed);
        end = end_of(version);
      }
    });
  threads.clear();
  const auto report = value(shared->verify());
  EXPECT_TRUE(report.findings.empty());
  EXPECT_EQ(report.blocks, 3 * blocks_each);
  EXPECT_EQ(report.versions, 9u);
  EXPECT_EQ(report.events, 3 * blocks_each);
  EXPECT_EQ(value(shared->bindings()).size(), 3 * blocks_each);
}

}  // namespace
}  // namespace coffer::store
