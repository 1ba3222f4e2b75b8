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

  /// A backup's report, with what became of its one destination.
  struct Saved : BackupReport, DestinationReport {};

  Outcome<Saved> back_up(MemoryServer& server, const BackupOptions& wanted, std::function<Outcome<ServerLink*>()> begin_again = nullptr) {
    const auto head = chain_head(server, keys_, seen_);
    if (!head) return std::unexpected(head.error());
    Destination to{.name = "only", .link = &server, .keys = keys_, .chain = *head, .begin_again = std::move(begin_again)};
    auto report = client::back_up(
        {&to, 1}, cache_, [] { return std::make_unique<Botan::System_RNG>(); }, wanted);
    EXPECT_EQ(server.broken_rules, std::vector<std::string>{});
    if (!report) return std::unexpected(report.error());
    const auto end = report->destinations.at(0);
    if (!end) return std::unexpected(end.error());
    seen_ = end->version;
    return Saved{std::move(*report), *end};
  }
  /// Of the scratch directory `source`, in a session of its own.
  Saved back_up(const std::string& name = "source") {
    MemoryServer server(archive_);
    auto report = back_up(server, options({scratch_ / name}));
    EXPECT_TRUE(report) << (report ? "" : report.error().message);
    return report ? *report : Saved{};
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
  /// How many files the cache knows.
  std::size_t known_files() const {
    std::size_t count = 0;
    for (CacheReader reader(cache_); !reader.record().empty(); reader.next()) ++count;
    return count;
  }
  void remember(const std::string& path, const KnownFile& known) const {
    CacheUpdate update(cache_, {});
    update.put(path, known);
    EXPECT_TRUE(update.finish(true, {}));
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
  const CachePlace cache_{scratch_ / "files.cache", Digest{1}};
  std::optional<archive::ChainPoint> seen_;
  std::optional<bool> ended_complete_;
};

}  // namespace coffer::client
