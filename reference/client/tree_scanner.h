// All that a walk finds, kept: for who compares one look at trees with the next.
// Must not know: blocks, servers, the cache.
#pragma once

#include <functional>
#include <set>
#include <string>
#include <unordered_set>
#include <vector>

#include "client/failure.h"
#include "client/found.h"
#include "client/tree_walk.h"

namespace coffer::client {

struct Scan {
  std::vector<Found> found;          // ascending by path, each path once
  std::vector<std::string> sources;  // the paths that were asked for and found, as in the archive
  std::set<std::string> closed;      // directories that are found and could not be looked into
  Problems problems;
};

/// `paths` as the user wrote them. A path that does not exist is a problem. Paths in the archive are absolute ones without the first "/".
Scan scan_tree(const std::vector<std::string>& paths, const ScanOptions& options);

/// Looks at parts of trees again.
class TreeScanner {
 public:
  /// Of a directory that was found: whether what is below it is known already, and need not be looked at.
  using Known = std::function<bool(const Found&)>;

  TreeScanner(const ScanOptions& options, Known known) : options_(&options), is_known_(std::move(known)) {}

  /// A path as in the archive, with what is below it and not known. A source must be there; of others it is no problem if they are not.
  void look(const std::string& path, bool source) { walk(path, source, false); }
  /// A directory, as in the archive: itself, and its entries.
  void list_again(const std::string& path, bool source) { walk(path, source, true); }
  /// Directories that were found known.
  const std::set<std::string>& known() const { return known_; }
  /// So far, in no order.
  const std::vector<Found>& found() const { return scan_.found; }
  Scan finish();

 private:
  void walk(const std::string& path, bool source, bool although_known);

  const ScanOptions* options_;
  Known is_known_;
  std::unordered_set<std::string> entered_;
  std::set<std::string> known_;
  Scan scan_;
};

}  // namespace coffer::client
