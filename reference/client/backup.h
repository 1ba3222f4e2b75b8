// One backup: scan, read what has changed, send the blocks that the server lacks, then the manifest, then the version.
// Must not know: sockets, command lines, where the device keeps its files.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "archive/version_chain.h"
#include "client/block_sender.h"
#include "client/failure.h"
#include "client/file_cache.h"
#include "client/pace.h"
#include "client/server_link.h"
#include "client/tree_scanner.h"
#include "keys/archive_key.h"

namespace coffer::client {

/// What is under way, for whoever shows it. Called often, from one thread.
struct BackupProgress : WorkDone {
  std::uint64_t octets_sent = 0;
};

struct BackupOptions {
  std::vector<std::string> paths;
  ScanOptions scan;
  /// Instead of a scan of `paths`, for who knows what has changed. Asked anew in each session.
  std::function<Scan()> look = nullptr;
  std::int64_t now_ns = 0;
  /// A file changed this short a time before the scan is not remembered as unchanged: its clock may not have moved since.
  std::int64_t settle_ns = 2'000'000'000;
  std::function<void(const BackupProgress&)> progress = [](const BackupProgress&) {};
  /// Asked often: true ends the backup with `interrupted`, between two requests, so that the link can be left in order.
  std::function<bool()> interrupted = [] { return false; };
  /// Leaves the session and begins another one for the same archive; its link, which must outlive the backup. Asked for when a session has
  /// become useless: it waits for a block that no file has any more.
  std::function<Outcome<ServerLink*>()> begin_again = nullptr;
};

struct BackupReport {
  archive::ChainPoint version;
  std::uint64_t files = 0, directories = 0, links = 0;
  std::uint64_t files_unchanged = 0;  // not read, because they are as they were
  std::uint64_t content_octets = 0;
  BlockSender::Counts sent;  // in all sessions
  Problems problems;         // files left out, or saved while they changed
};

/// At most so many sessions for one backup. The last one names no block that it does not have at hand.
inline constexpr int backup_sessions_max = 3;

/// `chain`: the newest version, verified (version_list.h). The cache is brought up to date even when the backup fails.
/// Failures: nothing of the paths can be backed up, or the session ended; then no version exists, and running again continues.
Outcome<BackupReport> back_up(ServerLink& link, const keys::ArchiveKeys& keys, const archive::ChainPoint& chain, FileCache& cache,
                              const MakeRandom& make_random, const BackupOptions& options);

}  // namespace coffer::client
