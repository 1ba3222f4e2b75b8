#include "client/found.h"

#include <fcntl.h>

#include <cerrno>
#include <utility>

#include "client/file_time.h"

namespace coffer::client {
FileStamp stamp_of(const struct stat& status) {
  return {.device = status.st_dev,
          .inode = status.st_ino,
          .size = static_cast<std::uint64_t>(status.st_size),
          .modified_ns = nanoseconds(status.st_mtim),
          .changed_ns = nanoseconds(status.st_ctim)};
}

Found found_of(std::string path, archive::EntryType type, const struct stat& status, OwnerNames& owners) {
  return {.entry = {.path = std::move(path),
                    .type = type,
                    .mode = static_cast<std::uint16_t>(status.st_mode & 07777),
                    .modified_ns = nanoseconds(status.st_mtim),
                    .owner = status.st_uid,
                    .group = status.st_gid,
                    .owner_name = owners.user(status.st_uid),
                    .group_name = owners.group(status.st_gid)},
          .stamp = stamp_of(status),
          .names = status.st_nlink};
}

Found found_at(int at, const char* name, std::string path, archive::EntryType type, const struct stat& status, OwnerNames& owners) {
  Found found = found_of(std::move(path), type, status, owners);
  if (found.names < 2) return found;
  struct statx more {};
  const bool told = ::statx(at, name, AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH, STATX_BTIME | STATX_INO, &more) == 0 &&
                    (more.stx_mask & STATX_BTIME) != 0 && more.stx_ino == status.st_ino;
  found.born_ns = told ? nanoseconds(more.stx_btime) : found.stamp.changed_ns;
  return found;
}

std::expected<Descriptor, SystemError> open_file(Below& root, const std::string& path) {
  const auto parent = root.parent(path);
  if (!parent) return std::unexpected(parent.error());
  const std::string name(Below::name(path));
  // Without waiting: a pipe put in the file's place must not hold up the backup.
  constexpr int flags = O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC;
  int fd = ::openat(*parent, name.c_str(), flags | O_NOATIME);
  if (fd < 0 && errno == EPERM) fd = ::openat(*parent, name.c_str(), flags);  // only its owner may leave the access time
  if (fd < 0) return std::unexpected(SystemError{errno});
  return Descriptor(fd);
}

std::expected<Found, SystemError> look(const std::string& path, int fd, OwnerNames& owners) {
  struct stat status {};
  if (::fstat(fd, &status) != 0) return std::unexpected(SystemError{errno});
  if (!S_ISREG(status.st_mode)) return std::unexpected(SystemError{ENXIO});
  return found_at(fd, "", path, archive::EntryType::file, status, owners);
}

std::expected<Below, SystemError> file_system_root() {
  const int fd = ::open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) return std::unexpected(SystemError{errno});
  return Below(Descriptor(fd));
}

}  // namespace coffer::client
