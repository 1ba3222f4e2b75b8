#include "client/tree_watch.h"

#include <fcntl.h>
#include <sys/inotify.h>
#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <iterator>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "client/source_path.h"

namespace coffer::client {
namespace {

constexpr std::uint32_t changes = IN_MODIFY | IN_ATTRIB | IN_CLOSE_WRITE | IN_CREATE | IN_DELETE | IN_MOVED_FROM | IN_MOVED_TO |
                                  IN_DELETE_SELF | IN_MOVE_SELF | IN_ONLYDIR | IN_EXCL_UNLINK;
constexpr std::uint32_t changes_of_a_file = IN_MODIFY | IN_ATTRIB | IN_CLOSE_WRITE | IN_DONT_FOLLOW;

bool lies_below(const std::string& path, const std::string& directory) {
  if (directory.empty()) return !path.empty();
  return path.size() > directory.size() && path[directory.size()] == '/' && path.starts_with(directory);
}

std::string directory_of(const std::string& path) {
  const auto slash = path.rfind('/');
  return slash == std::string::npos ? std::string() : path.substr(0, slash);
}

}  // namespace

TreeWatch::TreeWatch(SharedFiles::NumberOf number_of)
    : inotify_(::inotify_init1(IN_NONBLOCK | IN_CLOEXEC)),
      mounts_(::open("/proc/self/mountinfo", O_RDONLY | O_CLOEXEC)),
      shared_(std::move(number_of)) {}

int TreeWatch::add(int directory, const std::string& path) {
  if (!inotify_.open()) return -1;
  // By the descriptor, as the name may be another directory's by now; and a path may be longer than a call takes.
  int watch = ::inotify_add_watch(inotify_.fd(), fmt::format("/proc/self/fd/{}", directory).c_str(), changes);
  if (watch < 0 && errno == ENOENT) watch = ::inotify_add_watch(inotify_.fd(), ("/" + path).c_str(), changes);
  return watch;
}

void TreeWatch::begin_look() {
  const std::scoped_lock lock(mutex_);
  ++look_;
  refused_.clear();
  shared_.forget();
  other_names_.forget();
  paths_ = {};
  mounted_ = mounts_now();
}

void TreeWatch::refused(const std::string& path) {
  for (std::string root = path; !refused_.contains(root); root = directory_of(root))
    if (root.empty()) {
      std::erase_if(refused_, [&](const std::string& inner) { return lies_below(inner, path); });
      refused_.insert(path);
      return;
    }
}

void TreeWatch::watch(const std::string& path, int directory) {
  const std::scoped_lock lock(mutex_);
  if (const int watch = add(directory, path); watch >= 0)
    watches_[watch].listed_in = look_;
  else
    refused(path);
  // [ARC-093] … what its computer cannot watch for it: of what is done on another computer the kernel is not told.
  if (shared_.hold(directory)) refused(path);
}

void TreeWatch::found(const Found& found) {
  if (found.names < 2 || found.entry.type == archive::EntryType::directory) return;
  const std::scoped_lock lock(mutex_);
  if (!other_names_.met(found)) refused(paths_.source_of(found.entry.path));
}

void TreeWatch::watch_files_with_other_names() {
  for (const auto& [inode, file] : other_names_.lacking()) {
    const std::string path = "/" + file.path;
    const int watch = ::inotify_add_watch(inotify_.fd(), path.c_str(), changes_of_a_file);
    if (watch >= 0)
      watches_[watch].kept_in = look_;
    else if (errno != ENOENT)
      refused(paths_.ends.contains(file.path) ? file.path : directory_of(file.path));
    struct stat status {};
    const bool there = ::lstat(path.c_str(), &status) == 0;
    missed_ = missed_ || (there ? stamp_of(status) != file.stamp : errno == ENOENT);
  }
  other_names_.forget();
}

void TreeWatch::watch_source(const std::string& given) {
  bool all = mounts_.open();
  const WayEnd end = follow(given, [&](int directory, const std::string& path, const std::string& name) {
    const std::scoped_lock lock(mutex_);
    paths_.ways.insert(path.empty() ? name : path + "/" + name);
    const int watch = add(directory, path);
    all = all && watch >= 0 && !shared_.hold(directory);
    if (watch < 0) return;
    Watched& watched = watches_[watch];
    if (std::exchange(watched.on_ways_of, look_) != look_) watched.ways.clear();
    watched.ways.insert(name);
  });
  const std::scoped_lock lock(mutex_);
  paths_.ends.insert(end.path);
  if (!all || !end.known) refused(end.path);
}

bool TreeWatch::Paths::lead_through(const std::string& place) const {
  if (place.empty() || ways.contains(place)) return true;
  return std::ranges::any_of(ends, [&](const std::string& end) { return place == end || lies_below(place, end); });
}

std::string TreeWatch::Paths::source_of(const std::string& place) const {
  std::string source = place;
  while (!source.empty() && !ends.contains(source)) source = directory_of(source);
  return source;
}

bool TreeWatch::take_mounts() {
  const std::scoped_lock lock(mutex_);
  auto before = std::exchange(mounted_, mounts_now());
  if (!before || !mounted_) return true;
  std::vector<Mount> changed;
  std::ranges::set_symmetric_difference(*before, *mounted_, std::back_inserter(changed));
  return std::ranges::any_of(changed, [this](const Mount& mount) { return paths_.lead_through(mount.path); });
}

void TreeWatch::end_look() {
  const std::scoped_lock lock(mutex_);
  watch_files_with_other_names();
  unwatched_ = std::exchange(refused_, {});
  for (auto entry = watches_.begin(); entry != watches_.end();) {
    auto& [watch, watched] = *entry;
    if (watched.on_ways_of != look_) watched.ways.clear();
    if (watched.listed_in != look_) watched.listed_in = 0;
    if (watched.kept_in != look_) watched.kept_in = 0;
    if (watched.listed_in != 0 || watched.kept_in != 0 || !watched.ways.empty()) {
      ++entry;
      continue;
    }
    ::inotify_rm_watch(inotify_.fd(), watch);
    entry = watches_.erase(entry);
  }
}

std::set<std::string> TreeWatch::unwatched() const {
  const std::scoped_lock lock(mutex_);
  return unwatched_;
}

std::size_t TreeWatch::watched() const {
  const std::scoped_lock lock(mutex_);
  return static_cast<std::size_t>(std::ranges::count_if(watches_, [](const auto& watch) { return watch.second.kept_in == 0; }));
}

bool TreeWatch::take_changes() {
  const std::scoped_lock lock(mutex_);
  bool changed = std::exchange(missed_, false);
  alignas(inotify_event) std::array<char, 65'536> buffer;
  while (inotify_.open()) {
    const ssize_t count = ::read(inotify_.fd(), buffer.data(), buffer.size());
    if (count <= 0) break;
    for (ssize_t at = 0; at < count;) {
      inotify_event event{};
      std::memcpy(&event, buffer.data() + at, sizeof event);
      const char* const name = buffer.data() + at + sizeof event;
      at += static_cast<ssize_t>(sizeof event + event.len);
      // [ARC-091] A client that watches MUST look at everything again when it may have missed changes.
      if ((event.mask & IN_Q_OVERFLOW) != 0) changed = true;
      const auto found = watches_.find(event.wd);
      if (found == watches_.end()) continue;
      const Watched& watched = found->second;
      // Around a source that is a file, or beside the way to one, others may do what they like.
      const bool own =
          watched.listed_in != 0 || watched.kept_in != 0 || watched.ways.contains(event.len > 0 ? std::string(name) : std::string());
      // Deleted, or its file system is no longer there: what its path leads to now is to be seen.
      const bool ended = (event.mask & (IN_IGNORED | IN_UNMOUNT)) != 0;
      changed = changed || own || ended;
      if ((event.mask & IN_IGNORED) != 0) watches_.erase(found);
    }
  }
  return changed;
}

}  // namespace coffer::client
