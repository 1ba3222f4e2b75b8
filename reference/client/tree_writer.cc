#include "client/tree_writer.h"

#include <fcntl.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <cstdio>
#include <ranges>

#include <fmt/format.h>

#include "client/printable.h"
#include "fault/switch.h"

namespace coffer::client {
namespace {

mode_t set_id_bits() { return fault::on(fault::ARC_048_keeps_the_bits) ? 0 : S_ISUID | S_ISGID; }

std::unexpected<Refusal> refused(std::string what) { return std::unexpected(Refusal{std::move(what), false}); }

std::unexpected<Refusal> failed(std::string_view doing, int number) {
  const bool fatal = number == ENOSPC || number == EDQUOT || number == EIO || number == EROFS || number == EMFILE;
  return std::unexpected(Refusal{fmt::format("cannot {}: {}", doing, describe({number})), fatal});
}

std::unexpected<Refusal> exists() { return refused("exists already and was left as it is: --overwrite replaces it"); }

/// The access time stays; the modification time is the entry's.
std::array<timespec, 2> times(const archive::Entry& entry) {
  constexpr std::int64_t second = 1'000'000'000;
  const std::int64_t rest = (entry.modified_ns % second + second) % second;
  return {{{.tv_sec = 0, .tv_nsec = UTIME_OMIT}, {.tv_sec = (entry.modified_ns - rest) / second, .tv_nsec = rest}}};
}

/// Of an own directory that its owner may not list, write or enter, as an earlier restore may have left it: makes it so until its mode is
/// set.
void let_owner_in(const Descriptor& parent, const std::string& name) {
  const Descriptor directory(::openat(parent.fd(), name.c_str(), O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
  struct stat status {};
  if (!directory.open() || ::fstat(directory.fd(), &status) != 0 || (status.st_mode & S_IRWXU) == S_IRWXU) return;
  // By the descriptor, as the name may be a link by now; where that fails, what cannot be written is named.
  ::chmod(fmt::format("/proc/self/fd/{}", directory.fd()).c_str(), (status.st_mode & 07777) | S_IRWXU);
}

/// Makes something under a name that nothing has: make(name) is 0, or -1 with errno. Gives the name, or errno. Not the number of this
/// process: a restore that was killed has left files, and in another container the next one has its number.
template <typename Make>
std::expected<std::string, int> make_temporary(Make make) {
  static std::atomic<std::uint64_t> next = [] {
    std::uint64_t random = 0;
    return ::getrandom(&random, sizeof random, 0) == sizeof random ? random : static_cast<std::uint64_t>(::getpid());
  }();
  for (int tries = 0; tries < 100; ++tries) {
    const std::string name = fmt::format(".coffer-{:016x}", next++);
    if (make(name.c_str()) == 0) return name;
    if (errno != EEXIST) return std::unexpected(errno);
  }
  return std::unexpected(EEXIST);
}

}  // namespace

PendingFile::~PendingFile() {
  if (directory_ && !temporary_.empty()) ::unlinkat(directory_->fd(), temporary_.c_str(), 0);
}

// [ARC-067] A client MUST restore a file with extents so that the octets of its blocks stand where the extents say and zeros everywhere
// else.
Written PendingFile::write(View octets) {
  while (!octets.empty()) {
    std::uint64_t offset = octets_;
    View part = octets;
    if (!extents_.empty()) {
      if (extent_ == extents_.size()) {
        octets_ += octets.size();
        return {};
      }
      offset = extents_[extent_].offset + within_extent_;
      part = octets.first(static_cast<std::size_t>(std::min<std::uint64_t>(octets.size(), extents_[extent_].length - within_extent_)));
    }
    const ssize_t count = ::pwrite(file_.fd(), part.data(), part.size(), static_cast<off_t>(offset));
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return failed("write", errno);
    octets = octets.subspan(static_cast<std::size_t>(count));
    octets_ += static_cast<std::uint64_t>(count);
    within_extent_ += static_cast<std::uint64_t>(count);
    if (!extents_.empty() && within_extent_ == extents_[extent_].length) {
      ++extent_;
      within_extent_ = 0;
    }
  }
  return {};
}

Outcome<TreeWriter> TreeWriter::open(const std::string& target, bool overwrite) {
  const auto fail = [&](std::string_view what) {
    const int number = errno;
    std::string message = fmt::format("cannot {} the target directory {}: {}", what, printable(target), describe({number}));
    if (number == ENOTDIR)
      message = fmt::format(
          "the target {} is not a directory, or lies below a file. Nothing was restored: name a directory, or a new name for one",
          printable(target));
    if (number == ENOENT) message += ". The directory that it is to be in does not exist: make it first";
    return std::unexpected(Failure{ExitCode::local, std::move(message)});
  };
  if (::mkdir(target.c_str(), 0700) != 0 && errno != EEXIST) return fail("make");
  Descriptor root(::open(target.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!root.open()) return fail("open");
  return TreeWriter(Below(std::move(root), Below::Missing::make), overwrite || fault::on(fault::ARC_027_overwrites));
}

std::expected<std::shared_ptr<const Descriptor>, Refusal> TreeWriter::parent_of(const std::string& path) {
  // Entries are checked when they are read; what writes must not depend on who called it.
  if (!archive::safe_path(path)) return refused("has a path that could leave the target directory");
  const std::string folder = path.substr(0, path.size() - std::min(path.size(), Below::name(path).size() + 1));
  if (parent_ && folder == parent_path_) return parent_;
  const auto parent = root_.parent(path);
  if (!parent && (parent.error().number == ENOTDIR || parent.error().number == ELOOP))
    return refused("leads through something in the target that is no directory, such as a link: not followed");
  if (!parent) return failed("reach its directory", parent.error().number);
  Descriptor held(::openat(*parent, ".", O_PATH | O_DIRECTORY | O_CLOEXEC));
  if (!held.open()) return failed("open its directory", errno);
  parent_ = std::make_shared<const Descriptor>(std::move(held));
  parent_path_ = folder;
  return parent_;
}

Written TreeWriter::check(const archive::Entry& entry) {
  const auto parent = parent_of(entry.path);
  if (!parent) return std::unexpected(parent.error());
  struct stat status {};
  if (::fstatat((*parent)->fd(), std::string(Below::name(entry.path)).c_str(), &status, AT_SYMLINK_NOFOLLOW) != 0) return {};
  if (S_ISDIR(status.st_mode)) return refused("is a directory in the target: left as it is");
  if (!overwrite_) return exists();
  return {};
}

// [ARC-027] A client MUST NOT overwrite an existing file on restore unless told to.
Written TreeWriter::place(const Descriptor& directory, const std::string& temporary, const std::string& path) {
  const std::string name(Below::name(path));
  const auto give_up = [&](auto refusal) -> Written {
    ::unlinkat(directory.fd(), temporary.c_str(), 0);
    return refusal;
  };
  if (overwrite_) {
    if (::renameat(directory.fd(), temporary.c_str(), directory.fd(), name.c_str()) != 0) return give_up(failed("put in place", errno));
    ::unlinkat(directory.fd(), temporary.c_str(), 0);  // two names of one file are left as they are by a rename
    return {};
  }
  if (::renameat2(directory.fd(), temporary.c_str(), directory.fd(), name.c_str(), RENAME_NOREPLACE) == 0) return {};
  if (errno == EEXIST) return give_up(exists());
  if (errno != EINVAL && errno != ENOSYS) return give_up(failed("put in place", errno));
  // A file system without that call: a new link never replaces either.
  const int linked = ::linkat(directory.fd(), temporary.c_str(), directory.fd(), name.c_str(), 0);
  const int number = errno;
  ::unlinkat(directory.fd(), temporary.c_str(), 0);
  if (linked == 0) return {};
  if (number == EEXIST) return exists();
  return failed("put in place", number);
}

Written TreeWriter::directory(const archive::Entry& entry) {
  const auto parent = parent_of(entry.path);
  if (!parent) return std::unexpected(parent.error());
  const std::string name(Below::name(entry.path));
  bool made = ::mkdirat((*parent)->fd(), name.c_str(), 0700) == 0;
  if (!made && errno != EEXIST) return failed("make", errno);
  if (!made) {
    struct stat status {};
    if (::fstatat((*parent)->fd(), name.c_str(), &status, AT_SYMLINK_NOFOLLOW) != 0) return failed("look at", errno);
    if (!S_ISDIR(status.st_mode)) {
      if (!overwrite_) return exists();
      if (::unlinkat((*parent)->fd(), name.c_str(), 0) != 0 || ::mkdirat((*parent)->fd(), name.c_str(), 0700) != 0)
        return failed("replace", errno);
      made = true;
    } else if (overwrite_) {
      let_owner_in(**parent, name);
    }
  }
  // A directory that was there keeps its mode and time, unless it is to be overwritten.
  if (made || overwrite_) directories_.push_back(entry);
  return {};
}

Written TreeWriter::symbolic_link(const archive::Entry& entry) {
  const auto parent = parent_of(entry.path);
  if (!parent) return std::unexpected(parent.error());
  const auto temporary = make_temporary([&](const char* name) { return ::symlinkat(entry.target.c_str(), (*parent)->fd(), name); });
  if (!temporary) return failed("make the link", temporary.error());
  const auto when = times(entry);
  ::utimensat((*parent)->fd(), temporary->c_str(), when.data(), AT_SYMLINK_NOFOLLOW);
  auto placed = place(**parent, *temporary, entry.path);
  if (placed) restored_.insert(entry.path);
  return placed;
}

Written TreeWriter::hard_link(const archive::Entry& entry) {
  if (!restored_.contains(entry.target))
    return refused(fmt::format("is another name of {}, which was not restored", printable(entry.target)));
  const auto from = parent_of(entry.target);
  if (!from) return std::unexpected(from.error());
  const auto parent = parent_of(entry.path);
  if (!parent) return std::unexpected(parent.error());
  const std::string target(Below::name(entry.target));
  const auto temporary =
      make_temporary([&](const char* name) { return ::linkat((*from)->fd(), target.c_str(), (*parent)->fd(), name, 0); });
  if (!temporary) return failed("link", temporary.error());
  return place(**parent, *temporary, entry.path);
}

std::expected<PendingFile, Refusal> TreeWriter::begin_file(const archive::Entry& entry) {
  auto parent = parent_of(entry.path);
  if (!parent) return std::unexpected(parent.error());
  int fd = -1;
  auto temporary = make_temporary([&](const char* name) {
    fd = ::openat((*parent)->fd(), name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    return fd < 0 ? -1 : 0;
  });
  if (!temporary) return failed("create", temporary.error());
  return PendingFile(std::move(*parent), std::move(*temporary), Descriptor(fd),
                     fault::on(fault::ARC_067_holes_closed) ? std::vector<archive::Extent>{} : entry.extents);
}

mode_t TreeWriter::bits_kept_back(const archive::Entry& file) { return static_cast<mode_t>(file.mode) & set_id_bits(); }

Written TreeWriter::finish_file(const archive::Entry& entry, PendingFile file) {
  const std::uint64_t data_octets = archive::data_octets(entry);
  if (file.octets() != data_octets)
    return refused(fmt::format("was not restored: its blocks hold {} octets, and its entry says {}", file.octets(), data_octets));
  // What is behind the last extent is a hole like those between them.
  if (data_octets != entry.size && ::ftruncate(file.file_.fd(), static_cast<off_t>(entry.size)) != 0)
    return failed("make the holes", errno);
  // [ARC-048] A client MUST NOT set the set-user-id or set-group-id bit of a regular file that it restores.
  if (::fchmod(file.file_.fd(), static_cast<mode_t>(entry.mode) & ~bits_kept_back(entry)) != 0) return failed("set the mode", errno);
  const auto when = times(entry);
  if (::futimens(file.file_.fd(), when.data()) != 0) return failed("set the time", errno);
  // What replaces a file is on the disk before the old one is gone. A new file needs no such wait: a restore can be run again.
  struct stat replaced {};
  if (overwrite_ && ::fstatat(file.directory_->fd(), std::string(Below::name(entry.path)).c_str(), &replaced, AT_SYMLINK_NOFOLLOW) == 0 &&
      ::fsync(file.file_.fd()) != 0)
    return failed("write", errno);
  // Delayed writes show their errors here, on network file systems.
  if (const int fd = file.file_.release(); ::close(fd) != 0) return failed("write", errno);
  auto placed = place(*file.directory_, file.temporary_, entry.path);
  file.temporary_.clear();
  if (placed) restored_.insert(entry.path);
  return placed;
}

void TreeWriter::finish(Problems& problems) {
  for (const archive::Entry& entry : directories_ | std::views::reverse) {
    const auto place = root_.directory(entry.path);
    const Descriptor directory(place ? ::openat(*place, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1);
    const auto when = times(entry);
    if (!directory.open() || ::futimens(directory.fd(), when.data()) != 0 || ::fchmod(directory.fd(), entry.mode) != 0)
      problems.push_back({entry.path, fmt::format("is there, but its mode or time could not be set: {}",
                                                  describe({place ? errno : place.error().number}))});
    root_.forget();
  }
  directories_.clear();
}

}  // namespace coffer::client
