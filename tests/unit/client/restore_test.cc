#include "client/restore.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <set>

#include "archive/manifest.h"
#include "archive_fixture.h"
#include "client/printable.h"

namespace coffer::client {
namespace {

using Restores = ArchiveTest;

TEST_F(Restores, ARC_027_an_existing_file_is_left_unless_told_otherwise) {
  scratch_.write("source/file", "saved");
  back_up();
  scratch_.write(restored() + "/file", "mine");
  auto report = restore(1);
  ASSERT_TRUE(report);
  ASSERT_EQ(report->problems.size(), 1u);
  EXPECT_NE(report->problems[0].what.find("--overwrite"), std::string::npos);
  EXPECT_EQ(scratch_.read(restored() + "/file"), "mine");
  EXPECT_EQ(ended_complete_, false);
  report = restore(1, "target", true);
  ASSERT_TRUE(report);
  EXPECT_TRUE(report->problems.empty());
  EXPECT_EQ(scratch_.read(restored() + "/file"), "saved");
}

TEST_F(Restores, a_lost_block_costs_only_the_files_that_use_it) {
  scratch_.write("source/a", "alpha");
  scratch_.write("source/b", "beta");
  scratch_.write("source/c", "alpha");  // the same block
  scratch_.write("source/d", "delta");
  back_up();
  archive_.blocks.erase(block_of("alpha"));
  archive_.blocks.at(block_of("delta")).back() ^= 1;
  const auto report = restore(1);
  ASSERT_TRUE(report);
  EXPECT_EQ(report->files, 1u);
  EXPECT_EQ(scratch_.read(restored() + "/b"), "beta");
  ASSERT_EQ(report->problems.size(), 3u);
  EXPECT_TRUE(report->problems[0].path.ends_with("/a"));
  EXPECT_TRUE(report->problems[1].path.ends_with("/c"));
  EXPECT_TRUE(report->problems[2].path.ends_with("/d"));
  EXPECT_EQ(report->lost.size(), 2u);
  EXPECT_EQ(picture(scratch_ / restored()).size(), 1u);  // no half-written or temporary file stays
}

TEST_F(Restores, a_pattern_that_fits_nothing_is_named_and_the_others_are_restored) {
  scratch_.write("source/a", "alpha");
  scratch_.write("source/b", "beta");
  back_up();
  const ListedVersion wanted = version(1);
  MemoryServer server(archive_);
  const auto report =
      client::restore(server, keys_, wanted.record, {.target = scratch_ / "target", .patterns = {"a", "no\nthing", "*.cc"}});
  ASSERT_TRUE(report);
  EXPECT_EQ(report->files, 1u);
  ASSERT_EQ(report->problems.size(), 2u);
  EXPECT_NE(report->problems[0].what.find("no\\x0athing fits nothing"), std::string::npos) << report->problems[0].what;
  EXPECT_NE(report->problems[1].what.find("*.cc"), std::string::npos);
}

TEST_F(Restores, what_is_done_of_a_file_shows_while_it_is_written_and_comes_to_the_whole) {
  scratch_.write("source/first", noise(3'000'000, 1));
  scratch_.write("source/last", "x");
  std::filesystem::resize_file(scratch_ / "source/last", 1'000'000);  // all but an octet is a hole
  back_up();
  std::vector<RestoreProgress> shown;
  const ListedVersion wanted = version(1);
  MemoryServer server(archive_);
  ASSERT_TRUE(client::restore(server, keys_, wanted.record,
                              {.target = scratch_ / "target", .progress = [&](const RestoreProgress& now) { shown.push_back(now); }}));
  ASSERT_FALSE(shown.empty());
  std::set<std::uint64_t> within;
  for (std::size_t i = 1; i < shown.size(); ++i) {
    EXPECT_GE(shown[i].octets_done, shown[i - 1].octets_done);
    if (shown[i].files_done == 0 && shown[i].octets_done > 0) within.insert(shown[i].octets_done);
  }
  EXPECT_GT(within.size(), 5u);
  EXPECT_EQ(shown.back().octets_done, 4'000'000u);
  EXPECT_EQ(shown.back().files_done, 2u);
}

TEST_F(Restores, ARC_084_what_it_lacks_is_said_in_each_run) {
  if (::geteuid() != 0) GTEST_SKIP() << "only root makes files of others";
  scratch_.write("source/file", "content");
  ASSERT_EQ(::chown((scratch_ / "source/file").c_str(), 1, 1), 0);
  back_up();
  ASSERT_TRUE(restore(1));
  ASSERT_EQ(::chown((scratch_ / (restored() + "/file")).c_str(), 2, 2), 0);  // as by a restore without the right to set it
  for (int run = 0; run < 2; ++run) {
    const auto report = restore(1);
    ASSERT_TRUE(report);
    EXPECT_EQ(report->there, 1u);
    ASSERT_EQ(report->reduced.size(), 1u);
    EXPECT_NE(report->reduced[0].what.find("owner and group"), std::string::npos);
  }
  const auto report = restore(1, "target", true);
  EXPECT_EQ(report->there, 1u);
  EXPECT_TRUE(report->reduced.empty());
  EXPECT_EQ(scratch_.status(restored() + "/file").st_uid, 1u);
}

/// A file system that keeps whole seconds.
int set_seconds(int at, const char* name, const timespec times[2]) {
  const timespec coarse[2] = {times[0], {.tv_sec = times[1].tv_sec, .tv_nsec = 0}};
  return set_times(at, name, coarse);
}

TEST_F(Restores, ARC_082_what_is_there_with_the_time_that_the_file_system_made_of_its_own_is_the_same) {
  scratch_.write("source/file", "content");
  scratch_.write("source/other", "content");
  std::filesystem::create_symlink("file", scratch_ / "source/link");
  const timespec odd[2] = {{.tv_sec = 0, .tv_nsec = UTIME_OMIT}, {.tv_sec = 1'700'000'000, .tv_nsec = 123'456'789}};
  for (const char* name : {"file", "other", "link"})
    ASSERT_EQ(set_times(AT_FDCWD, (scratch_ / (std::string("source/") + name)).c_str(), odd), 0);
  back_up();
  const ListedVersion wanted = version(1);
  const auto run = [&](Conflict conflict) {
    MemoryServer server(archive_);
    auto report = client::restore(server, keys_, wanted.record,
                                  {.target = scratch_ / "target", .rules = {.conflict = conflict, .set_times = set_seconds}});
    EXPECT_TRUE(report);
    return report.value_or(RestoreReport{});
  };
  EXPECT_EQ(run(Conflict::fail).files, 2u);
  for (const Conflict conflict : {Conflict::fail, Conflict::skip, Conflict::overwrite, Conflict::rename, Conflict::newer}) {
    const RestoreReport again = run(conflict);
    EXPECT_EQ(again.there, 3u);
    EXPECT_EQ(again.files, 0u);
    EXPECT_TRUE(again.problems.empty());
    EXPECT_TRUE(again.renamed.empty());
    EXPECT_EQ(std::ranges::count_if(again.reduced, [](const Problem& one) { return one.what.contains("modification time"); }), 1);
  }
  EXPECT_EQ(picture(scratch_ / restored()).size(), 2u);  // what the times were tried on is gone
  const timespec later[2] = {odd[0], {.tv_sec = odd[1].tv_sec + 1, .tv_nsec = 0}};
  ASSERT_EQ(set_times(AT_FDCWD, (scratch_ / (restored() + "/other")).c_str(), later), 0);
  const RestoreReport changed = run(Conflict::fail);
  EXPECT_EQ(changed.there, 2u);
  EXPECT_EQ(changed.problems.size(), 1u);
}

TEST_F(Restores, an_interruption_is_noticed_while_the_list_of_files_is_proven) {
  scratch_.write("source/file", "content");
  back_up();
  const ListedVersion wanted = version(1);
  std::atomic<int> asked = 0;
  const auto interrupted = [&asked] { return asked++ > 0; };
  const auto expect_ended = [&](const auto& work) {
    asked = 0;
    MemoryServer server(archive_);
    const auto report = work(server);
    ASSERT_FALSE(report);
    EXPECT_EQ(report.error().code, ExitCode::interrupted);
    EXPECT_EQ(server.fetches, 1);  // of the root alone
    EXPECT_EQ(server.restore_ended_complete, false);
  };
  expect_ended([&](MemoryServer& server) {
    return client::restore(server, keys_, wanted.record, {.target = scratch_ / "target", .interrupted = interrupted});
  });
  EXPECT_FALSE(std::filesystem::exists(scratch_ / "target"));
  expect_ended([&](MemoryServer& server) {
    return verify(
        server, keys_, wanted.record, [](const RestoreProgress&) {}, interrupted);
  });
}

TEST_F(Restores, verify_names_each_lost_block_and_the_files_that_it_costs) {
  scratch_.write("source/a", "alpha");
  scratch_.write("source/b", noise(2'000'000, 3));
  back_up();
  const auto look = [&] {
    const ListedVersion wanted = version(1);
    MemoryServer server(archive_);
    return verify(server, keys_, wanted.record, [](const RestoreProgress&) {});
  };
  auto report = look();
  ASSERT_TRUE(report);
  EXPECT_TRUE(report->problems.empty());
  EXPECT_EQ(report->files, 2u);
  EXPECT_EQ(report->content_octets, 2'000'005u);
  EXPECT_EQ(report->blocks, archive_.blocks.size());
  archive_.blocks.erase(block_of("alpha"));
  report = look();
  ASSERT_TRUE(report);
  ASSERT_EQ(report->lost.size(), 1u);
  EXPECT_EQ(report->lost[0].id, block_of("alpha"));
  ASSERT_EQ(report->problems.size(), 1u);
  EXPECT_EQ(report->problems[0].path, scratch_.archived("source/a"));
}

/// So many leaves that the entries come in several parts: what one part needs of another one is there.
TEST_F(Restores, a_version_of_many_parts_comes_back_with_its_links_and_directories) {
  constexpr int directories = 3, files = 2'500;
  scratch_.write("source/d0/first", "one file, four names");
  for (int directory = 0; directory < directories; ++directory) {
    const std::string path = "source/d" + std::to_string(directory);
    for (int file = 0; file < files; ++file) scratch_.write(path + "/f" + std::to_string(10'000 + file), file % 500 == 0 ? "content" : "");
    scratch_.write(path + "-between/file", "");
    scratch_.write(path + "/g/file", "");
    const std::string name = scratch_ / (path + "/zz");
    ASSERT_EQ(::link((scratch_ / "source/d0/first").c_str(), name.c_str()), 0);
  }
  const timespec old[2] = {{1'000'000'000, 1}, {1'000'000'000, 2}};
  for (const char* name : {"source/d0", "source/d0-between", "source/d1", "source/d2"})
    ASSERT_EQ(::utimensat(AT_FDCWD, (scratch_ / name).c_str(), old, 0), 0);
  ASSERT_EQ(::chmod((scratch_ / "source/d1").c_str(), 0555), 0);
  back_up();
  const auto report = restore(1);
  ASSERT_TRUE(report);
  EXPECT_TRUE(report->problems.empty());
  EXPECT_EQ(report->files, 1u + directories * (files + 2));
  EXPECT_EQ(report->links, 3u);
  EXPECT_EQ(picture(scratch_ / restored()), picture(scratch_ / "source"));
  struct stat first {
  }, last{}, directory{};
  ASSERT_EQ(::stat((scratch_ / (restored() + "/d0/first")).c_str(), &first), 0);
  ASSERT_EQ(::stat((scratch_ / (restored() + "/d2/zz")).c_str(), &last), 0);
  EXPECT_EQ(first.st_ino, last.st_ino);
  EXPECT_EQ(first.st_nlink, 4u);
  for (const char* name : {"/d0", "/d0-between", "/d1", "/d2"}) {
    ASSERT_EQ(::stat((scratch_ / (restored() + name)).c_str(), &directory), 0) << name;
    EXPECT_EQ(directory.st_mtim.tv_sec, 1'000'000'000) << name;
    EXPECT_EQ(directory.st_mtim.tv_nsec, 2) << name;
  }
  ASSERT_EQ(::stat((scratch_ / (restored() + "/d1")).c_str(), &directory), 0);
  EXPECT_EQ(directory.st_mode & 0777, 0555u);
}

/// ARC-081 over two runs: between them the server got back what it had lost.
TEST_F(Restores, a_directory_gets_its_time_though_a_lost_block_came_back_only_for_the_next_run) {
  scratch_.write("source/in/file", "alpha");
  const timespec old[2] = {{1'000'000'000, 1}, {1'000'000'000, 2}};
  ASSERT_EQ(::utimensat(AT_FDCWD, (scratch_ / "source/in").c_str(), old, 0), 0);
  back_up();
  const auto lost = archive_.blocks.extract(block_of("alpha"));
  const auto run = [&] {
    const ListedVersion wanted = version(1);
    MemoryServer server(archive_);
    return client::restore(server, keys_, wanted.record, {.target = scratch_ / "target", .rules = {.journal = scratch_ / "journal"}});
  };
  EXPECT_EQ(run()->lost.size(), 1u);
  archive_.blocks[lost.key()] = lost.mapped();
  EXPECT_EQ(run()->files, 1u);
  EXPECT_EQ(scratch_.status(restored() + "/in").st_mtim.tv_sec, 1'000'000'000);
}

TEST_F(Restores, a_pattern_that_fits_nothing_leaves_no_new_directory) {
  scratch_.write("source/a", "alpha");
  back_up();
  const ListedVersion wanted = version(1);
  MemoryServer server(archive_);
  EXPECT_FALSE(client::restore(server, keys_, wanted.record, {.target = scratch_ / "target", .patterns = {"nothing"}}));
  EXPECT_FALSE(std::filesystem::exists(scratch_ / "target"));
}

/// A version with so many names that its manifest has several blocks wherever they are cut.
class LostManifest : public ArchiveTest {
 protected:
  static constexpr int files = 300;
  static std::string name(int number) {
    const std::string padding(240, 'x');
    return padding + '/' + padding + '/' + padding + '/' + padding + '/' + padding + '/' + std::to_string(10'000 + number) + padding;
  }
  void SetUp() override {
    for (int i = 0; i < files; ++i) scratch_.write("source/" + name(i), "");
    back_up();
    read_tree();
    ASSERT_GE(leaves_.size(), 3u);
    ASSERT_GE(nodes_.size(), 1u);
  }
  /// The blocks of the manifest, and which files are named in each leaf.
  void read_tree() {
    const archive::VersionRecord record = version(1).record;
    archive::BlockVault vault(keys_);
    std::vector<archive::Place> row{{record.root.value(), {}, std::nullopt}};
    for (int level = record.depth; level > 0; --level) {
      std::vector<archive::Place> below;
      for (const archive::Place& place : row) {
        nodes_.push_back(place.id);
        const auto children = archive::read_node(*vault.open(archive::BlockKind::node, place.id, archive_.blocks.at(place.id)), place);
        ASSERT_TRUE(children);
        below.insert(below.end(), children->begin(), children->end());
      }
      row = std::move(below);
    }
    for (const archive::Place& place : row) {
      leaves_.push_back(place.id);
      const auto entries = archive::read_leaf(*vault.open(archive::BlockKind::leaf, place.id, archive_.blocks.at(place.id)), place);
      ASSERT_TRUE(entries);
      for (const archive::Entry& entry : *entries)
        if (entry.type == archive::EntryType::file) named_in_[place.id].insert(number_of(std::filesystem::path(entry.path).filename()));
    }
  }
  static int number_of(const std::string& file_name) { return std::stoi(file_name.substr(0, 5)) - 10'000; }
  /// The numbers of the files that a restore brings back, and no others are there.
  std::set<int> come_back() {
    const auto report = restore(1, "target" + std::to_string(++restores_));
    EXPECT_TRUE(report) << report.error().message;
    problems_ = report->problems;
    lost_ = report->lost;
    std::set<int> numbers;
    for (const auto& entry :
         std::filesystem::recursive_directory_iterator(scratch_ / restored("source", "target" + std::to_string(restores_))))
      if (!entry.is_directory()) numbers.insert(number_of(entry.path().filename()));
    EXPECT_EQ(report->files, numbers.size());
    return numbers;
  }
  /// Every file but those.
  static std::set<int> all_but(const std::set<int>& missing) {
    std::set<int> numbers;
    for (int i = 0; i < files; ++i)
      if (!missing.contains(i)) numbers.insert(i);
    return numbers;
  }
  void lose(const Digest& id) { saved_.insert(archive_.blocks.extract(id)); }

  std::vector<Digest> leaves_, nodes_;  // in order; the root first
  std::map<Digest, std::set<int>> named_in_;
  std::map<Digest, Octets> saved_;
  Problems problems_;
  std::vector<LostBlock> lost_;
  int restores_ = 0;
};

TEST_F(LostManifest, any_lost_leaf_costs_the_files_named_in_it_and_no_others) {
  for (const Digest& leaf : leaves_) {
    lose(leaf);
    EXPECT_EQ(come_back(), all_but(named_in_[leaf]));
    ASSERT_EQ(problems_.size(), 1u);
    EXPECT_NE(problems_[0].what.find("cannot be restored"), std::string::npos);
    ASSERT_EQ(lost_.size(), 1u);
    EXPECT_EQ(lost_[0].id, leaf);
    EXPECT_EQ(ended_complete_, false);
    archive_.blocks.merge(saved_);
  }
  EXPECT_EQ(come_back().size(), static_cast<std::size_t>(files));
}

TEST_F(LostManifest, a_lost_root_costs_all_of_them) {
  lose(nodes_.front());
  const auto report = restore(1);
  ASSERT_TRUE(report) << report.error().message;
  EXPECT_EQ(report->files, 0u);
  EXPECT_EQ(report->problems.size(), 1u);
  EXPECT_EQ(ended_complete_, false);
}

TEST_F(LostManifest, the_next_backup_brings_it_again_even_if_another_file_changed) {
  lose(leaves_.front());
  scratch_.write("source/" + name(files - 1), "changed");
  EXPECT_EQ(back_up().version.number, 2u);
  EXPECT_EQ(come_back().size(), static_cast<std::size_t>(files));
  EXPECT_TRUE(problems_.empty());
}

TEST_F(LostManifest, verify_counts_what_is_left_and_names_what_is_lost) {
  lose(leaves_.at(1));
  const ListedVersion wanted = version(1);
  MemoryServer server(archive_);
  const auto report = verify(server, keys_, wanted.record, [](const RestoreProgress&) {});
  ASSERT_TRUE(report);
  EXPECT_GT(report->files, 0u);
  EXPECT_LT(report->files, static_cast<std::uint64_t>(files));
  ASSERT_EQ(report->problems.size(), 1u);
  EXPECT_NE(report->problems[0].what.find("manifest block " + client::hex(leaves_.at(1)).substr(0, 16)), std::string::npos);
}

/// A version whose manifest says whatever the test wants, as a malicious computer with the right key could commit.
class HostileManifest : public ArchiveTest {
 protected:
  Digest store(const std::string& content) {
    const Digest id = block_of(content);
    archive::BlockVault vault(keys_);
    archive_.blocks[id] = *vault.seal(id, {reinterpret_cast<const std::uint8_t*>(content.data()), content.size()}, random_);
    return id;
  }
  archive::Entry file(std::string path, const std::string& content) {
    archive::Entry entry;
    entry.path = std::move(path);
    entry.mode = 0644;
    entry.modified_ns = 1;
    entry.size = content.size();
    entry.blocks = {store(content)};
    return entry;
  }
  static archive::Entry link(std::string path, std::string target) {
    archive::Entry entry;
    entry.path = std::move(path);
    entry.type = archive::EntryType::symbolic_link;
    entry.mode = 0777;
    entry.modified_ns = 1;
    entry.target = std::move(target);
    return entry;
  }
  /// Encodes without the writer's checks.
  Outcome<RestoreReport> restore_entries(const std::vector<archive::Entry>& entries) {
    archive::VersionRecord record;
    record.number = 1;
    record.root = put(archive::BlockKind::leaf, leaf(entries));
    record.entry_count = entries.size() + entries_claimed_more_;
    for (const auto& entry : entries) record.content_octets += entry.size;
    MemoryServer server(archive_);
    return client::restore(server, keys_, record, {.target = scratch_ / "target"});
  }
  static Octets leaf(const std::vector<archive::Entry>& entries) {
    Octets octets;
    for (const auto& entry : entries) {
      const Octets one = archive::encode(entry);
      octets.insert(octets.end(), {0, 0, static_cast<std::uint8_t>(one.size() >> 8), static_cast<std::uint8_t>(one.size())});
      octets.insert(octets.end(), one.begin(), one.end());
    }
    return octets;
  }
  Digest put(archive::BlockKind kind, const Octets& octets) {
    archive::BlockVault vault(keys_);
    const Digest id = vault.id(kind, octets);
    archive_.blocks[id] = *vault.seal(id, octets, random_);
    return id;
  }
  Botan::System_RNG random_;
  std::uint64_t entries_claimed_more_ = 0;
};

TEST_F(HostileManifest, a_file_that_lost_a_list_of_its_blocks_is_named_and_others_are_restored) {
  auto listed = file("listed", "content");
  listed.blocks = {put(archive::BlockKind::id_list, archive::join(listed.blocks))};
  listed.depth = 1;
  const auto whole = restore_entries({listed, file("other", "x")});
  ASSERT_TRUE(whole);
  EXPECT_EQ(whole->files, 2u);
  EXPECT_EQ(scratch_.read("target/listed"), "content");
  std::filesystem::remove_all(scratch_ / "target");
  archive_.blocks.erase(listed.blocks[0]);
  const auto report = restore_entries({listed, file("other", "x")});
  ASSERT_TRUE(report) << report.error().message;
  EXPECT_EQ(report->files, 1u);
  ASSERT_EQ(report->problems.size(), 1u);
  EXPECT_EQ(report->problems[0].path, "listed");
  EXPECT_EQ(report->lost.at(0).id, listed.blocks[0]);
  EXPECT_FALSE(std::filesystem::exists(scratch_ / "target/listed"));
}

TEST_F(HostileManifest, ARC_067_data_stands_where_the_extents_say) {
  auto sparse = file("sparse", "abcdef");
  sparse.size = 100'000;
  sparse.extents = {{10, 2}, {50'000, 4}};
  auto hole = file("hole", "");
  hole.blocks.clear();
  hole.size = 1'000;
  const auto report = restore_entries({hole, sparse});
  ASSERT_TRUE(report);
  EXPECT_TRUE(report->problems.empty());
  std::string wanted(100'000, '\0');
  wanted.replace(10, 2, "ab").replace(50'000, 4, "cdef");
  EXPECT_TRUE(scratch_.read("target/sparse") == wanted);
  EXPECT_TRUE(scratch_.read("target/hole") == std::string(1'000, '\0'));
}

TEST_F(HostileManifest, ARC_026_a_link_on_the_way_is_not_followed) {
  std::filesystem::create_directory(scratch_ / "outside");
  const auto report = restore_entries(
      {link("door", scratch_ / "outside"), file("door/file", "x"), link("up", ".."), file("up/file", "x"), file("z", "kept")});
  ASSERT_TRUE(report);
  EXPECT_EQ(report->problems.size(), 2u);
  EXPECT_EQ(report->files, 1u);
  EXPECT_TRUE(std::filesystem::is_empty(scratch_ / "outside"));
  EXPECT_FALSE(std::filesystem::exists(scratch_ / "file"));
  EXPECT_EQ(scratch_.read("target/z"), "kept");
}

TEST_F(HostileManifest, ARC_026_a_hard_link_leads_only_to_what_was_restored) {
  scratch_.write("target/mine", "mine");
  auto hard = link("other", "mine");
  hard.type = archive::EntryType::hard_link;
  const auto report = restore_entries({hard});
  ASSERT_TRUE(report);
  EXPECT_EQ(report->problems.size(), 1u);
  EXPECT_FALSE(std::filesystem::exists(scratch_ / "target/other"));
}

TEST_F(HostileManifest, ARC_029_a_manifest_with_a_path_out_of_the_target_is_refused_whole) {
  for (const char* path : {"../escaped", "/escaped", "a/../../escaped"}) {
    const auto report = restore_entries({file("!first", "harmless"), file(path, "x")});
    ASSERT_FALSE(report);
    EXPECT_EQ(report.error().code, ExitCode::local);
    EXPECT_FALSE(std::filesystem::exists(scratch_ / "escaped"));
    EXPECT_FALSE(std::filesystem::exists(scratch_ / "target"));
  }
}

TEST_F(HostileManifest, ARC_046_a_manifest_with_another_count_than_its_record_is_refused) {
  entries_claimed_more_ = 1;
  EXPECT_EQ(restore_entries({file("file", "x")}).error().code, ExitCode::local);
  EXPECT_FALSE(std::filesystem::exists(scratch_ / "target"));
  entries_claimed_more_ = 0;
  EXPECT_TRUE(restore_entries({file("file", "x")}));
}

TEST_F(HostileManifest, ARC_048_no_file_gets_a_set_id_bit_without_its_owner) {
  auto tool = file("tool", "x");
  tool.mode = 06755;
  tool.owner = 0xFFFFFFFF;  // nobody's
  const auto report = restore_entries({tool});
  ASSERT_TRUE(report);
  EXPECT_EQ(report->files, 1u);
  EXPECT_EQ(scratch_.status("target/tool").st_mode & 07777, 0755u);
  ASSERT_EQ(report->reduced.size(), 2u);
  EXPECT_EQ(report->reduced[1].path, "tool");
  EXPECT_NE(report->reduced[1].what.find("set-user-id and set-group-id bits"), std::string::npos);
  EXPECT_TRUE(report->problems.empty());
}

TEST_F(HostileManifest, ARC_048_a_name_that_this_computer_does_not_have_is_not_the_owner) {
  auto tool = file("tool", "x");
  tool.mode = 04755;
  tool.owner = ::geteuid(), tool.group = ::getegid();
  tool.owner_name = "nobody-of-that-name-here";
  ASSERT_TRUE(restore_entries({tool}));
  EXPECT_EQ(scratch_.status("target/tool").st_mode & 07777, 0755u);
}

TEST_F(HostileManifest, ARC_048_a_file_with_its_owner_gets_its_bits) {
  auto tool = file("tool", "x");
  tool.mode = 06755;
  tool.owner = ::geteuid(), tool.group = ::getegid();
  const auto report = restore_entries({tool});
  ASSERT_TRUE(report);
  EXPECT_EQ(scratch_.status("target/tool").st_mode & 07777, 06755u);
  EXPECT_TRUE(report->reduced.empty());
}

TEST_F(HostileManifest, a_file_whose_blocks_are_not_its_size_is_not_restored) {
  auto shorter = file("file", "content");
  shorter.size = 8;
  const auto report = restore_entries({shorter});
  ASSERT_TRUE(report);
  EXPECT_EQ(report->files, 0u);
  EXPECT_EQ(report->problems.size(), 1u);
  EXPECT_FALSE(std::filesystem::exists(scratch_ / "target/file"));
}

TEST_F(HostileManifest, a_directory_without_entry_is_made_for_what_is_in_it) {
  const auto report = restore_entries({file("deep/down/file", "x")});
  ASSERT_TRUE(report);
  EXPECT_EQ(report->files, 1u);
  EXPECT_EQ(scratch_.status("target/deep").st_mode & 07777, 0700u);
}

}  // namespace
}  // namespace coffer::client
