#include "client/prune.h"

#include <atomic>

#include "archive_fixture.h"

namespace coffer::client {
namespace {

class Prunes : public ArchiveTest {
 protected:
  VersionList list() {
    MemoryServer server(archive_);
    auto all = list_versions(server, keys_, seen_);
    EXPECT_TRUE(all) << (all ? "" : all.error().message);
    return all ? *all : VersionList{};
  }
  Outcome<PruneReport> prune(MemoryServer& server, std::vector<std::uint64_t> retire,
                             std::size_t releases_per_record = spec::limits::releases_per_record_max) {
    return client::prune(server, keys_, list(), [] { return std::make_unique<Botan::System_RNG>(); },
                         {.retire = std::move(retire),
                          .now_ns = far_future_ns,
                          .releases_per_record = releases_per_record,
                          .committed = [this](const archive::ChainPoint& point) -> Outcome<void> {
                            seen_ = point;
                            return {};
                          }});
  }
  PruneReport prune(std::vector<std::uint64_t> retire) {
    MemoryServer server(archive_);
    auto report = prune(server, std::move(retire));
    EXPECT_TRUE(report) << (report ? "" : report.error().message);
    EXPECT_EQ(server.broken_rules, std::vector<std::string>{});
    return report ? *report : PruneReport{};
  }
  void make(int count) {
    for (int i = 1; i <= count; ++i) {
      scratch_.write("source/same", "always the same");
      scratch_.write("source/other", "of version " + std::to_string(i));
      back_up();
    }
  }
  void expect_whole(std::uint64_t number) {
    const auto target = "target" + std::to_string(number) + "-" + std::to_string(archive_.versions.size());
    const auto report = restore(number, target);
    ASSERT_TRUE(report) << report.error().message;
    EXPECT_TRUE(report->problems.empty());
    EXPECT_EQ(scratch_.read(restored("source/other", target)), "of version " + std::to_string(number));
    EXPECT_EQ(scratch_.read(restored("source/same", target)), "always the same");
  }
};

TEST_F(Prunes, ARC_116_ARC_119_what_is_kept_stays_and_nothing_else) {
  make(4);
  const auto before = archive_.blocks.size();
  const auto report = prune({1, 3});
  EXPECT_EQ(report.version.number, 5u);
  EXPECT_GE(report.blocks_released, 4u);  // of each a leaf and a content, and what is above the leaf
  EXPECT_EQ(archive_.blocks.size(), before - report.blocks_released);
  EXPECT_EQ(archive_.blocks.size(), report.blocks_kept);
  expect_whole(2);
  expect_whole(4);
  const auto after = list();
  EXPECT_EQ(after.versions.at(0).retired_by, 5u);
  EXPECT_EQ(after.versions.at(2).retired_by, 5u);
  EXPECT_FALSE(after.versions.at(4).live());
  EXPECT_EQ(after.newest()->record.number, 4u);
}

TEST_F(Prunes, tells_how_far_it_is) {
  make(4);
  std::vector<BlocksSeen> told;
  MemoryServer server(archive_);
  const auto blocks = archive_.blocks.size();
  ASSERT_TRUE(client::prune(server, keys_, list(), [] { return std::make_unique<Botan::System_RNG>(); },
                            {.retire = {1}, .now_ns = far_future_ns, .progress = [&](const BlocksSeen& seen) { told.push_back(seen); }}));
  ASSERT_GT(told.size(), 3u);
  EXPECT_EQ(told.front().blocks, 1u);
  EXPECT_EQ(told.front().versions_done, 0u);
  for (std::size_t i = 1; i < told.size(); ++i) EXPECT_GE(told[i].blocks, told[i - 1].blocks);
  EXPECT_EQ(told.back().versions_done, 3u);
  EXPECT_EQ(told.back().versions, 3u);
  EXPECT_GT(told.back().blocks, blocks);  // read, and then all listed
  EXPECT_GT(told.back().octets, 0u);
}

TEST_F(Prunes, ARC_119_blocks_of_no_version_go_along) {
  make(2);
  archive_.blocks[Digest{7}] = Octets(40);
  prune({1});
  EXPECT_FALSE(archive_.blocks.contains(Digest{7}));
  expect_whole(2);
}

TEST_F(Prunes, ARC_117_nothing_happens_when_a_kept_manifest_is_lost) {
  make(3);
  const auto list_before = list();
  archive_.blocks.erase(*list_before.versions.at(1).record.root);
  const auto before = archive_.blocks;
  MemoryServer server(archive_);
  const auto report = prune(server, {1});
  ASSERT_FALSE(report);
  EXPECT_EQ(report.error().code, ExitCode::local);
  EXPECT_EQ(archive_.versions.size(), 3u);
  EXPECT_EQ(archive_.blocks, before);
  EXPECT_EQ(prune({1, 2}).version.number, 4u);  // the damaged one may go
  expect_whole(3);
}

TEST_F(Prunes, ARC_119_more_than_fit_one_record_are_retired_by_several) {
  scratch_.write("source/file", "x");
  std::vector<std::uint64_t> retire;
  for (std::uint64_t i = 1; i <= archive::retired_max + 2; ++i) {
    back_up();
    if (i <= archive::retired_max + 1) retire.push_back(i);
  }
  const auto report = prune(retire);
  EXPECT_EQ(report.version.number, retire.size() + 3);
  EXPECT_EQ(list().newest()->record.number, retire.size() + 1);
}

TEST_F(Prunes, ARC_119_a_prune_that_ends_anywhere_leaves_the_archive_as_after_the_last_commit) {
  make(3);
  const auto blocks = archive_.blocks;
  for (int calls = 0;; ++calls) {
    MemoryServer server(archive_);
    server.calls_left = calls;
    const auto report = prune(server, {1, 2});
    if (report) break;
    ASSERT_EQ(archive_.versions.size(), 3u) << calls;
    ASSERT_EQ(archive_.blocks, blocks) << calls;
    ASSERT_LT(calls, 100);
  }
  expect_whole(3);
  EXPECT_LT(archive_.blocks.size(), blocks.size());
}

TEST_F(Prunes, an_interruption_is_noticed_while_a_version_is_read) {
  make(1);
  std::atomic<int> asked = 0;
  MemoryServer server(archive_);
  const auto report = client::prune(server, keys_, list(), [] { return std::make_unique<Botan::System_RNG>(); },
                                    {.retire = {}, .interrupted = [&asked] { return asked++ > 1; }});
  ASSERT_FALSE(report);
  EXPECT_EQ(report.error().code, ExitCode::interrupted);
  EXPECT_EQ(server.fetches, 1);
  EXPECT_EQ(server.restore_ended_complete, false);
}

TEST_F(Prunes, ARC_119_more_blocks_than_one_record_may_release_go_with_several) {
  make(4);
  const auto before = archive_.blocks.size();
  MemoryServer server(archive_);
  const auto report = prune(server, {1, 2, 3}, 2);
  ASSERT_TRUE(report) << report.error().message;
  EXPECT_GT(report->blocks_released, 4u);
  EXPECT_EQ(archive_.versions.size(), 4 + (report->blocks_released + 1) / 2);
  EXPECT_LE(server.released_at_once_max, 2u) << "[ARC-155]";
  EXPECT_EQ(archive_.blocks.size(), before - report->blocks_released);
  EXPECT_EQ(archive_.blocks.size(), report->blocks_kept);
  const auto after = list();
  for (std::size_t version = 0; version < 3; ++version) EXPECT_EQ(after.versions.at(version).retired_by, 5u);
  for (std::size_t version = 5; version < after.versions.size(); ++version) EXPECT_TRUE(after.versions[version].record.retired.empty());
  expect_whole(4);
}

TEST_F(Prunes, ARC_119_a_prune_of_several_records_that_ends_anywhere_loses_nothing_and_the_next_goes_on) {
  make(4);
  const auto archive = archive_;
  const auto seen = seen_;
  const auto needed = [&] {
    prune({1, 2, 3});
    return archive_.blocks;
  }();
  bool between = false;
  for (int calls = 0;; ++calls) {
    SCOPED_TRACE(calls);
    ASSERT_LT(calls, 200);
    archive_ = archive;
    seen_ = seen;
    MemoryServer server(archive_);
    server.calls_left = calls;
    const auto report = prune(server, {1, 2, 3}, 2);
    if (report) break;
    const bool retired = archive_.versions.size() > 4;
    EXPECT_EQ(report.error().message.contains("`coffer prune --unused`"), retired);
    if (!retired) {
      EXPECT_EQ(archive_.blocks, archive.blocks);
    }
    if (retired && archive_.blocks != needed) between = true;
    expect_whole(4);
    prune(retired ? std::vector<std::uint64_t>{} : std::vector<std::uint64_t>{1, 2, 3});
    EXPECT_EQ(archive_.blocks, needed);
  }
  EXPECT_TRUE(between);
}

TEST_F(Prunes, ARC_116_a_backup_after_a_prune_sends_again_what_went) {
  make(2);
  prune({1});
  scratch_.write("source/other", "of version 1");  // as it was
  back_up();
  const auto report = restore(4);
  ASSERT_TRUE(report) << report.error().message;
  EXPECT_EQ(scratch_.read(restored("source/other")), "of version 1");
}

TEST_F(Prunes, ARC_153_what_no_version_needs_goes_without_a_version_being_retired_and_no_record_is_made_for_nothing) {
  make(2);
  const auto blocks = archive_.blocks;
  archive_.blocks[Digest{7}] = archive_.blocks.begin()->second;
  const auto report = prune({});
  EXPECT_EQ(report.blocks_released, 1u);
  EXPECT_EQ(report.version.number, 3u);
  EXPECT_EQ(archive_.blocks.size(), blocks.size());
  EXPECT_EQ(prune({}).version.number, 3u);
  EXPECT_EQ(archive_.versions.size(), 3u);
  expect_whole(1);
  expect_whole(2);
}

/// A record of retention in the chain, whatever it retires.
TEST_F(Prunes, ARC_113_a_version_is_retired_once_and_has_a_tree) {
  make(2);
  const auto retire = [this](std::vector<std::uint64_t> numbers) {
    archive::RecordVault vault(keys_);
    Botan::System_RNG random;
    const archive::VersionRecord record{.number = seen_->number + 1,
                                        .previous = seen_->link,
                                        .created_ns = far_future_ns,
                                        .kind = archive::RecordKind::retention,
                                        .retired = std::move(numbers)};
    const auto sealed = vault.seal(record, random);
    seen_ = archive::ChainPoint{record.number, archive::link_of(record.previous, record.number, *sealed)};
    archive_.versions.push_back({record.number, Octets(seen_->link.begin(), seen_->link.end()), *sealed});
  };
  const auto refused = [this] {
    MemoryServer server(archive_);
    const auto all = list_versions(server, keys_, seen_);
    return !all && all.error().code == ExitCode::local && all.error().message.contains("ARC-113");
  };
  retire({1});
  EXPECT_FALSE(refused());
  const auto whole = archive_.versions;
  const auto point = seen_;
  retire({1});
  EXPECT_TRUE(refused());
  archive_.versions = whole;
  seen_ = point;
  retire({3});
  EXPECT_TRUE(refused());
  archive_.versions = whole;
  seen_ = point;
  retire({2});
  EXPECT_FALSE(refused());
}

}  // namespace
}  // namespace coffer::client
