#include "client/tree_watch.h"

#include <fcntl.h>
#include <sys/inotify.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

#include <fmt/format.h>

namespace coffer::client {
namespace {

constexpr std::uint32_t changes = IN_MODIFY | IN_ATTRIB | IN_CLOSE_WRITE | IN_CREATE | IN_DELETE | IN_MOVED_FROM | IN_MOVED_TO |
                                  IN_DELETE_SELF | IN_MOVE_SELF | IN_ONLYDIR | IN_EXCL_UNLINK;

std::string below(const std::string& directory, const std::string& name) { return directory.empty() ? name : directory + "/" + name; }

}  // namespace

TreeWatch::TreeWatch() : inotify_(::inotify_init1(IN_NONBLOCK | IN_CLOEXEC)) {}

int TreeWatch::add(int directory, const std::string& path) {
  if (!inotify_.open()) return -1;
  // By the descriptor, as the name may be another directory's by now; and a path may be longer than a call takes.
  int watch = ::inotify_add_watch(inotify_.fd(), fmt::format("/proc/self/fd/{}", directory).c_str(), changes);
  if (watch < 0 && errno == ENOENT) watch = ::inotify_add_watch(inotify_.fd(), ("/" + path).c_str(), changes);
  return watch;
}

void TreeWatch::watch(const std::string& path, int directory) {
  const std::scoped_lock lock(mutex_);
  const int watch = add(directory, path);
  answers_.emplace_back(path, watch >= 0);
  if (watch < 0) return;
  // A directory that was moved keeps its watch, which from now on speaks of its new path.
  Watched& watched = watches_[watch];
  if (watched.path != path) watched.sources.clear();
  watched.path = path;
  watched.listed = true;
}

void TreeWatch::watch_source(const std::string& path) {
  if (path.empty()) return;
  const std::size_t slash = path.rfind('/');
  const std::string around = slash == std::string::npos ? std::string() : path.substr(0, slash);
  const Descriptor directory(::open(("/" + around).c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  if (!directory.open()) return;
  const std::scoped_lock lock(mutex_);
  const int watch = add(directory.fd(), around);
  if (watch < 0) {
    answers_.emplace_back(path, false);
    return;
  }
  Watched& watched = watches_[watch];
  watched.path = around;
  watched.sources.insert(path.substr(slash == std::string::npos ? 0 : slash + 1));
}

void TreeWatch::keep_only(const std::set<std::string>& present) {
  const std::scoped_lock lock(mutex_);
  for (auto entry = watches_.begin(); entry != watches_.end();) {
    auto& [watch, watched] = *entry;
    if (watched.listed) watched.listed = present.contains(watched.path);
    if (watched.listed || !watched.sources.empty()) {
      ++entry;
      continue;
    }
    ::inotify_rm_watch(inotify_.fd(), watch);
    entry = watches_.erase(entry);
  }
}

std::size_t TreeWatch::watched() const {
  const std::scoped_lock lock(mutex_);
  return watches_.size();
}

bool TreeWatch::tell(WatchPlan& plan, Moment now) {
  const std::scoped_lock lock(mutex_);
  for (const auto& [path, watched] : std::exchange(answers_, {})) {
    if (watched)
      plan.can_watch(path);
    else
      plan.cannot_watch(path);
  }
  bool gone = false;
  alignas(inotify_event) std::array<char, 65'536> buffer;
  while (inotify_.open()) {
    const ssize_t count = ::read(inotify_.fd(), buffer.data(), buffer.size());
    if (count <= 0) break;
    for (ssize_t at = 0; at < count;) {
      inotify_event event{};
      std::memcpy(&event, buffer.data() + at, sizeof event);
      const char* const name = buffer.data() + at + sizeof event;
      at += static_cast<ssize_t>(sizeof event + event.len);
      if ((event.mask & IN_Q_OVERFLOW) != 0) plan.everything_changed(now);
      const auto found = watches_.find(event.wd);
      if (found == watches_.end()) continue;
      const Watched watched = found->second;
      if ((event.mask & (IN_IGNORED | IN_UNMOUNT)) != 0) {
        if ((event.mask & IN_IGNORED) != 0) watches_.erase(found);
        gone = true;
        // Deleted, or its file system is no longer there: what its path leads to now is to be seen.
        if (watched.listed) plan.tree_changed(watched.path, now);
        continue;
      }
      const std::string what = event.len > 0 ? std::string(name) : std::string();
      if (watched.sources.contains(what)) plan.tree_changed(below(watched.path, what), now);
      if (!watched.listed) continue;
      plan.directory_changed(watched.path, now);
      if ((event.mask & IN_ISDIR) != 0 && (event.mask & (IN_MOVED_FROM | IN_DELETE)) != 0) gone = true;
    }
  }
  return gone;
}

}  // namespace coffer::client
