#include "client/tree_rescan.h"

#include <algorithm>
#include <iterator>
#include <set>
#include <unordered_map>
#include <utility>

namespace coffer::client {
namespace {

using Inode = std::pair<std::uint64_t, std::uint64_t>;

std::string parent_of(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  return slash == std::string::npos ? std::string() : path.substr(0, slash);
}

/// What was known before, and which of it still holds.
class Rescan {
 public:
  Rescan(const Scan& last, const Dirty& dirty, const ScanOptions& options)
      : last_(last), dirty_(dirty), scanner_(options, [this](const Found& found) { return is_known(found); }) {
    for (const std::string& source : last.sources) sources_.insert(source);
    for (const Found& found : last.found)
      if (found.entry.type == archive::EntryType::directory && !last.closed.contains(found.entry.path))
        directories_.emplace(found.entry.path, Inode{found.stamp.device, found.stamp.inode});
  }

  Scan run() {
    for (const std::string& tree : dirty_.trees)
      if (belongs(tree)) scanner_.look(tree, is_source(tree));
    trees_done_ = true;
    for (const std::string& directory : dirty_.directories)
      if (belongs(directory)) scanner_.list_again(directory, is_source(directory));
    std::vector<Found> kept = keep();
    Scan scan = scanner_.finish();
    const auto seam = static_cast<std::ptrdiff_t>(kept.size());
    kept.insert(kept.end(), std::make_move_iterator(scan.found.begin()), std::make_move_iterator(scan.found.end()));
    std::ranges::inplace_merge(kept, kept.begin() + seam, {}, [](const Found& found) -> const std::string& { return found.entry.path; });
    scan.found = std::move(kept);
    scan.sources = last_.sources;
    for (const std::string& path : last_.closed)
      if (!looked_at(path)) scan.closed.insert(path);
    for (const Problem& problem : last_.problems)
      if (!problem.path.starts_with('/') || !looked_at(problem.path.substr(1))) scan.problems.push_back(problem);
    return scan;
  }

 private:
  bool is_source(const std::string& path) const { return sources_.contains(path); }
  bool belongs(const std::string& path) const {
    return std::ranges::any_of(sources_, [&](const std::string& source) { return path == source || lies_below(path, source); });
  }
  bool is_known(const Found& found) const {
    if (!trees_done_) return false;
    const auto before = directories_.find(found.entry.path);
    return before != directories_.end() && before->second == Inode{found.stamp.device, found.stamp.inode} &&
           !dirty_.trees.contains(found.entry.path);
  }

  /// Whether what is said of a path comes from this look, be it that it is no longer there.
  bool looked_at(const std::string& path) {
    return dirty_.trees.contains(path) || dirty_.directories.contains(path) || (!path.empty() && entries_looked_at(parent_of(path)));
  }
  /// Whether this look has seen each entry of a directory.
  bool entries_looked_at(const std::string& directory) { return dirty_.directories.contains(directory) || all_looked_at(directory); }
  /// Whether it has seen all that is below.
  bool all_looked_at(const std::string& directory) {
    if (const auto known = below_.find(directory); known != below_.end()) return known->second;
    const bool all = dirty_.trees.contains(directory) || (!directory.empty() && all_looked_at(parent_of(directory))) ||
                     (looked_at(directory) && !directory.empty() && !scanner_.known().contains(directory));
    below_.emplace(directory, all);
    return all;
  }

  std::vector<Found> keep() {
    std::set<Inode> gained_names;
    for (const Found& found : scanner_.found())
      if (found.names > 1) gained_names.emplace(found.stamp.device, found.stamp.inode);
    std::vector<Found> kept;
    std::vector<std::string> shared;
    for (const Found& found : last_.found) {
      if (looked_at(found.entry.path)) continue;
      const bool has_names = found.entry.type != archive::EntryType::directory &&
                             (found.names > 1 || gained_names.contains({found.stamp.device, found.stamp.inode}));
      if (has_names)
        shared.push_back(found.entry.path);
      else
        kept.push_back(found);
    }
    for (const std::string& path : shared) scanner_.look(path, is_source(path));
    return kept;
  }

  const Scan& last_;
  const Dirty& dirty_;
  std::set<std::string> sources_;
  std::unordered_map<std::string, Inode> directories_;
  std::unordered_map<std::string, bool> below_;
  TreeScanner scanner_;
  bool trees_done_ = false;
};

}  // namespace

Scan scan_again(const Scan& last, const Dirty& dirty, const ScanOptions& options) { return Rescan(last, dirty, options).run(); }

}  // namespace coffer::client
