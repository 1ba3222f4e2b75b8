#include "client/tree_writer.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <filesystem>

#include <fmt/format.h>

#include "client/file_time.h"
#include "client/printable.h"
#include "fault/switch.h"

namespace coffer::client {
namespace {

std::unexpected<Refusal> refused(std::string what) { return std::unexpected(Refusal{std::move(what), false}); }

std::unexpected<Refusal> failed(std::string_view doing, int number) {
  const bool fatal = number == ENOSPC || number == EDQUOT || number == EIO || number == EROFS || number == EMFILE;
  return std::unexpected(Refusal{fmt::format("cannot {}: {}", doing, describe({number})), fatal});
}

constexpr std::size_t name_octets_max = 255;  // of one component
constexpr unsigned names_max = 1'000;         // that are tried for one entry
constexpr auto in_the_way = "exists already and was left as it is: --overwrite replaces it, --conflict has other rules";

/// What follows a name when it is another's already: ".restored", ".restored-2", …
std::string free_name(const std::string& name, unsigned number) {
  const std::string suffix = number == 1 ? ".restored" : fmt::format(".restored-{}", number);
  return name.substr(0, name_octets_max - suffix.size()) + suffix;
}

mode_t type_of(archive::EntryType type) {
  switch (type) {
    case archive::EntryType::file: return S_IFREG;
    case archive::EntryType::directory: return S_IFDIR;
    case archive::EntryType::symbolic_link: return S_IFLNK;
    case archive::EntryType::named_pipe: return S_IFIFO;
    case archive::EntryType::character_device: return S_IFCHR;
    case archive::EntryType::block_device: return S_IFBLK;
    case archive::EntryType::socket: return S_IFSOCK;
    case archive::EntryType::hard_link: break;
  }
  return 0;
}

dev_t device_of(const archive::Entry& entry) {
  return makedev(static_cast<unsigned>(entry.device >> 32U), static_cast<unsigned>(entry.device & 0xFFFFFFFF));
}

std::string path_beside(const std::string& path, const std::string& name) { return path.substr(0, path.rfind('/') + 1) + name; }

/// Of an own directory that its owner may not list, write or enter, as an earlier restore may have left it: makes it so until its mode is
/// set.
void let_owner_in(const Descriptor& parent, const std::string& name) {
  const Descriptor directory(::openat(parent.fd(), name.c_str(), O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
  struct stat status {};
  if (!directory.open() || ::fstat(directory.fd(), &status) != 0 || (status.st_mode & S_IRWXU) == S_IRWXU) return;
  // By the descriptor, as the name may be a link by now; where that fails, what cannot be written is named.
  ::chmod(fmt::format("/proc/self/fd/{}", directory.fd()).c_str(), (status.st_mode & 07777) | S_IRWXU);
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

TreeWriter::TreeWriter(std::string target, Below root, Below looking, WriteRules rules, bool is_new)
    : target_(std::move(target)),
      root_(std::move(root)),
      looking_(std::move(looking)),
      rules_(std::move(rules)),
      is_new_(is_new),
      metadata_(rules_.set_times),
      journal_(rules_.journal),
      names_(std::filesystem::path(rules_.journal).parent_path()) {
  if (fault::on(fault::ARC_027_overwrites)) rules_.conflict = Conflict::overwrite;
}

Outcome<TreeWriter> TreeWriter::open(const std::string& target, WriteRules rules) {
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
  const bool is_new = ::mkdir(target.c_str(), 0700) == 0;
  if (!is_new && errno != EEXIST) return fail("make");
  Descriptor root(::open(target.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!root.open()) return fail("open");
  Descriptor looking(::openat(root.fd(), ".", O_PATH | O_DIRECTORY | O_CLOEXEC));
  if (!looking.open()) return fail("open");
  TreeWriter tree(target, Below(std::move(root), Below::Missing::make), Below(std::move(looking)), std::move(rules), is_new);
  tree.remove_unfinished();
  return tree;
}

// [ARC-085] A client that restores again after an interruption MUST remove what the interrupted restore left unfinished under names of its
// own making, and nothing else.
void TreeWriter::remove_unfinished() {
  for (const auto& [prefix, path] : journal_.unfinished()) {
    const auto place = looking_.directory(path);
    Descriptor directory(place ? ::openat(*place, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1);
    if (!directory.open()) continue;
    DIR* const listing = ::fdopendir(directory.fd());
    if (listing == nullptr) continue;
    const int here = directory.release();  // the listing's now
    while (const dirent* one = ::readdir(listing))
      if (std::string_view(one->d_name).starts_with(prefix)) ::unlinkat(here, one->d_name, 0);
    ::closedir(listing);
  }
}

/// Makes something under a name that nothing has, in the newest parent_of: make(name) is 0, or -1 with errno. Gives the name, or errno.
template <typename Make>
std::expected<std::string, int> TreeWriter::make_temporary(Make make) {
  journal_.work_in(parent_path_);
  for (int tries = 0; tries < 100; ++tries) {
    const std::string name = fmt::format("{}{}", journal_.prefix(), ++temporaries_);
    if (make(name.c_str()) == 0) return name;
    if (errno != EEXIST) return std::unexpected(errno);
  }
  return std::unexpected(EEXIST);
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

bool TreeWriter::is_in_made_directory(const std::string& path) const {
  const std::size_t slash = path.rfind('/');
  return slash == std::string::npos ? is_new_ : made_now_.contains(path.substr(0, slash));
}

bool TreeWriter::wrote(const archive::Entry& entry, const struct stat& status) const {
  return is_in_made_directory(entry.path) || written_.contains({status.st_dev, status.st_ino});
}

void TreeWriter::remember(const std::string& path, const std::string& where) {
  if (!link_targets_ || link_targets_->may_contain(path)) names_.keep(path, where == path ? std::string() : where);
}

std::optional<std::string> TreeWriter::where_is(const std::string& path) {
  auto found = names_.find(path);
  if (found && found->empty()) return path;
  return found;
}

/// Why an entry is not put where something stands.
Written TreeWriter::exists(const Descriptor& directory, const archive::Entry& entry) const {
  struct stat status {};
  const std::string name(Below::name(entry.path));
  if (::fstatat(directory.fd(), name.c_str(), &status, AT_SYMLINK_NOFOLLOW) == 0 && wrote(entry, status))
    return refused("falls together with another name that differs only in case or form: this file system does not tell them apart");
  return refused(in_the_way);
}

std::expected<Verdict, Refusal> TreeWriter::judge(const archive::Entry& entry, const HoldsContent& holds) {
  if (!archive::safe_path(entry.path)) return refused("has a path that could leave the target directory");
  if (is_new_) return Verdict::write;
  const auto status = look_at(entry.path);
  // What cannot be looked at is found out when it is written, and so is another name that this one falls together with.
  if (!status || wrote(entry, *status)) return Verdict::write;
  const bool directory = S_ISDIR(status->st_mode);  // which stays by every rule
  if (!directory && is_same(entry, entry.path, *status, holds)) return settle(entry, entry.path, *status);
  switch (rules_.conflict) {
    case Conflict::fail:
      if (!directory) return refused(in_the_way);
      break;
    case Conflict::skip: return Verdict::left;
    case Conflict::newer:
      if (entry.modified_ns <= nanoseconds(status->st_mtim)) return Verdict::left;
      break;
    case Conflict::rename: return judge_renamed(entry, holds);
    case Conflict::overwrite: break;
  }
  if (directory) return refused("is a directory in the target: left as it is");
  return Verdict::write;
}

std::optional<struct stat> TreeWriter::look_at(const std::string& path) {
  const auto parent = looking_.parent(path);
  struct stat status {};
  if (!parent || ::fstatat(*parent, std::string(Below::name(path)).c_str(), &status, AT_SYMLINK_NOFOLLOW) != 0) return std::nullopt;
  return status;
}

/// A file to try times on, in the target or else beside `path`, wherever that file system lets one be made.
std::optional<Descriptor> TreeWriter::make_clock(const std::string& path, dev_t file_system) {
  for (const std::string& beside : {std::string(Below::name(path)), path}) {
    const auto parent = parent_of(beside);
    if (!parent) continue;
    Descriptor clock(::openat((*parent)->fd(), ".", O_TMPFILE | O_WRONLY | O_CLOEXEC, 0600));
    // Not every file system makes a file without a name.
    if (!clock.open()) {
      const auto named = make_temporary([&](const char* name) {
        clock = Descriptor(::openat((*parent)->fd(), name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
        return clock.open() ? 0 : -1;
      });
      if (named) ::unlinkat((*parent)->fd(), named->c_str(), 0);
    }
    struct stat status {};
    if (clock.open() && ::fstat(clock.fd(), &status) == 0 && status.st_dev == file_system) return clock;
  }
  return std::nullopt;
}

/// Whether what is at `path` has the entry's time, or what its file system makes of that: of whole seconds alone, or the nearest of all it
/// can keep. Else an interrupted restore would take its own files for somebody else's.
bool TreeWriter::has_time(const archive::Entry& entry, const std::string& path, const struct stat& status) {
  const std::int64_t there = nanoseconds(status.st_mtim);
  if (there == entry.modified_ns) return true;
  auto clock = clocks_.find(status.st_dev);
  if (clock == clocks_.end()) {
    auto made = make_clock(path, status.st_dev);
    if (!made) return false;
    clock = clocks_.emplace(status.st_dev, std::move(*made)).first;
  }
  return metadata_.kept_time(entry, clock->second.fd()) == there;
}

/// Whether what is at `path` is the entry, under whatever name.
bool TreeWriter::is_same(const archive::Entry& entry, const std::string& path, const struct stat& status, const HoldsContent& holds) {
  if (entry.type == archive::EntryType::hard_link) {
    const auto first = where_is(entry.target);
    const auto other = first ? look_at(*first) : std::nullopt;
    return other && other->st_dev == status.st_dev && other->st_ino == status.st_ino;
  }
  const bool device = S_ISBLK(status.st_mode) || S_ISCHR(status.st_mode);
  if ((status.st_mode & S_IFMT) != type_of(entry.type)) return false;
  if (S_ISREG(status.st_mode) && static_cast<std::uint64_t>(status.st_size) != entry.size) return false;
  if (!has_time(entry, path, status)) return false;
  if (device) return status.st_rdev == device_of(entry);
  if (S_ISLNK(status.st_mode)) {
    std::string target(archive::path_octets_max + 1, '\0');
    const auto parent = looking_.parent(path);
    const ssize_t length = parent ? ::readlinkat(*parent, std::string(Below::name(path)).c_str(), target.data(), target.size()) : -1;
    return length >= 0 && target.substr(0, static_cast<std::size_t>(length)) == entry.target;
  }
  if (!S_ISREG(status.st_mode)) return true;
  archive::Entry there = entry;
  there.path = path;
  return holds(there);
}

// [ARC-086] A client SHOULD NOT give an entry another name when an earlier run of the same restore gave it one.
std::expected<Verdict, Refusal> TreeWriter::judge_renamed(const archive::Entry& entry, const HoldsContent& holds) {
  for (unsigned number = 1; number < names_max; ++number) {
    const std::string path = path_beside(entry.path, free_name(std::string(Below::name(entry.path)), number));
    const auto status = look_at(path);
    if (!status) break;
    if (wrote(entry, *status) || !is_same(entry, path, *status, holds)) continue;
    renamed_.push_back({entry.path, fmt::format("is there as {}", printable(path))});
    return settle(entry, path, *status);
  }
  return Verdict::write;
}

// [ARC-082] A client SHOULD NOT fetch the content of a file that is there with the kind and size of its entry, and its time or what …
std::expected<Verdict, Refusal> TreeWriter::settle(const archive::Entry& entry, const std::string& path, const struct stat& status) {
  if (entry.type != archive::EntryType::hard_link) {  // of which its path and target count
    const auto parent = looking_.parent(path);
    if (!parent) return Verdict::write;
    const auto differences = metadata_.differences(entry, status, AttributePlace(*parent, Below::name(path)));
    if (rules_.conflict == Conflict::overwrite && !differences.empty() && !fault::on(fault::ARC_083_left_as_it_was)) {
      // [ARC-083] A client that is told to overwrite MUST give a file that is there already the metadata of its entry.
      // Not by another name that it may have outside the target, and not what is cheap to make anew.
      const bool mine = ::geteuid() == 0 || status.st_uid == ::geteuid();
      if (!S_ISREG(status.st_mode) || status.st_nlink > 1 || !mine) return Verdict::write;
      const Descriptor file(::openat(*parent, std::string(Below::name(path)).c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
      struct stat opened {};
      if (!file.open() || ::fstat(file.fd(), &opened) != 0 || opened.st_ino != status.st_ino || opened.st_nlink > 1) return Verdict::write;
      if (const int error = metadata_.apply(entry, file.fd()); error != 0) return failed("set the mode or the time", error);
    } else {
      metadata_.leave(entry, differences);
      metadata_.look_at_time(entry, status);
    }
  }
  remember(entry.path, path);
  return Verdict::there;
}

// [ARC-027] A client MUST NOT overwrite an existing file on restore unless told to.
Written TreeWriter::place(const Descriptor& directory, const std::string& temporary, const archive::Entry& entry) {
  const std::string name(Below::name(entry.path));
  const auto give_up = [&](auto refusal) -> Written {
    ::unlinkat(directory.fd(), temporary.c_str(), 0);
    return refusal;
  };
  struct stat status {};
  if (replaces() && ::fstatat(directory.fd(), name.c_str(), &status, AT_SYMLINK_NOFOLLOW) == 0) {
    if (S_ISDIR(status.st_mode)) return give_up(refused("is a directory in the target: left as it is"));
    if (wrote(entry, status)) {
      struct stat own {};
      const bool same = ::fstatat(directory.fd(), temporary.c_str(), &own, AT_SYMLINK_NOFOLLOW) == 0 && own.st_ino == status.st_ino;
      if (!same) return give_up(exists(directory, entry));
    }
  }
  if (replaces()) {
    if (::renameat(directory.fd(), temporary.c_str(), directory.fd(), name.c_str()) != 0) return give_up(failed("put in place", errno));
    ::unlinkat(directory.fd(), temporary.c_str(), 0);  // two names of one file are left as they are by a rename
    remember(entry.path, entry.path);
    return {};
  }
  auto put = rename_free(directory, temporary, entry);
  if (!put) return give_up(std::move(put));
  return put;
}

/// To a name that nothing has: the entry's own, or by the rule for conflicts another one.
Written TreeWriter::rename_free(const Descriptor& directory, const std::string& temporary, const archive::Entry& entry) {
  const std::string own(Below::name(entry.path));
  for (unsigned number = 0; number < names_max; ++number) {
    const std::string name = number == 0 ? own : free_name(own, number);
    int done = ::renameat2(directory.fd(), temporary.c_str(), directory.fd(), name.c_str(), RENAME_NOREPLACE);
    if (done != 0 && (errno == EINVAL || errno == ENOSYS)) {
      // A file system without that call: a new link never replaces either.
      done = ::linkat(directory.fd(), temporary.c_str(), directory.fd(), name.c_str(), 0);
      if (done == 0) ::unlinkat(directory.fd(), temporary.c_str(), 0);
    }
    if (done == 0) {
      const std::string path = path_beside(entry.path, name);
      if (number > 0) renamed_.push_back({entry.path, fmt::format("is restored as {}", printable(path))});
      remember(entry.path, path);
      return {};
    }
    if (errno != EEXIST) return failed("put in place", errno);
    if (rules_.conflict != Conflict::rename) return exists(directory, entry);
  }
  return refused("exists already, as do a thousand other names that it could have");
}

Written TreeWriter::directory(const archive::Entry& entry) {
  const auto parent = parent_of(entry.path);
  if (!parent) return std::unexpected(parent.error());
  const std::string name(Below::name(entry.path));
  const bool overwrite = rules_.conflict == Conflict::overwrite;
  bool made = ::mkdirat((*parent)->fd(), name.c_str(), 0700) == 0;
  if (!made && errno != EEXIST) return failed("make", errno);
  struct stat status {};
  if (::fstatat((*parent)->fd(), name.c_str(), &status, AT_SYMLINK_NOFOLLOW) != 0) return failed("look at", errno);
  if (!made && !S_ISDIR(status.st_mode)) {
    if (!overwrite || wrote(entry, status)) return exists(**parent, entry);
    if (::unlinkat((*parent)->fd(), name.c_str(), 0) != 0 || ::mkdirat((*parent)->fd(), name.c_str(), 0700) != 0)
      return failed("replace", errno);
    made = true;
  }
  if (!made && wrote(entry, status)) return exists(**parent, entry);
  // [ARC-081] A client MUST NOT leave a directory that it made in a restore with other metadata than its entry's
  const bool ours = made || overwrite || journal_.has_made(entry.path);
  if (!made && ours) let_owner_in(**parent, name);
  // One that was there keeps its metadata, unless it is to be overwritten; its time changes with what comes into it.
  if (!ours) metadata_.leave(entry, metadata_.differences(entry, status, AttributePlace((*parent)->fd(), name)));
  if (made) {
    journal_.made(entry.path);
    if (!is_in_made_directory(entry.path) && ::fstatat((*parent)->fd(), name.c_str(), &status, AT_SYMLINK_NOFOLLOW) == 0)
      written_.insert({status.st_dev, status.st_ino});
    made_now_.insert(entry.path);
  }
  // '0' comes behind '/': nothing below a directory, or named like it with more behind, has a path that comes later.
  const auto first_done = std::ranges::find_if(directories_, [&](const archive::Entry& one) { return entry.path >= one.path + '0'; });
  finish_directories(static_cast<std::size_t>(first_done - directories_.begin()));
  if (ours) directories_.push_back(entry);
  return {};
}

Written TreeWriter::symbolic_link(const archive::Entry& entry) {
  const auto parent = parent_of(entry.path);
  if (!parent) return std::unexpected(parent.error());
  const auto temporary = make_temporary([&](const char* name) { return ::symlinkat(entry.target.c_str(), (*parent)->fd(), name); });
  if (!temporary) return failed("make the link", temporary.error());
  metadata_.apply(entry, (*parent)->fd(), *temporary);
  return place(**parent, *temporary, entry);
}

Written TreeWriter::special(const archive::Entry& entry) {
  if (entry.type != archive::EntryType::named_pipe && !rules_.special)
    return refused(entry.type == archive::EntryType::socket ? "is a socket, and was not restored: --special restores it"
                                                            : "is a device, and was not restored: --special restores it");
  const auto parent = parent_of(entry.path);
  if (!parent) return std::unexpected(parent.error());
  const auto temporary =
      make_temporary([&](const char* name) { return ::mknodat((*parent)->fd(), name, type_of(entry.type) | 0600, device_of(entry)); });
  if (!temporary) return failed("make it", temporary.error());
  if (const int error = metadata_.apply(entry, (*parent)->fd(), *temporary); error != 0) {
    ::unlinkat((*parent)->fd(), temporary->c_str(), 0);
    return failed("set its mode or time", error);
  }
  return place(**parent, *temporary, entry);
}

Written TreeWriter::hard_link(const archive::Entry& entry) {
  const auto existing = where_is(entry.target);
  if (!existing) return refused(fmt::format("is another name of {}, which was not restored", printable(entry.target)));
  const auto from = parent_of(*existing);
  if (!from) return std::unexpected(from.error());
  const auto parent = parent_of(entry.path);
  if (!parent) return std::unexpected(parent.error());
  const std::string target(Below::name(*existing));
  const auto temporary =
      make_temporary([&](const char* name) { return ::linkat((*from)->fd(), target.c_str(), (*parent)->fd(), name, 0); });
  if (!temporary) return failed("link", temporary.error());
  return place(**parent, *temporary, entry);
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

Written TreeWriter::finish_file(const archive::Entry& entry, PendingFile file) {
  const std::uint64_t data_octets = archive::data_octets(entry);
  if (file.octets() != data_octets)
    return refused(fmt::format("was not restored: its blocks hold {} octets, and its entry says {}", file.octets(), data_octets));
  // What is behind the last extent is a hole like those between them.
  if (data_octets != entry.size && !fault::on(fault::ARC_067_holes_closed) &&
      ::ftruncate(file.file_.fd(), static_cast<off_t>(entry.size)) != 0)
    return failed("make the holes", errno);
  if (const int error = metadata_.apply(entry, file.file_.fd()); error != 0) return failed("set the mode or the time", error);
  if (replaces()) {
    // What replaces a file is on the disk before the old one is gone. A new file needs no such wait: a restore can be run again.
    struct stat status {};
    if (::fstatat(file.directory_->fd(), std::string(Below::name(entry.path)).c_str(), &status, AT_SYMLINK_NOFOLLOW) == 0 &&
        ::fsync(file.file_.fd()) != 0)
      return failed("write", errno);
  }
  struct stat own {};
  if (!is_in_made_directory(entry.path) && ::fstat(file.file_.fd(), &own) == 0) written_.insert({own.st_dev, own.st_ino});
  // Delayed writes show their errors here, on network file systems.
  if (const int fd = file.file_.release(); ::close(fd) != 0) return failed("write", errno);
  auto placed = place(*file.directory_, file.temporary_, entry);
  file.temporary_.clear();
  return placed;
}

/// Of those behind `from`, the innermost first.
void TreeWriter::finish_directories(std::size_t from) {
  for (; directories_.size() > from; directories_.pop_back()) {
    const archive::Entry& entry = directories_.back();
    const auto place = root_.directory(entry.path);
    const Descriptor directory(place ? ::openat(*place, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1);
    int error = place ? errno : place.error().number;
    if (directory.open()) error = metadata_.apply(entry, directory.fd());
    if (!directory.open() || error != 0)
      unfinished_.push_back({entry.path, fmt::format("is there, but its mode or time could not be set: {}", describe({error}))});
  }
}

void TreeWriter::abandon() {
  if (is_new_) ::rmdir(target_.c_str());
}

void TreeWriter::finish(Problems& problems, bool complete) {
  finish_directories(0);
  problems.insert(problems.end(), unfinished_.begin(), unfinished_.end());
  if (complete) journal_.forget();
}

}  // namespace coffer::client
