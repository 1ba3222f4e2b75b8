// What a look at a file system finds: entries without their content, and what tells whether a file is still the one it was.
// Must not know: in which order things are looked at, blocks, servers.
#pragma once

#include <sys/stat.h>

#include <cstdint>
#include <expected>
#include <string>

#include "archive/entry.h"
#include "client/below.h"
#include "client/owner_names.h"

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
FileStamp stamp_of(const struct stat& status);

struct Found {
  /// Of a file without size, blocks, extents and attributes, which only reading gives. A second name is still what the first one is.
  archive::Entry entry;
  FileStamp stamp;
  std::uint64_t names = 1;  // links to the inode
  /// Of what has several names: when its inode came into being, or last changed where the file system does not say that. An inode's number
  /// passes on to other files, also while a backup runs.
  std::int64_t born_ns = 0;
  bool operator==(const Found&) const = default;
};
Found found_of(std::string path, archive::EntryType type, const struct stat& status, OwnerNames& owners);
/// The same of `name` in an open directory, or of an open file ("") itself, with its birth.
Found found_at(int at, const char* name, std::string path, archive::EntryType type, const struct stat& status, OwnerNames& owners);

/// Opens `path` (as in the archive) for reading without touching its access time, if it is still a regular file. errno ELOOP or ENXIO: it
/// no longer is.
std::expected<Descriptor, SystemError> open_file(Below& root, const std::string& path);

/// Metadata of an open file: what the entry says, and its stamp.
std::expected<Found, SystemError> look(const std::string& path, int fd, OwnerNames& owners);

/// "/", from which archive paths are resolved.
std::expected<Below, SystemError> file_system_root();

}  // namespace coffer::client
