// One reading of the trees: walks them, takes what is as it was from the cache, reads the rest, and gives all of it, in order, to the lanes
// and to the manifest. What is held at a time is bounded: a stretch of entries that destinations are asked about, and those just ahead of
// it. Must not know: sessions, what becomes of what the lanes were given.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <unordered_set>
#include <vector>

#include "archive/manifest.h"
#include "client/failure.h"
#include "client/file_cache.h"
#include "client/lanes.h"
#include "client/pace.h"
#include "client/tree_walk.h"
#include "keys/archive_key.h"

namespace coffer::client {

struct ReadingOptions {
  std::vector<std::string> paths;
  ScanOptions scan;
  CachePlace cache;
  bool by_name = true;                 // false: everything is read, whatever the cache says
  bool first = true;                   // of this run: whatever the cache has was read before it
  bool digest = false;                 // of what the walk finds is wanted
  std::int64_t settled_before_ns = 0;  // a file changed later than that is not remembered
  /// Asked and told often; false ends the reading as interrupted.
  std::function<bool(const WorkDone&)> on = [](const WorkDone&) { return true; };
};

struct ReadingReport {
  std::uint64_t files = 0, directories = 0, links = 0;
  std::uint64_t files_unchanged = 0;
  std::uint64_t content_octets = 0;
  Problems problems;
  std::unordered_set<std::string> vanished;  // files that were found and could not be read any more
  std::vector<std::string> left;             // what is there and was not saved as it is: files not read or changing, directories not listed
  std::optional<Digest> digest;              // if it was wanted and the walk came to its end
};

/// Ends the lanes. nullopt: no lane is left, so that it was not read to its end. Failures: interrupted, or there is nothing that can be
/// read.
Outcome<std::optional<ReadingReport>> read_trees(Lanes& lanes, const keys::ArchiveKeys& keys, const ReadingOptions& options);

}  // namespace coffer::client
