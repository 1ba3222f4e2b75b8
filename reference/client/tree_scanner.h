// What is below the paths that a backup names: every file, directory and link with its metadata, and what cannot be backed up and why.
// Reads no file's content. Nothing that changes, vanishes or refuses during the scan stops it: it is named.
// Must not know: blocks, servers, the cache.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <unordered_set>
#include <vector>

#include "archive/entry.h"
#include "client/below.h"
#include "client/failure.h"
#include "client/owner_names.h"

struct stat;

namespace coffer::client {

/// What tells that a file is still the one it was.
struct FileStamp {
  std::uint64_t device = 0;
  std::uint64_t inode = 0;
  std::uint64_t size = 0;
  std::int64_t modified_ns = 0;
  std::int64_t changed_ns = 0;
  bool operator==(const FileStamp&) const = default;
};

struct Found {
  /// Of a file without size, blocks, extents and attributes, which only reading gives. A second name is still what the first one is.
  archive::Entry entry;
  FileStamp stamp;
  std::uint64_t names = 1;  // links to the inode
  bool has_holes = false;   // takes less room than its size, so that it may have some
  bool operator==(const Found&) const = default;
};

struct ScanOptions {
  /// A directory that is left out wherever it lies: this program's own. Silently, unless it was asked for by name.
  std::string left_out;
  bool one_file_system = false;
  /// Devices and sockets are found too; else each is a problem.
  bool special = false;
  /// Told of each directory, open, before it is listed: what comes into it from then on is not overlooked.
  std::function<void(const std::string& path, int directory)> before_listing = nullptr;
};

struct Scan {
  std::vector<Found> found;          // ascending by path, each path once
  std::vector<std::string> sources;  // the paths that were asked for and found, as in the archive
  std::set<std::string> closed;      // directories that are found and could not be looked into
  Problems problems;
};

/// One look at trees, or at parts of them again.
class TreeScanner {
 public:
  /// Of a directory that was found: whether what is below it is known already, and need not be looked at.
  using Known = std::function<bool(const Found&)>;

  TreeScanner(Below root, const ScanOptions& options, Known known = nullptr);

  /// A path as the user wrote it, with all that is below it.
  void add(const std::string& given);
  /// A path as in the archive, with what is below it and not known. A source must be there; of others it is no problem if they are not.
  void look(const std::string& path, bool source);
  /// A directory, as in the archive: itself, and its entries.
  void list_again(const std::string& path, bool source);
  /// Directories that were found known.
  const std::set<std::string>& known() const { return known_; }
  /// So far, in no order.
  const std::vector<Found>& found() const { return scan_.found; }
  Scan finish();

 private:
  std::optional<std::uint64_t> device_around(const std::string& path);
  void problem(std::string path, std::string what) { scan_.problems.push_back({std::move(path), std::move(what)}); }
  void closed(const std::string& path, std::string why);
  void list_pending();
  void list(const std::string& path);
  void examine(const std::string& path, std::optional<std::uint64_t> device);
  void link(const std::string& path, int parent, const std::string& name, const struct stat& status);
  /// What is no file, with its attributes.
  void take(Found found, int parent, const std::string& name);

  Below root_;
  const ScanOptions* options_;
  Known is_known_;
  std::optional<FileStamp> left_out_;
  std::vector<std::string> pending_;  // directories to be listed
  std::unordered_set<std::string> listed_;
  std::set<std::string> known_;
  OwnerNames owners_;
  Scan scan_;
};

/// `paths` as the user wrote them. A path that does not exist is a problem. Paths in the archive are absolute ones without the first "/".
Scan scan_tree(const std::vector<std::string>& paths, const ScanOptions& options);

/// Opens `path` (as in the archive) for reading without touching its access time, if it is still a regular file. errno ELOOP or ENXIO: it
/// no longer is.
std::expected<Descriptor, SystemError> open_file(Below& root, const std::string& path);

/// Metadata of an open file: what the entry says, and its stamp.
std::expected<Found, SystemError> look(const std::string& path, int fd, OwnerNames& owners);

/// "/", from which archive paths are resolved.
std::expected<Below, SystemError> file_system_root();

}  // namespace coffer::client
