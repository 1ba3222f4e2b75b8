#include "client/tree_walk.h"

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
#include <utility>

#include <fmt/format.h>

#include "client/file_attributes.h"

namespace coffer::client {
namespace {

struct Free {
  void operator()(char* text) const { std::free(text); }
};

/// How many directories on the way to where it is are kept open; those above are opened again on the way back.
constexpr std::size_t open_levels_max = 64;

/// A file system whose files are made up as they are read: some of them have no end, and none can be restored.
bool is_kernel_state(int parent, const char* name) {
  const Descriptor directory(::openat(parent, name, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
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

/// A directory's names, ascending, in one piece of memory.
class Names {
 public:
  /// errno, with what could be listed before it.
  int list(int directory) {
    std::vector<std::size_t> begins;
    alignas(dirent64) std::array<char, 32'768> room;
    ssize_t octets = 0;
    while ((octets = ::getdents64(directory, room.data(), room.size())) > 0) {
      for (std::size_t at = 0; at < static_cast<std::size_t>(octets);) {
        const auto* entry = reinterpret_cast<const dirent64*>(&room[at]);
        at += entry->d_reclen;
        const std::string_view name = entry->d_name;
        if (name == "." || name == "..") continue;
        begins.push_back(text_.size());
        text_.insert(text_.end(), entry->d_name, entry->d_name + name.size() + 1);
      }
    }
    const int error = octets < 0 ? errno : 0;
    for (const std::size_t begin : begins) names_.push_back(text_.data() + begin);
    std::ranges::sort(names_, [](const char* one, const char* other) { return std::strcmp(one, other) < 0; });
    return error;
  }
  /// nullptr: no more.
  const char* front() const { return at_ < names_.size() ? names_[at_] : nullptr; }
  void pop() { ++at_; }

 private:
  std::vector<char> text_;  // not a string, whose octets may move with it
  std::vector<const char*> names_;
  std::size_t at_ = 0;
};

}  // namespace

/// The walk below one source.
class TreeWalk::Branch {
 public:
  Branch(TreeWalk& walk, Source source) : walk_(walk), source_(std::move(source)), path_(source_.path) {}

  /// What comes next; meaningless once it is done.
  const std::string& path() const { return path_; }
  bool done() const { return begun_ && levels_.empty(); }
  bool begun() const { return begun_; }
  /// Goes by what comes next.
  void skip() { go_on(); }
  /// Looks at what comes next. nullopt: it is no part of the tree.
  std::optional<Found> take() {
    if (!begun_) return begin();
    Level& level = levels_.back();
    std::optional<Found> found;
    if (const auto place = open_again(level)) found = examine(*place, level.names.front(), level.device);
    go_on();
    return found;
  }

 private:
  struct Level {
    std::string path;
    Descriptor directory;  // not open while the walk is far below
    std::uint64_t device = 0;
    Names names = {};
    std::set<std::string> aside = {};  // directories to be entered, each with a slash behind its name
  };

  std::optional<Found> begin() {
    begun_ = true;
    std::optional<Found> found;
    if (source_.path.empty()) {  // "/": it has no entry of its own
      enter({}, Descriptor(::openat(walk_.root_.root(), ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC)), std::nullopt);
    } else if (!archive::safe_path(path_)) {
      too_long();
    } else {
      const auto parent = walk_.root_.parent(path_);
      const std::string name(Below::name(path_));
      if (parent)
        found = examine(*parent, name.c_str(), source_.named ? std::nullopt : std::optional(device_of(*parent)));
      else if (source_.named || parent.error().number != ENOENT)
        left(path_, describe(parent.error()));
      if (enters_) enter(path_, open_below(*parent, name.c_str()), found->stamp.device);
    }
    settle();
    return found;
  }

  void go_on() {
    if (!begun_) {
      begun_ = true;
      return;
    }
    Level& level = levels_.back();
    if (std::exchange(enters_, false)) level.aside.insert(std::string(level.names.front()) + "/");
    level.names.pop();
    settle();
  }

  /// Enters and leaves directories until there is something to look at.
  void settle() {
    while (!levels_.empty()) {
      Level& level = levels_.back();
      const char* name = level.names.front();
      if (!level.aside.empty() && (!name || level.aside.begin()->compare(name) < 0)) {
        std::string inner = std::move(level.aside.extract(level.aside.begin()).value());
        inner.pop_back();
        if (const auto place = open_again(level)) enter(below(level, inner.c_str()), open_below(*place, inner.c_str()), std::nullopt);
        continue;
      }
      if (name) {
        path_ = below(level, name);
        return;
      }
      levels_.pop_back();
    }
  }

  static std::string below(const Level& level, const char* name) { return level.path.empty() ? name : level.path + "/" + name; }
  static Descriptor open_below(int parent, const char* name) {
    return Descriptor(::openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
  }
  /// 0, which none has, where it cannot be said.
  static std::uint64_t device_of(int directory) {
    struct stat status {};
    return ::fstat(directory, &status) == 0 ? status.st_dev : 0;
  }

  std::optional<int> open_again(Level& level) {
    if (level.directory.open()) return level.directory.fd();
    const auto place = walk_.root_.directory(level.path);
    if (place) level.directory = Descriptor(::openat(*place, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (level.directory.open()) return level.directory.fd();
    left(level.path, fmt::format("was looked at only in part: {}", describe({place ? errno : place.error().number})));
    level.aside.clear();
    level.names = {};
    return std::nullopt;
  }

  void enter(std::string path, Descriptor directory, std::optional<std::uint64_t> device) {
    enters_ = false;
    if (!directory.open()) {
      left(path, fmt::format("cannot be listed: {}", describe({errno})));
      walk_.closed.insert(std::move(path));
      return;
    }
    if (walk_.options_.before_listing) walk_.options_.before_listing(path, directory.fd());
    const std::uint64_t own = device ? *device : device_of(directory.fd());
    levels_.push_back({.path = std::move(path), .directory = std::move(directory), .device = own});
    Level& level = levels_.back();
    if (const int error = level.names.list(level.directory.fd()); error != 0)
      left(level.path, fmt::format("was listed only in part: {}", describe({error})));
    if (levels_.size() > open_levels_max) levels_[levels_.size() - 1 - open_levels_max].directory = {};
  }

  void problem(std::string what) { walk_.problems.push_back({"/" + path_, std::move(what)}); }
  /// What may be otherwise another time.
  void left(const std::string& path, std::string what) {
    walk_.problems.push_back({"/" + path, std::move(what)});
    walk_.left.push_back(path);
  }
  void too_long() { problem(fmt::format("has a path of more than {} octets", archive::path_octets_max)); }

  /// `around`: the device of the directory in which it was listed; none for a path that the user named.
  std::optional<Found> examine(int parent, const char* name, std::optional<std::uint64_t> around) {
    const auto no = [&](std::string what) -> std::optional<Found> {
      problem(std::move(what));
      return std::nullopt;
    };
    if (path_.size() > archive::path_octets_max) return too_long(), std::nullopt;
    struct stat status {};
    if (::fstatat(parent, name, &status, AT_SYMLINK_NOFOLLOW) != 0) {
      // Gone since its directory was listed: it is simply not part of this version. A path that the user named must exist.
      if (errno == ENOENT && around) return std::nullopt;
      if (errno == ENOENT) return no("does not exist");
      return left(path_, describe({errno})), std::nullopt;
    }
    if (S_ISREG(status.st_mode)) return found_at(parent, name, path_, archive::EntryType::file, status, walk_.owners_);
    if (S_ISLNK(status.st_mode)) return link(parent, name, status);
    if (S_ISDIR(status.st_mode)) return directory(parent, name, status, around);
    const auto kind = special_kind_of(status.st_mode);
    if (!kind) return no("is of an unknown type: skipped");
    if (kind->type != archive::EntryType::named_pipe && !walk_.options_.special)
      return no(fmt::format("is {}: skipped (--special keeps devices and sockets)", kind->name));
    Found found = found_at(parent, name, path_, kind->type, status, walk_.owners_);
    if (S_ISBLK(status.st_mode) || S_ISCHR(status.st_mode))
      found.entry.device = std::uint64_t{major(status.st_rdev)} << 32U | minor(status.st_rdev);
    return with_attributes(std::move(found), parent, name);
  }

  std::optional<Found> directory(int parent, const char* name, const struct stat& status, std::optional<std::uint64_t> around) {
    if (walk_.left_out_ && walk_.left_out_->device == status.st_dev && walk_.left_out_->inode == status.st_ino) {
      if (!around) problem("is this device's own directory, which is never backed up: it holds the archive key");
      return std::nullopt;
    }
    Found found = with_attributes(found_of(path_, archive::EntryType::directory, status, walk_.owners_), parent, name);
    const bool mounted = !around || *around != status.st_dev;
    if (mounted && around && walk_.options_.one_file_system) return found;
    if (mounted && is_kernel_state(parent, name)) {
      problem("holds the kernel's own state, not files: skipped");
      return found;
    }
    enters_ = true;
    return found;
  }

  std::optional<Found> link(int parent, const char* name, const struct stat& status) {
    std::array<char, archive::path_octets_max + 1> target;
    const ssize_t length = ::readlinkat(parent, name, target.data(), target.size());
    if (length <= 0 || static_cast<std::size_t>(length) == target.size()) {
      if (length < 0)
        left(path_, describe({errno}));
      else
        problem(length == 0 ? "is a link to nothing: skipped" : "is a link with too long a target: skipped");
      return std::nullopt;
    }
    Found found = found_at(parent, name, path_, archive::EntryType::symbolic_link, status, walk_.owners_);
    found.entry.target.assign(target.data(), static_cast<std::size_t>(length));
    return with_attributes(std::move(found), parent, name);
  }

  /// Of what is no file: files have theirs when they are read.
  Found with_attributes(Found found, int parent, const char* name) {
    auto attributes = read_attributes(AttributePlace(parent, name));
    if (attributes)
      found.entry.attributes = std::move(*attributes);
    else if (attributes.error().number != ENOENT)
      left(path_, without_attributes(attributes.error()));
    return found;
  }

  TreeWalk& walk_;
  const Source source_;
  std::string path_;
  std::vector<Level> levels_;
  bool begun_ = false;
  bool enters_ = false;  // what was looked at last is a directory to be entered
};

struct TreeWalk::Behind {
  bool operator()(const std::unique_ptr<Branch>& one, const std::unique_ptr<Branch>& other) const { return one->path() > other->path(); }
};

TreeWalk::TreeWalk(Below root, const std::vector<Source>& sources, const ScanOptions& options) : root_(std::move(root)), options_(options) {
  struct stat status {};
  if (!options.left_out.empty() && ::stat(options.left_out.c_str(), &status) == 0) left_out_ = stamp_of(status);
  for (const Source& source : sources) branches_.push_back(std::make_unique<Branch>(*this, source));
  std::ranges::make_heap(branches_, Behind{});
}
TreeWalk::~TreeWalk() = default;

std::optional<Found> TreeWalk::next() {
  while (!branches_.empty()) {
    const auto pop = [&] {
      std::ranges::pop_heap(branches_, Behind{});
      auto branch = std::move(branches_.back());
      branches_.pop_back();
      return branch;
    };
    const auto put_back = [&](std::unique_ptr<Branch> branch) {
      if (branch->done()) return;
      branches_.push_back(std::move(branch));
      std::ranges::push_heap(branches_, Behind{});
    };
    auto first = pop();
    // What lies below one source and is another is looked at as that other, once.
    while (!branches_.empty() && branches_.front()->path() == first->path()) {
      auto same = pop();
      if (!same->begun()) std::swap(first, same);
      same->skip();
      put_back(std::move(same));
    }
    auto found = first->take();
    put_back(std::move(first));
    if (found) return found;
  }
  return std::nullopt;
}

std::vector<TreeWalk::Source> sources_of(const std::vector<std::string>& given, Problems& problems) {
  std::vector<TreeWalk::Source> sources;
  for (const std::string& path : given) {
    if (auto in_archive = archive_path(path))
      sources.push_back({std::move(*in_archive)});
    else
      problems.push_back({path, describe(in_archive.error())});
  }
  return sources;
}

WalkEnd walk_trees(const std::vector<std::string>& paths, const ScanOptions& options,
                   const std::function<bool(const std::vector<TreeWalk::Source>&)>& begins, const std::function<bool(Found)>& takes) {
  WalkEnd end;
  auto root = file_system_root();
  if (!root) {
    end.problems.push_back({"/", describe(root.error())});
    return end;
  }
  const auto sources = sources_of(paths, end.problems);
  if (!begins(sources)) return end;
  TreeWalk walk(std::move(*root), sources, options);
  while (auto found = walk.next())
    if (!takes(std::move(*found))) break;
  end.problems.insert(end.problems.end(), std::make_move_iterator(walk.problems.begin()), std::make_move_iterator(walk.problems.end()));
  end.closed = std::move(walk.closed);
  end.left = std::move(walk.left);
  return end;
}

}  // namespace coffer::client
