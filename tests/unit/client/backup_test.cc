#include "client/backup.h"

#include <fcntl.h>
#include <malloc.h>
#include <sys/stat.h>

#include <atomic>
#include <future>

#include "archive_fixture.h"

namespace coffer::client {
namespace {

using Backups = ArchiveTest;

TEST_F(Backups, a_tree_comes_back_exactly) {
  scratch_.write("source/a.txt", "small");
  scratch_.write("source/a/nested/big", noise(3'000'000, 1));
  scratch_.write("source/empty", "");
  scratch_.write("source/name \xff\xfe\n", "not UTF-8");
  std::filesystem::create_directories(scratch_ / "source/hollow");
  std::filesystem::create_symlink("../nowhere", scratch_ / "source/dangling");
  std::filesystem::create_hard_link(scratch_ / "source/a/nested/big", scratch_ / "source/zz");
  std::filesystem::permissions(scratch_ / "source/a.txt", std::filesystem::perms(0604));
  std::filesystem::permissions(scratch_ / "source/hollow", std::filesystem::perms(03711));
  const timespec times[2] = {{.tv_sec = 0, .tv_nsec = UTIME_OMIT}, {.tv_sec = -1'000, .tv_nsec = 123'456'789}};
  for (const char* name : {"source/a.txt", "source/hollow", "source/dangling", "source/a", "source/a/nested"})
    ASSERT_EQ(::utimensat(AT_FDCWD, (scratch_ / name).c_str(), times, AT_SYMLINK_NOFOLLOW), 0);

  const auto saved = back_up();
  EXPECT_EQ(saved.files, 4u);
  EXPECT_EQ(saved.links, 2u);
  EXPECT_EQ(saved.directories, 4u);
  EXPECT_TRUE(saved.problems.empty());
  const auto report = restore(1);
  ASSERT_TRUE(report) << report.error().message;
  EXPECT_TRUE(report->problems.empty());
  EXPECT_EQ(ended_complete_, true);
  EXPECT_EQ(picture(scratch_ / restored()), picture(scratch_ / "source"));
  EXPECT_EQ(scratch_.status(restored() + "/zz").st_ino, scratch_.status(restored() + "/a/nested/big").st_ino);
  EXPECT_EQ(scratch_.status(restored()).st_mode, scratch_.status("source").st_mode);
}

TEST_F(Backups, ARC_034_what_the_server_has_is_not_sent_again) {
  scratch_.write("source/one", noise(2'000'000, 1));
  scratch_.write("source/copy", noise(2'000'000, 1));
  MemoryServer first(archive_);
  ASSERT_TRUE(back_up(first, options({scratch_ / "source"})));
  const std::size_t blocks = archive_.blocks.size();
  EXPECT_EQ(first.blocks_received, static_cast<int>(blocks));
  MemoryServer second(archive_);
  const auto report = back_up(second, options({scratch_ / "source"}));
  ASSERT_TRUE(report);
  EXPECT_EQ(second.blocks_received, 0);
  EXPECT_EQ(report->files_unchanged, 2u);
}

TEST_F(Backups, an_edit_sends_only_the_blocks_around_it) {
  const std::string before = noise(8'000'000, 2);
  scratch_.write("source/file", before);
  back_up();
  scratch_.write("source/file", before.substr(0, 4'000'000) + "inserted" + before.substr(4'000'000));
  MemoryServer server(archive_);
  const auto report = back_up(server, options({scratch_ / "source"}));
  ASSERT_TRUE(report);
  EXPECT_EQ(report->files_unchanged, 0u);
  EXPECT_LE(server.blocks_received, 6);  // some around the edit, and the manifest
}

TEST_F(Backups, an_unchanged_file_is_read_again_when_the_server_lost_its_block) {
  scratch_.write("source/kept", "kept");
  scratch_.write("source/lost", "lost");
  back_up();
  ASSERT_EQ(archive_.blocks.erase(block_of("lost")), 1u);
  const auto report = back_up();
  EXPECT_EQ(report.files_unchanged, 1u);
  EXPECT_TRUE(archive_.blocks.contains(block_of("lost")));
  const auto again = restore(2);
  ASSERT_TRUE(again);
  EXPECT_TRUE(again->problems.empty());
}

/// Backups to a server that lacks blocks of files which change or vanish as soon as it has said so.
class BrokenPromises : public ArchiveTest {
 protected:
  void SetUp() override {
    scratch_.write("source/kept", "kept");
    scratch_.write("source/lost", "lost");
    ASSERT_EQ(back_up().version.number, 1u);
    lose("lost");
  }
  void lose(const std::string& content) { ASSERT_EQ(archive_.blocks.erase(block_of(content)), 1u); }
  /// One backup, with a session for each thing that happens in it, and as many more as it wants.
  Outcome<Saved> back_up_while(std::vector<std::function<void()>> happenings) {
    sessions_.clear();
    const auto next = [&]() -> MemoryServer& {
      sessions_.push_back(std::make_unique<MemoryServer>(archive_));
      if (sessions_.size() <= happenings.size()) sessions_.back()->after_first_offer = happenings[sessions_.size() - 1];
      return *sessions_.back();
    };
    auto report = ArchiveTest::back_up(next(), options({scratch_ / "source"}), [&]() -> Outcome<ServerLink*> { return &next(); });
    for (const auto& session : sessions_) EXPECT_EQ(session->broken_rules, std::vector<std::string>{});
    return report;
  }
  /// The newest version gives back what is there now.
  void expect_restored(std::uint64_t number) {
    const auto again = restore(number);
    ASSERT_TRUE(again) << again.error().message;
    EXPECT_TRUE(again->problems.empty());
    EXPECT_EQ(picture(scratch_ / restored()), picture(scratch_ / "source"));
  }
  std::vector<std::unique_ptr<MemoryServer>> sessions_;
};

TEST_F(BrokenPromises, ARC_035_a_file_that_changes_after_its_lost_block_was_named_is_saved_in_a_second_session) {
  const auto report = back_up_while({[&] { scratch_.write("source/lost", "changed"); }});
  ASSERT_TRUE(report) << report.error().message;
  EXPECT_EQ(sessions_.size(), 2u);
  EXPECT_EQ(report->version.number, 2u);
  EXPECT_EQ(report->files, 2u);
  EXPECT_EQ(report->files_unchanged, 1u);
  EXPECT_TRUE(report->problems.empty());
  expect_restored(2);
}

TEST_F(BrokenPromises, a_file_that_vanishes_after_its_lost_block_was_named_is_a_problem_of_its_own) {
  const auto report = back_up_while({[&] { std::filesystem::remove(scratch_ / "source/lost"); }});
  ASSERT_TRUE(report) << report.error().message;
  EXPECT_EQ(report->files, 1u);
  ASSERT_EQ(report->problems.size(), 1u);
  EXPECT_EQ(report->problems[0].path, scratch_ / "source/lost");
  expect_restored(2);
}

TEST_F(BrokenPromises, what_was_sent_in_a_session_that_had_to_be_given_up_is_not_sent_again_and_counts) {
  scratch_.write("source/new", noise(600'000, 1));
  const auto report = back_up_while({[&] { scratch_.write("source/lost", "changed"); }});
  ASSERT_TRUE(report) << report.error().message;
  EXPECT_GT(sessions_.at(0)->blocks_received, 1);
  EXPECT_LE(sessions_.at(1)->blocks_received, 1);  // the manifest, where it is another one
  EXPECT_EQ(report->sent.blocks_sent, static_cast<std::uint64_t>(sessions_.at(0)->blocks_received + sessions_.at(1)->blocks_received));
  EXPECT_EQ(report->files_unchanged, 1u) << "the first session had read the others";
}

TEST_F(BrokenPromises, the_third_session_promises_nothing_and_so_has_nothing_to_break) {
  for (const char* name : {"b", "c", "d"}) scratch_.write(std::string("source/") + name, name);
  back_up();
  const auto misfortune = [&](const std::string& name) {
    return [this, name] {
      scratch_.write("source/" + name, "changed " + name);
      archive_.blocks.erase(block_of(name));
    };
  };
  lose("b");
  const auto report = back_up_while({[&] { misfortune("b")(), lose("c"); }, misfortune("c")});
  ASSERT_TRUE(report) << report.error().message;
  EXPECT_EQ(sessions_.size(), 3u);
  EXPECT_EQ(report->files_unchanged, 0u) << "the last session reads everything";
  expect_restored(3);
}

TEST_F(BrokenPromises, a_cache_that_is_wrong_about_an_unchanged_file_is_put_right) {
  scratch_.write("source/lost", "new");
  remember(scratch_.archived("source/lost"), {stamp_of(scratch_.status("source/lost")), {block_of("lost")}});
  const auto report = back_up_while({});
  ASSERT_TRUE(report) << report.error().message;
  expect_restored(2);
  EXPECT_EQ(back_up().files_unchanged, 2u);
}

TEST_F(BrokenPromises, a_session_that_cannot_be_begun_again_ends_the_backup) {
  MemoryServer server(archive_);
  server.after_first_offer = [&] { scratch_.write("source/lost", "changed"); };
  const auto report = ArchiveTest::back_up(server, options({scratch_ / "source"}), []() -> Outcome<ServerLink*> {
    return std::unexpected(Failure{ExitCode::untrusted, "nobody listens"});
  });
  ASSERT_FALSE(report);
  EXPECT_EQ(report.error().code, ExitCode::untrusted);
  EXPECT_NE(report.error().message.find("No version 2 was made"), std::string::npos) << report.error().message;
  EXPECT_EQ(archive_.versions.size(), 1u);
  EXPECT_EQ(back_up().version.number, 2u);  // and running again succeeds
}

TEST_F(Backups, what_was_read_and_never_sent_is_read_again) {
  for (int i = 0; i < 4; ++i) scratch_.write("source/file" + std::to_string(i), noise(150'000, static_cast<std::uint64_t>(i)));
  MemoryServer lost(archive_);
  lost.calls_left = 3;  // the list of versions, an offer, a block
  ASSERT_FALSE(back_up(lost, options({scratch_ / "source"})));
  EXPECT_LE(lost.blocks_received, 1);
  back_up();
  const auto again = restore(1);
  ASSERT_TRUE(again) << again.error().message;
  EXPECT_TRUE(again->problems.empty());
  EXPECT_EQ(picture(scratch_ / restored()), picture(scratch_ / "source"));
}

TEST_F(Backups, a_file_changed_just_now_is_not_taken_for_unchanged_next_time) {
  scratch_.write("source/file", "content");
  MemoryServer server(archive_);
  BackupOptions wanted = options({scratch_ / "source"});
  wanted.now_ns = scratch_.status("source/file").st_ctim.tv_sec * 1'000'000'000;
  ASSERT_TRUE(back_up(server, wanted));
  EXPECT_EQ(known_files(), 0u);
}

TEST_F(Backups, unreadable_and_special_files_are_named_and_the_rest_is_saved) {
  scratch_.write("source/good", "good");
  scratch_.write("source/locked", "locked");
  ASSERT_EQ(::mknod((scratch_ / "source/socket").c_str(), S_IFSOCK | 0600, 0), 0);
  std::filesystem::permissions(scratch_ / "source/locked", std::filesystem::perms::none);
  const bool privileged = ::geteuid() == 0;  // reads what it wants
  const auto report = back_up();
  EXPECT_EQ(report.files, privileged ? 2u : 1u);
  ASSERT_EQ(report.problems.size(), privileged ? 1u : 2u);
  EXPECT_EQ(report.problems[0].path, scratch_ / "source/socket");
  EXPECT_NE(report.problems[0].what.find("a socket"), std::string::npos);
}

TEST_F(Backups, paths_that_do_not_exist_are_named) {
  scratch_.write("source/file", "x");
  MemoryServer server(archive_);
  const auto some = back_up(server, options({scratch_ / "source", scratch_ / "missing", scratch_ / "no/such"}));
  ASSERT_TRUE(some);
  EXPECT_EQ(some->problems.size(), 2u);
  const auto none = back_up(server, options({scratch_ / "missing"}));
  ASSERT_FALSE(none);
  EXPECT_EQ(none.error().code, ExitCode::local);
  EXPECT_NE(none.error().message.find("missing does not exist"), std::string::npos) << none.error().message;
}

TEST_F(Backups, a_server_that_goes_at_any_moment_leaves_no_version_and_the_next_run_continues) {
  for (int i = 0; i < 6; ++i) scratch_.write("source/file" + std::to_string(i), noise(150'000, static_cast<std::uint64_t>(i)));
  int moments = 0;
  for (int calls = 1;; ++calls) {
    MemoryArchive fresh;
    std::swap(archive_, fresh);
    seen_.reset();
    std::filesystem::remove(cache_.path);
    MemoryServer lost(archive_);
    lost.calls_left = calls;
    const auto report = back_up(lost, options({scratch_ / "source"}));
    if (report) break;
    ++moments;
    EXPECT_EQ(report.error().code, ExitCode::untrusted);
    EXPECT_TRUE(archive_.versions.empty());
    const std::size_t stored = archive_.blocks.size();
    MemoryServer back(archive_);
    ASSERT_TRUE(back_up(back, options({scratch_ / "source"})));
    EXPECT_EQ(back.blocks_received, static_cast<int>(archive_.blocks.size() - stored));
  }
  EXPECT_GE(moments, 8);
}

TEST_F(Backups, many_files_make_several_manifest_blocks_and_one_version) {
  for (int i = 0; i < 3'000; ++i)
    scratch_.write("source/" + std::to_string(i % 10) + "/" + std::to_string(i) + std::string(220, 'x'), std::to_string(i));
  const auto report = back_up();
  EXPECT_EQ(report.files, 3'000u);
  EXPECT_GE(version(1).record.depth, 1);
  ASSERT_TRUE(restore(1));
  EXPECT_EQ(picture(scratch_ / restored()), picture(scratch_ / "source"));
}

TEST_F(Backups, what_other_sources_are_known_for_is_kept_and_what_is_gone_is_forgotten) {
  scratch_.write("other/x", "x");
  scratch_.write("source/a", "a");
  scratch_.write("source/b", "b");
  back_up("other");
  back_up();
  EXPECT_EQ(known_files(), 3u);
  std::filesystem::remove(scratch_ / "source/a");
  EXPECT_EQ(back_up().files_unchanged, 1u);
  EXPECT_EQ(known_files(), 2u);
  EXPECT_EQ(back_up("other").files_unchanged, 1u);
}

/// Has every block that it is asked about, and keeps nothing.
class FullServer final : public ServerLink {
 public:
  SessionFacts facts() const override { return {.user = 1, .computer = 2, .server = 3, .permissions = 3}; }
  Outcome<void> ping() override { return {}; }
  Outcome<std::vector<std::uint16_t>> offer(View) override { return std::vector<std::uint16_t>{}; }
  Outcome<void> send(const Digest&, const Digest&, Octets) override { return {}; }
  Outcome<void> commit(protocol::CommitVersion) override { return {}; }
  Outcome<VersionsPage> list(std::uint64_t) override { return VersionsPage{}; }
  Outcome<BlockIdsPage> list_blocks(const Digest&) override { return BlockIdsPage{}; }
  Outcome<void> release(View) override { return {}; }
  Outcome<KeyStanding> fetch_key() override { return KeyStanding{}; }
  Outcome<void> store_key(Octets, std::uint64_t) override { return {}; }
  Outcome<Octets> recover_key(View) override { return Octets(); }
  Outcome<void> change_password(View, View) override { return {}; }
  Outcome<void> begin_restore(std::uint64_t, Purpose) override { return {}; }
  Outcome<std::vector<std::uint16_t>> fetch(View, const BlockSink&) override { return std::vector<std::uint16_t>{}; }
  Outcome<void> end_restore(bool) override { return {}; }
  void leave() override {}
};

TEST_F(Backups, what_is_done_of_a_file_shows_while_it_is_read_and_comes_to_the_whole) {
  scratch_.write("source/large", noise(3'000'000, 1));
  scratch_.write("source/zero", "x");
  std::filesystem::resize_file(scratch_ / "source/zero", 1'000'000);  // all but an octet is a hole
  MemoryServer server(archive_);
  std::vector<WorkDone> shown;
  auto wanted = options({scratch_ / "source"});
  wanted.progress = [&](const BackupProgress& now) { shown.push_back(now); };
  ASSERT_TRUE(back_up(server, wanted));
  std::set<std::uint64_t> within;
  for (std::size_t i = 1; i < shown.size(); ++i) {
    EXPECT_GE(shown[i].octets_done, shown[i - 1].octets_done);
    if (shown[i].files_done == 0 && shown[i].octets_done > 0) within.insert(shown[i].octets_done);
  }
  EXPECT_GT(within.size(), 5u);
  EXPECT_EQ(shown.back().octets_done, 4'000'000u);
  EXPECT_EQ(shown.back().files_done, 2u);
}

TEST_F(Backups, memory_is_no_more_for_more_files) {
  FullServer server;
  const auto most_held = [&](const std::string& name) {
    Destination to{.name = "full", .link = &server, .keys = keys_, .chain = {}};
    std::size_t most = 0, looks = 0;
    auto wanted = options({scratch_ / name});
    wanted.lanes.waiting_octets_max = 64U << 10U;
    wanted.progress = [&](const BackupProgress&) {
      if (++looks % 64 == 0) most = std::max(most, ::mallinfo2().uordblks);
    };
    const auto report = client::back_up(
        {&to, 1}, cache_, [] { return std::make_unique<Botan::System_RNG>(); }, wanted);
    EXPECT_TRUE(report && report->destinations.at(0));
    EXPECT_GE(looks, 64u);
    return most;
  };
  for (int i = 0; i < 17'000; ++i)
    scratch_.write((i < 5'000 ? "few/" : "many/") + std::to_string(i / 100) + "/file-" + std::to_string(i), std::to_string(i));
  for (const char* when : {"read", "known"}) {
    const std::size_t few = most_held("few"), many = most_held("many");
    // What is on its way is bounded, but so few files do not reach all of the bounds: the manifest's octets wait for a batch.
    EXPECT_LT(many, few + 3'500'000) << when << ": 7,000 files more, and less than half a kilobyte for each";
  }
}

/// Backups to several destinations at once.
class Destinations : public ArchiveTest {
 protected:
  struct Place {
    MemoryArchive archive;
    std::unique_ptr<MemoryServer> server = std::make_unique<MemoryServer>(archive);
    keys::ArchiveKeys keys;
    std::optional<archive::ChainPoint> seen;
  };
  Place& place(std::size_t number) {
    while (places_.size() <= number) {
      Octets octets(32);
      std::iota(octets.begin(), octets.end(), std::uint8_t{3});
      places_.push_back(std::make_unique<Place>());
      places_.back()->keys = keys::ArchiveKey::from_octets(octets)->derive({.user = 1, .computer = 2, .server = 3 + places_.size()});
    }
    return *places_[number];
  }
  Outcome<BackupReport> back_up_to(std::size_t count, BackupOptions wanted) {
    std::vector<Destination> destinations;
    for (std::size_t i = 0; i < count; ++i) {
      Place& at = place(i);
      destinations.push_back(
          {.name = std::to_string(i), .link = at.server.get(), .keys = at.keys, .chain = at.seen.value_or(archive::ChainPoint{})});
      destinations.back().begin_again = [&at]() -> Outcome<ServerLink*> {
        at.server = std::make_unique<MemoryServer>(at.archive);
        return at.server.get();
      };
    }
    auto report = client::back_up(
        destinations, cache_, [] { return std::make_unique<Botan::System_RNG>(); }, wanted);
    for (std::size_t i = 0; i < count; ++i) {
      EXPECT_EQ(place(i).server->broken_rules, std::vector<std::string>{}) << i;
      if (report && report->destinations.at(i)) place(i).seen = (*report->destinations[i]).version;
      place(i).server = std::make_unique<MemoryServer>(place(i).archive);
    }
    return report;
  }
  void expect_restored(std::size_t number, std::uint64_t version) {
    Place& from = place(number);
    auto list = list_versions(*from.server, from.keys, from.seen);
    ASSERT_TRUE(list) << list.error().message;
    const std::string target = "target-" + std::to_string(number) + "-" + std::to_string(version);
    const auto report =
        client::restore(*from.server, from.keys, list->versions.at(version - 1).record, {.target = scratch_ / target, .rules = {}});
    ASSERT_TRUE(report) << report.error().message;
    EXPECT_TRUE(report->problems.empty());
    EXPECT_EQ(picture(scratch_ / restored("source", target)), picture(scratch_ / "source"));
  }
  std::vector<std::unique_ptr<Place>> places_;
};

TEST_F(Destinations, each_gets_the_same_blocks_sealed_for_itself_and_files_are_read_once) {
  scratch_.write("source/a", noise(700'000, 1));
  scratch_.write("source/b", "b");
  const auto report = back_up_to(3, options({scratch_ / "source"}));
  ASSERT_TRUE(report) << report.error().message;
  EXPECT_EQ(report->files, 2u);
  for (std::size_t i = 0; i < 3; ++i) {
    ASSERT_TRUE(report->destinations.at(i));
    EXPECT_EQ(report->destinations[i]->sent.blocks_sent, place(0).archive.blocks.size());
    expect_restored(i, 1);
  }
  for (const auto& [id, sealed] : place(0).archive.blocks) {
    ASSERT_TRUE(place(1).archive.blocks.contains(id));
    EXPECT_NE(place(1).archive.blocks.at(id), sealed);
  }
  EXPECT_EQ(back_up_to(3, options({scratch_ / "source"}))->files_unchanged, 2u);
}

TEST_F(Destinations, one_that_fails_at_any_moment_keeps_no_other_from_its_version) {
  for (int i = 0; i < 6; ++i) scratch_.write("source/file" + std::to_string(i), noise(150'000, static_cast<std::uint64_t>(i)));
  int moments = 0;
  for (int calls = 0;; ++calls) {
    places_.clear();
    std::filesystem::remove(cache_.path);
    place(1).server->calls_left = calls;
    std::vector<std::size_t> told;
    auto wanted = options({scratch_ / "source"});
    wanted.ended = [&](std::size_t number, const Outcome<DestinationReport>& end) {
      told.push_back(number);
      EXPECT_EQ(end.has_value(), number == 0 || !place(1).archive.versions.empty());
    };
    const auto report = back_up_to(2, wanted);
    ASSERT_TRUE(report) << report.error().message;
    EXPECT_EQ(told.size(), 2u);
    ASSERT_TRUE(report->destinations.at(0));
    if (report->destinations.at(1)) break;
    ++moments;
    EXPECT_EQ(report->destinations[1].error().code, ExitCode::untrusted);
    EXPECT_TRUE(place(1).archive.versions.empty());
    const auto again = back_up_to(2, options({scratch_ / "source"}));
    ASSERT_TRUE(again && again->destinations.at(0) && again->destinations.at(1));
    EXPECT_EQ(again->destinations[0]->sent.blocks_sent, 0u);
    if (moments % 4 == 0) expect_restored(1, 1);
  }
  EXPECT_GE(moments, 8);
}

TEST_F(Destinations, one_that_has_lost_a_block_gets_it_from_the_file_and_the_others_nothing) {
  scratch_.write("source/kept", "kept");
  scratch_.write("source/lost", "lost");
  ASSERT_TRUE(back_up_to(2, options({scratch_ / "source"})));
  ASSERT_EQ(place(1).archive.blocks.erase(block_of("lost")), 1u);
  const auto report = back_up_to(2, options({scratch_ / "source"}));
  ASSERT_TRUE(report && report->destinations.at(0) && report->destinations.at(1));
  EXPECT_EQ(report->files_unchanged, 1u);
  EXPECT_EQ(report->destinations[0]->sent.blocks_sent, 0u);
  EXPECT_EQ(report->destinations[1]->sent.blocks_sent, 1u);
  expect_restored(1, 2);
}

TEST_F(Destinations, one_whose_session_has_become_useless_begins_another_and_the_others_are_done) {
  scratch_.write("source/kept", "kept");
  scratch_.write("source/lost", "lost");
  ASSERT_TRUE(back_up_to(2, options({scratch_ / "source"})));
  place(1).archive.blocks.erase(block_of("lost"));
  place(1).server->after_first_offer = [&] { scratch_.write("source/lost", "changed"); };
  const auto report = back_up_to(2, options({scratch_ / "source"}));
  ASSERT_TRUE(report) << report.error().message;
  ASSERT_TRUE(report->destinations.at(0));
  ASSERT_TRUE(report->destinations.at(1)) << report->destinations[1].error().message;
  for (std::size_t i = 0; i < 2; ++i) expect_restored(i, 2);
}

TEST_F(Destinations, one_that_stands_still_holds_up_no_other_and_comes_after_them) {
  for (int i = 0; i < 300; ++i)
    scratch_.write("source/" + std::to_string(i % 7) + "/" + std::to_string(i), noise(300, static_cast<std::uint64_t>(i)));
  ASSERT_TRUE(back_up_to(1, options({scratch_ / "source"})));
  std::promise<void> committed;
  place(0).server->after_commit = [&] { committed.set_value(); };
  place(1).server->after_first_offer = [&] { committed.get_future().wait(); };
  auto wanted = options({scratch_ / "source"});
  wanted.lanes.held_up_max = std::chrono::milliseconds(0);
  const auto report = back_up_to(2, wanted);
  ASSERT_TRUE(report) << report.error().message;
  ASSERT_TRUE(report->destinations.at(0));
  ASSERT_TRUE(report->destinations.at(1)) << report->destinations[1].error().message;
  EXPECT_EQ(report->files_unchanged, 300u);
  EXPECT_EQ(report->destinations[0]->sent.blocks_sent, 0u);
  expect_restored(0, 2);
  expect_restored(1, 1);
}

TEST_F(Backups, the_programs_own_directory_is_left_out) {
  scratch_.write("source/file", "x");
  scratch_.write("source/.coffer/archive.key", "secret");
  MemoryServer server(archive_);
  BackupOptions wanted = options({scratch_ / "source"});
  wanted.scan.left_out = scratch_ / "source/.coffer";
  const auto report = back_up(server, wanted);
  ASSERT_TRUE(report);
  EXPECT_EQ(report->files, 1u);
  EXPECT_TRUE(report->problems.empty());
}

}  // namespace
}  // namespace coffer::client
