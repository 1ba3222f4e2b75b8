#include "client/tree_scanner.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace coffer::client {
namespace {

void collect(TreeWalk& walk, Scan& scan) {
  while (auto found = walk.next()) scan.found.push_back(std::move(*found));
  scan.closed.merge(walk.closed);
  scan.problems.insert(scan.problems.end(), std::make_move_iterator(walk.problems.begin()), std::make_move_iterator(walk.problems.end()));
}

}  // namespace

Scan scan_tree(const std::vector<std::string>& paths, const ScanOptions& options) {
  Scan scan;
  auto root = file_system_root();
  if (!root) {
    scan.problems.push_back({"/", describe(root.error())});
    return scan;
  }
  const auto sources = sources_of(paths, scan.problems);
  for (const auto& source : sources) scan.sources.push_back(source.path);
  TreeWalk walk(std::move(*root), sources, options);
  collect(walk, scan);
  return scan;
}

void TreeScanner::walk(const std::string& path, bool source, bool although_known) {
  auto root = file_system_root();
  if (!root) return scan_.problems.push_back({"/", describe(root.error())});
  TreeWalk walk(std::move(*root), {{path, source}}, *options_, [&](const Found& found) {
    if (is_known_(found)) {
      known_.insert(found.entry.path);
      if (!although_known || found.entry.path != path) return false;
    }
    return entered_.insert(found.entry.path).second;
  });
  collect(walk, scan_);
}

Scan TreeScanner::finish() {
  const auto path_of = [](const Found& found) -> const std::string& { return found.entry.path; };
  std::ranges::sort(scan_.found, {}, path_of);
  const auto doubles = std::ranges::unique(scan_.found, {}, path_of);
  scan_.found.erase(doubles.begin(), doubles.end());
  return std::move(scan_);
}

}  // namespace coffer::client
