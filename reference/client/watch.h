// Backs trees up whenever they change, until it is told to stop: watches, waits for quiet, looks again, and makes a version if anything is
// other than it was in the last one. Of a look it keeps a digest, so that memory does not grow with the trees: looking at all files costs
// less than the version that follows, which names all of them.
// Must not know: sessions, command lines, how what happens is shown.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "client/backup_session.h"
#include "client/failure.h"
#include "client/tree_walk.h"
#include "client/watch_plan.h"

namespace coffer::client {

/// What a watching client says. Each is told once it is so.
struct WatchEvent {
  enum class Kind : std::uint8_t {
    watching,   // every change from now on is seen, but below `unwatched`
    unchanged,  // nothing is other than in the last version
    backed_up,  // `backup`; where a destination failed, again after its pause
    failed,     // `failure`, at all destinations; again after `pause`
    stopped,
  };
  Kind kind = Kind::watching;
  std::size_t directories = 0;
  std::vector<std::string> unwatched = {};  // where the kernel refuses to watch
  std::optional<DeviceBackup> backup = std::nullopt;
  std::optional<Failure> failure = std::nullopt;
  std::size_t left = 0;  // how many files and directories the last version lacks, or does not have as they are; again after `pause`
  Moment pause{};
  std::map<std::string, Moment> pauses = {};  // by destination
};

struct WatchOptions {
  std::vector<std::string> paths;
  ScanOptions scan;
  WatchPauses pauses;
  /// Names, at least one.
  std::vector<std::string> destinations;
  /// One backup of the paths to these of them, in sessions of its own, with the digest of what it finds. Called from a thread of its own.
  std::function<Outcome<DeviceBackup>(const std::vector<std::string>& destinations)> back_up;
  std::function<void(const WatchEvent&)> tell;
  /// Readable: stop at once. A backup that is under way is given up.
  int stop_fd = -1;
};

/// Returns when stopped. False: a backup is still under way in its thread, and the process has to end without waiting for it.
bool watch(const WatchOptions& options);

}  // namespace coffer::client
