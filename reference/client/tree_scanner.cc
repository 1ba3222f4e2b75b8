#include "client/tree_scanner.h"

#include <dirent.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/vfs.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <memory>

#include <fmt/format.h>

#include "client/file_attributes.h"

namespace coffer::client {
namespace {

struct CloseDirectory {
  void operator()(DIR* directory) const { ::closedir(directory); }
};
struct Free {
  void operator()(char* text) const { std::free(text); }
};

std::int64_t nanoseconds(const timespec& time) { return static_cast<std::int64_t>(time.tv_sec) * 1'000'000'000 + time.tv_nsec; }

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
          .names = status.st_nlink,
          .has_holes = S_ISREG(status.st_mode) && status.st_blocks < status.st_size / 512};
}

/// A file system whose files are made up as they are read: some of them have no end, and none can be restored.
bool is_kernel_state(int parent, const std::string& name) {
  const Descriptor directory(::openat(parent, name.c_str(), O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
  struct statfs status {};
  if (!directory.open() || ::fstatfs(directory.fd(), &status) != 0) return false;
  constexpr std::array<std::int64_t, 12> made_up{PROC_SUPER_MAGIC, SYSFS_MAGIC,   CGROUP_SUPER_MAGIC, CGROUP2_SUPER_MAGIC,
                                                 DEBUGFS_MAGIC,    TRACEFS_MAGIC, SECURITYFS_MAGIC,   PSTOREFS_MAGIC,
                                                 EFIVARFS_MAGIC,   BPF_FS_MAGIC,  BINFMTFS_MAGIC,     DEVPTS_SUPER_MAGIC};
  return std::ranges::find(made_up, static_cast<std::int64_t>(status.f_type)) != made_up.end();
}

struct Kind {
  archive::EntryType type;
  std::string_view name;
};

/// Of what is neither file nor directory nor link.
std::optional<Kind> special_kind_of(mode_t mode) {
  if (S_ISFIFO(mode)) return Kind{archive::EntryType::named_pipe, "a named pipe"};
  if (S_ISSOCK(mode)) return Kind{archive::EntryType::socket, "a socket"};
  if (S_ISBLK(mode)) return Kind{archive::EntryType::block_device, "a block device"};
  if (S_ISCHR(mode)) return Kind{archive::EntryType::character_device, "a character device"};
  return std::nullopt;
}

/// The absolute path with every symbolic link but the last component resolved, without the first "/". Empty for "/" itself.
std::expected<std::string, SystemError> archive_path(const std::string& given) {
  const auto resolve = [](const std::string& path) -> std::expected<std::string, SystemError> {
    const std::unique_ptr<char, Free> resolved(::realpath(path.c_str(), nullptr));
    if (!resolved) return std::unexpected(SystemError{errno});
    return std::string(resolved.get() + 1);
  };
  const std::string_view name = Below::name(given);
  // A last component that is not a plain name cannot be a link to be kept as one.
  if (name.empty() || name == "." || name == "..") return resolve(given);
  const std::size_t slash = given.rfind('/');
  auto parent = resolve(slash == std::string::npos ? "." : slash == 0 ? "/" : given.substr(0, slash));
  if (!parent) return parent;
  return parent->empty() ? std::string(name) : *parent + "/" + std::string(name);
}

}  // namespace

TreeScanner::TreeScanner(Below root, const ScanOptions& options, Known known)
    : root_(std::move(root)), options_(&options), is_known_(std::move(known)) {
  struct stat status {};
  if (!options.left_out.empty() && ::stat(options.left_out.c_str(), &status) == 0) left_out_ = stamp_of(status);
}

void TreeScanner::add(const std::string& given) {
  const auto path = archive_path(given);
  if (!path) {
    problem(given, describe(path.error()));
    return;
  }
  scan_.sources.push_back(*path);
  look(*path, true);
}

void TreeScanner::look(const std::string& path, bool source) {
  if (path.empty()) {  // "/": it has no entry of its own
    pending_.emplace_back();
  } else {
    examine(path, source ? std::nullopt : device_around(path));
  }
  list_pending();
}

void TreeScanner::list_again(const std::string& path, bool source) {
  look(path, source);
  if (known_.contains(path)) list(path);
  list_pending();
}

/// That of the directory that holds `path`; 0, which none has, where that cannot be said.
std::optional<std::uint64_t> TreeScanner::device_around(const std::string& path) {
  const auto parent = root_.parent(path);
  struct stat status {};
  return parent && ::fstat(*parent, &status) == 0 ? status.st_dev : 0;
}

void TreeScanner::list_pending() {
  while (!pending_.empty()) {
    const auto directory = std::move(pending_.back());
    pending_.pop_back();
    list(directory);
  }
}

Scan TreeScanner::finish() {
  const auto path_of = [](const Found& found) -> const std::string& { return found.entry.path; };
  std::ranges::sort(scan_.found, {}, path_of);
  const auto doubles = std::ranges::unique(scan_.found, {}, path_of);
  scan_.found.erase(doubles.begin(), doubles.end());
  return std::move(scan_);
}

void TreeScanner::closed(const std::string& path, std::string why) {
  scan_.closed.insert(path);
  problem("/" + path, std::move(why));
}

void TreeScanner::list(const std::string& path) {
  if (!listed_.insert(path).second) return;
  const auto place = root_.directory(path);
  if (!place) return closed(path, fmt::format("cannot be opened: {}", describe(place.error())));
  const int fd = ::openat(*place, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) return closed(path, fmt::format("cannot be listed: {}", describe({errno})));
  const std::unique_ptr<DIR, CloseDirectory> directory(::fdopendir(fd));
  struct stat own {};
  if (::fstat(fd, &own) != 0) return closed(path, fmt::format("cannot be looked at: {}", describe({errno})));
  if (options_->before_listing) options_->before_listing(path, fd);
  std::vector<std::string> names;
  errno = 0;
  while (const dirent* entry = ::readdir(directory.get())) {
    const std::string_view name = entry->d_name;
    if (name != "." && name != "..") names.emplace_back(name);
  }
  if (errno != 0) problem("/" + path, fmt::format("was listed only in part: {}", describe({errno})));
  for (const std::string& name : names) examine(path.empty() ? name : path + "/" + name, own.st_dev);
}

/// `device`: that of the directory in which it was listed; none for a path that the user named.
void TreeScanner::examine(const std::string& path, std::optional<std::uint64_t> device) {
  if (!archive::safe_path(path)) return problem("/" + path, fmt::format("has a path of more than {} octets", archive::path_octets_max));
  const auto parent = root_.parent(path);
  if (!parent && device && parent.error().number == ENOENT) return;  // as below
  if (!parent) return problem("/" + path, describe(parent.error()));
  const std::string name(Below::name(path));
  struct stat status {};
  if (::fstatat(*parent, name.c_str(), &status, AT_SYMLINK_NOFOLLOW) != 0) {
    // Gone since its directory was listed: it is simply not part of this version. A path that the user named must exist.
    if (errno == ENOENT && device) return;
    return problem("/" + path, errno == ENOENT ? "does not exist" : describe({errno}));
  }
  if (S_ISDIR(status.st_mode)) {
    if (left_out_ && left_out_->device == status.st_dev && left_out_->inode == status.st_ino) {
      if (!device) problem("/" + path, "is this device's own directory, which is never backed up: it holds the archive key");
      return;
    }
    take(found_of(path, archive::EntryType::directory, status, owners_), *parent, name);
    const bool mounted = !device || *device != status.st_dev;
    if (mounted && device && options_->one_file_system) return;
    if (mounted && is_kernel_state(*parent, name)) return problem("/" + path, "holds the kernel's own state, not files: skipped");
    if (is_known_ && is_known_(scan_.found.back()))
      known_.insert(path);
    else
      pending_.push_back(path);
  } else if (S_ISREG(status.st_mode)) {
    scan_.found.push_back(found_of(path, archive::EntryType::file, status, owners_));
  } else if (S_ISLNK(status.st_mode)) {
    link(path, *parent, name, status);
  } else if (const auto kind = special_kind_of(status.st_mode); !kind) {
    problem("/" + path, "is of an unknown type: skipped");
  } else if (kind->type != archive::EntryType::named_pipe && !options_->special) {
    problem("/" + path, fmt::format("is {}: skipped (--special keeps devices and sockets)", kind->name));
  } else {
    Found found = found_of(path, kind->type, status, owners_);
    if (S_ISBLK(status.st_mode) || S_ISCHR(status.st_mode))
      found.entry.device = std::uint64_t{major(status.st_rdev)} << 32U | minor(status.st_rdev);
    take(std::move(found), *parent, name);
  }
}

void TreeScanner::take(Found found, int parent, const std::string& name) {
  auto attributes = read_attributes(AttributePlace(parent, name));
  if (attributes)
    found.entry.attributes = std::move(*attributes);
  else if (attributes.error().number != ENOENT)
    problem("/" + found.entry.path, without_attributes(attributes.error()));
  scan_.found.push_back(std::move(found));
}

void TreeScanner::link(const std::string& path, int parent, const std::string& name, const struct stat& status) {
  std::string target(archive::path_octets_max + 1, '\0');
  const ssize_t length = ::readlinkat(parent, name.c_str(), target.data(), target.size());
  if (length <= 0) return problem("/" + path, length < 0 ? describe({errno}) : "is a link to nothing: skipped");
  if (static_cast<std::size_t>(length) > archive::path_octets_max) return problem("/" + path, "is a link with too long a target: skipped");
  target.resize(static_cast<std::size_t>(length));
  Found found = found_of(path, archive::EntryType::symbolic_link, status, owners_);
  found.entry.target = std::move(target);
  take(std::move(found), parent, name);
}

std::expected<Below, SystemError> file_system_root() {
  const int fd = ::open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) return std::unexpected(SystemError{errno});
  return Below(Descriptor(fd));
}

Scan scan_tree(const std::vector<std::string>& paths, const ScanOptions& options) {
  auto root = file_system_root();
  if (!root) return {.found = {}, .sources = {}, .closed = {}, .problems = {{"/", describe(root.error())}}};
  TreeScanner scanner(std::move(*root), options);
  for (const std::string& path : paths) scanner.add(path);
  return scanner.finish();
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
  return found_of(path, archive::EntryType::file, status, owners);
}

}  // namespace coffer::client
