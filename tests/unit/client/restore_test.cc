#include "client/restore.h"

#include "archive/id_tree.h"
#include "archive_fixture.h"

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

TEST_F(Restores, a_lost_block_of_the_manifest_keeps_the_entries_before_it) {
  // More than the longest block of entries, so that there are two blocks wherever they are cut.
  const std::string padding(220, 'x');
  for (int i = 1'000; i < 4'000; ++i) scratch_.write("source/" + std::to_string(i) + padding, std::to_string(i));
  back_up();
  const auto ids = version(1).record.ids;
  ASSERT_GE(ids.size(), 2u);
  archive_.blocks.erase(ids.back());
  const auto report = restore(1);
  ASSERT_TRUE(report);
  EXPECT_GT(report->files, 100u);
  EXPECT_LT(report->files, 3'000u);
  ASSERT_FALSE(report->problems.empty());
  EXPECT_EQ(report->lost.at(0).id, ids.back());
  EXPECT_EQ(ended_complete_, false);
  EXPECT_EQ(scratch_.read(restored() + "/1000" + padding), "1000");
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
    return {.path = std::move(path),
            .type = archive::EntryType::file,
            .mode = 0644,
            .modified_ns = 1,
            .size = content.size(),
            .target = {},
            .blocks = {store(content)}};
  }
  static archive::Entry link(std::string path, std::string target) {
    return {.path = std::move(path),
            .type = archive::EntryType::symbolic_link,
            .mode = 0777,
            .modified_ns = 1,
            .size = 0,
            .target = std::move(target),
            .blocks = {}};
  }
  /// Encodes without the writer's checks.
  Outcome<RestoreReport> restore_entries(const std::vector<archive::Entry>& entries) {
    Octets manifest;
    std::uint64_t octets = 0;
    for (const auto& entry : entries) {
      const Octets one = archive::encode(entry);
      manifest.insert(manifest.end(), {0, 0, static_cast<std::uint8_t>(one.size() >> 8), static_cast<std::uint8_t>(one.size())});
      manifest.insert(manifest.end(), one.begin(), one.end());
      octets += entry.size;
    }
    archive::BlockVault vault(keys_);
    const Digest id = vault.id(archive::BlockKind::manifest, manifest);
    archive_.blocks[id] = *vault.seal(id, manifest, random_);
    MemoryServer server(archive_);
    return client::restore(server, keys_,
                           {.number = 1,
                            .previous = {},
                            .created_ns = 0,
                            .depth = 0,
                            .ids = {id},
                            .entry_count = entries.size() + entries_claimed_more_,
                            .content_octets = octets},
                           {.target = scratch_ / "target"});
  }
  Botan::System_RNG random_;
  std::uint64_t entries_claimed_more_ = 0;
};

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
    EXPECT_TRUE(std::filesystem::is_empty(scratch_ / "target"));
  }
}

TEST_F(HostileManifest, ARC_046_a_manifest_with_another_count_than_its_record_is_refused) {
  entries_claimed_more_ = 1;
  EXPECT_EQ(restore_entries({file("file", "x")}).error().code, ExitCode::local);
  EXPECT_TRUE(std::filesystem::is_empty(scratch_ / "target"));
  entries_claimed_more_ = 0;
  EXPECT_TRUE(restore_entries({file("file", "x")}));
}

TEST_F(HostileManifest, ARC_048_no_file_gets_a_set_id_bit) {
  auto tool = file("tool", "x");
  tool.mode = 06755;
  const auto report = restore_entries({tool});
  ASSERT_TRUE(report);
  EXPECT_EQ(report->files, 1u);
  EXPECT_EQ(scratch_.status("target/tool").st_mode & 07777, 0755u);
  ASSERT_EQ(report->reduced.size(), 1u);
  EXPECT_EQ(report->reduced[0].path, "tool");
  EXPECT_TRUE(report->problems.empty());
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
