// What is below the paths that a backup names: every file, directory and link with its metadata, and what cannot be backed up and why.
// Reads no file's content. Nothing that changes, vanishes or refuses during the scan stops it: it is named.
// Must not know: blocks, servers, the cache.
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "archive/entry.h"
#include "client/below.h"
#include "client/failure.h"

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
  archive::Entry entry;  // without size and blocks, which only reading gives; a second name is still a file or link here
  FileStamp stamp;
  std::uint64_t names = 1;  // links to the inode
};

struct ScanOptions {
  /// A directory that is left out wherever it lies: this program's own. Silently, unless it was asked for by name.
  std::string left_out;
  bool one_file_system = false;
};

struct Scan {
  std::vector<Found> found;          // ascending by path, each path once
  std::vector<std::string> sources;  // the paths that were asked for and found, as in the archive
  std::set<std::string> closed;      // directories that are found and could not be looked into
  Problems problems;
};

/// `paths` as the user wrote them. A path that does not exist is a problem. Paths in the archive are absolute ones without the first "/".
Scan scan_tree(const std::vector<std::string>& paths, const ScanOptions& options);

/// Opens `path` (as in the archive) for reading without touching its access time, if it is still a regular file. errno ELOOP or ENXIO: it
/// no longer is.
std::expected<Descriptor, SystemError> open_file(Below& root, const std::string& path);

/// Metadata of an open file: what the entry says, and its stamp.
std::expected<Found, SystemError> look(const std::string& path, int fd);

/// "/", from which archive paths are resolved.
std::expected<Below, SystemError> file_system_root();

}  // namespace coffer::client
