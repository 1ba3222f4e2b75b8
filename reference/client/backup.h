// One backup to one destination or several: trees are looked through once, what has changed is read, named and compressed once, and each
// destination gets the blocks that it lacks, then the manifest, then the version, at its own pace and with its own luck.
// Must not know: sockets, command lines, where the device keeps its files.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "archive/version_chain.h"
#include "client/block_sender.h"
#include "client/delivery.h"
#include "client/failure.h"
#include "client/file_cache.h"
#include "client/lanes.h"
#include "client/pace.h"
#include "client/server_link.h"
#include "client/tree_walk.h"
#include "keys/archive_key.h"

namespace coffer::client {

/// One place that keeps versions: a session, and the archive behind it.
struct Destination {
  std::string name;
  ServerLink* link = nullptr;  // nothing else may use it while the backup runs
  /// All destinations of a backup have one archive key. Then block ids, cuts and the keys of blocks are the same for all of them, and only
  /// the archive identifier differs, which sealing proves with each block: so naming and compressing is done once, sealing once for each.
  keys::ArchiveKeys keys;
  archive::ChainPoint chain;  // the newest version, verified (version_list.h)
  /// Leaves the session and begins another one for the same archive; its link, which must outlive the backup. Asked for when a session has
  /// become useless: it waits for a block that no file has any more. Called on the thread that called back_up.
  std::function<Outcome<ServerLink*>()> begin_again = nullptr;
};

struct DestinationReport {
  archive::ChainPoint version;
  BlockSender::Counts sent;  // in all sessions
};

/// What is under way, for whoever shows it.
struct BackupProgress : WorkDone {
  struct Lane {
    using State = DeliveryState;
    State state = State::together;
    std::uint64_t octets_sent = 0;
  };
  std::vector<Lane> destinations;  // in the order given
};

struct BackupOptions {
  std::vector<std::string> paths;
  ScanOptions scan;
  bool digest = false;  // of what was found is wanted
  std::int64_t now_ns = 0;
  /// A file changed this short a time before the scan is not remembered as unchanged: its clock may not have moved since.
  std::int64_t settle_ns = 2'000'000'000;
  Lanes::Limits lanes = {};
  /// Called often, on the thread that called back_up.
  std::function<void(const BackupProgress&)> progress = [](const BackupProgress&) {};
  /// Asked often, on any thread: true ends the backup with `interrupted`, between two requests, so that the links can be left in order.
  std::function<bool()> interrupted = [] { return false; };
  /// Told of each destination's end once it is known, on the thread that called back_up: others may still be at work then.
  std::function<void(std::size_t destination, const Outcome<DestinationReport>&)> ended = [](std::size_t,
                                                                                             const Outcome<DestinationReport>&) {};
};

struct BackupReport {
  std::uint64_t files = 0, directories = 0, links = 0;
  std::uint64_t files_unchanged = 0;  // not read, because they are as they were
  std::uint64_t content_octets = 0;
  Problems problems;              // files left out, or saved while they changed
  std::vector<std::string> left;  // paths in the archive of what is there and was not saved as it is, although it is of a kind that can be
  std::optional<Digest> digest;   // of what was found (tree_digest.h), if it was wanted
  std::vector<Outcome<DestinationReport>> destinations;  // in the order given
};

/// At most so many sessions with one destination. The last one names no block that it does not have at hand.
inline constexpr int backup_sessions_max = 3;

/// The cache is brought up to date even when the backup fails.
/// Failures: interrupted, or nothing of the paths can be backed up; then no destination has a version. What befalls one destination stands
/// in the report, and running again continues.
Outcome<BackupReport> back_up(std::span<Destination> destinations, const CachePlace& cache, const MakeRandom& make_random,
                              const BackupOptions& options);

}  // namespace coffer::client
