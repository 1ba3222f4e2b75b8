// A device's view for tests: an archive in memory, its keys, and backups and restores of a scratch directory.
#pragma once

#include <numeric>

#include <botan/system_rng.h>
#include <gtest/gtest.h>

#include "client/backup.h"
#include "client/restore.h"
#include "client/version_list.h"
#include "memory_server.h"
#include "scratch.h"

namespace coffer::client {

class ArchiveTest : public testing::Test {
 protected:
  static keys::ArchiveKeys make_keys() {
    Octets octets(32);
    std::iota(octets.begin(), octets.end(), std::uint8_t{3});
    return keys::ArchiveKey::from_octets(octets)->derive({.user = 1, .computer = 2, .server = 3});
  }
  static constexpr std::int64_t far_future_ns = 4'000'000'000'000'000'000;

  /// Long after every file was made, so that each may be remembered as unchanged.
  BackupOptions options(std::vector<std::string> paths) const { return {.paths = std::move(paths), .scan = {}, .now_ns = far_future_ns}; }

  Outcome<BackupReport> back_up(MemoryServer& server, const BackupOptions& wanted) {
    const auto head = chain_head(server, keys_, seen_);
    if (!head) return std::unexpected(head.error());
    auto report = client::back_up(
        server, keys_, *head, cache_, [] { return std::make_unique<Botan::System_RNG>(); }, wanted);
    if (report) seen_ = report->version;
    EXPECT_EQ(server.broken_rules, std::vector<std::string>{});
    return report;
  }
  /// Of the scratch directory `source`, in a session of its own.
  BackupReport back_up(const std::string& name = "source") {
    MemoryServer server(archive_);
    auto report = back_up(server, options({scratch_ / name}));
    EXPECT_TRUE(report) << (report ? "" : report.error().message);
    return report ? *report : BackupReport{};
  }
  ListedVersion version(std::uint64_t number) {
    MemoryServer server(archive_);
    auto list = list_versions(server, keys_, seen_);
    EXPECT_TRUE(list) << (list ? "" : list.error().message);
    return list->versions.at(number - 1);
  }
  Outcome<RestoreReport> restore(std::uint64_t number, const std::string& target = "target", bool overwrite = false) {
    const ListedVersion wanted = version(number);
    MemoryServer server(archive_);
    auto report = client::restore(server, keys_, wanted.record,
                                  {.target = scratch_ / target, .rules = {.conflict = overwrite ? Conflict::overwrite : Conflict::fail}});
    ended_complete_ = server.restore_ended_complete;
    return report;
  }
  /// Where a restore puts the scratch directory's `source`.
  std::string restored(const std::string& name = "source", const std::string& target = "target") const {
    return target + "/" + scratch_.archived(name);
  }
  /// The ids of a file's blocks, by way of its content.
  Digest block_of(const std::string& content) const {
    archive::BlockVault vault(keys_);
    return vault.id(archive::BlockKind::content, {reinterpret_cast<const std::uint8_t*>(content.data()), content.size()});
  }

  Scratch scratch_;
  keys::ArchiveKeys keys_ = make_keys();
  MemoryArchive archive_;
  FileCache cache_{Digest{1}};
  std::optional<archive::ChainPoint> seen_;
  std::optional<bool> ended_complete_;
};

}  // namespace coffer::client
