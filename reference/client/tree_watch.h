// The kernel's word on changes (inotify), told to a WatchPlan in the archive's paths. Watches are set by whoever lists a directory, before
// it is listed, so that nothing falls between.
// Must not know: when or how a backup is made.
#pragma once

#include <map>
#include <mutex>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "client/below.h"
#include "client/watch_plan.h"

namespace coffer::client {

class TreeWatch {
 public:
  TreeWatch();
  /// To be waited on for reading; -1 when the kernel gives no inotify at all, and then every watch is refused.
  int fd() const { return inotify_.fd(); }

  /// Any thread. `directory` is open at `path`.
  void watch(const std::string& path, int directory);
  /// Any thread. Sees a source come, go or change that is no directory, or is replaced: by the directory around it.
  void watch_source(const std::string& path);
  /// Drops the watches of directories that are not in `present`, as after a rename.
  void keep_only(const std::set<std::string>& present);

  /// Tells what has happened since; never waits. True: directories went, and some watches may lead nowhere now.
  bool tell(WatchPlan& plan, Moment now);
  std::size_t watched() const;

 private:
  struct Watched {
    std::string path;
    bool listed = false;            // a directory of the tree
    std::set<std::string> sources;  // names in it that are sources
  };
  int add(int directory, const std::string& path);

  Descriptor inotify_;
  mutable std::mutex mutex_;
  std::unordered_map<int, Watched> watches_;
  std::vector<std::pair<std::string, bool>> answers_;  // directories that are watched or are not, not told yet
};

}  // namespace coffer::client
