// What is below some paths, one after another in ascending octet order of whole paths, which is a manifest's order. In that order "a" comes
// before "a-b" and "a-b" before "a/b": a directory is left aside once it is found, and entered when what comes next is behind "NAME/".
// So memory is a stack of listings, however many files there are.
// Reads no file's content. Nothing that changes, vanishes or refuses meanwhile stops it: it is named.
// Must not know: blocks, servers, the cache.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "client/failure.h"
#include "client/found.h"

namespace coffer::client {

struct ScanOptions {
  /// A directory that is left out wherever it lies: this program's own. Silently, unless it was asked for by name.
  std::string left_out;
  bool one_file_system = false;
  /// Devices and sockets are found too; else each is a problem.
  bool special = false;
  /// Told of each directory, open, before it is listed: what comes into it from then on is not overlooked.
  std::function<void(const std::string& path, int directory)> before_listing = nullptr;
};

class TreeWalk {
 public:
  /// A path as in the archive; empty for "/". Of one that was not named by anybody it is no problem if it is not there.
  struct Source {
    std::string path;
    bool named = true;
  };
  TreeWalk(Below root, const std::vector<Source>& sources, const ScanOptions& options);
  ~TreeWalk();
  TreeWalk(const TreeWalk&) = delete;
  TreeWalk& operator=(const TreeWalk&) = delete;

  /// nullopt: that was all.
  std::optional<Found> next();
  /// So far. What is closed was found and could not be looked into.
  Problems problems;
  std::set<std::string> closed;
  /// What is there and could not be looked at, or not whole, this time: paths as in the archive.
  std::vector<std::string> left;

 private:
  class Branch;
  struct Behind;

  Below root_;
  OwnerNames owners_;
  const ScanOptions options_;
  std::optional<FileStamp> left_out_;
  std::vector<std::unique_ptr<Branch>> branches_;  // a heap, the one with the next path first
};

/// Paths as a user wrote them, as they are in the archive: absolute, every symbolic link but the last component resolved, without the first
/// "/". Those whose directory does not exist are problems.
std::vector<TreeWalk::Source> sources_of(const std::vector<std::string>& given, Problems& problems);

/// What a TreeWalk has once it is done.
struct WalkEnd {
  Problems problems;
  std::set<std::string> closed;
  std::vector<std::string> left;
};
/// A walk below paths as a user wrote them, to its end or until one of the two says false. `begins` is told of the paths that lead
/// somewhere, `takes` of each entry.
WalkEnd walk_trees(const std::vector<std::string>& paths, const ScanOptions& options,
                   const std::function<bool(const std::vector<TreeWalk::Source>&)>& begins, const std::function<bool(Found)>& takes);

}  // namespace coffer::client
