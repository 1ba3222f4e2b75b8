// The kernel's word (inotify) that something below some paths has changed. Watches are set by whoever lists a directory, before it is
// listed, so that nothing falls between; those that a later look does not set again are dropped at its end. Must not know: when or how a
// backup is made.
#pragma once

#include <cstdint>
#include <mutex>
#include <set>
#include <string>
#include <unordered_map>

#include "client/below.h"

namespace coffer::client {

class TreeWatch {
 public:
  TreeWatch();
  /// To be waited on for reading; -1 when the kernel gives no inotify at all, and then every watch is refused.
  int fd() const { return inotify_.fd(); }

  // Any thread. A look begins, sets watches, and ends.
  void begin_look();
  /// `directory` is open at `path`, as in the archive.
  void watch(const std::string& path, int directory);
  /// Sees a source come, go or change that is no directory, or is replaced: by the directory around it.
  void watch_source(const std::string& path);
  void end_look();

  /// Whether anything has changed, or may have, since it was asked last; never waits.
  bool take_changes();
  /// Directories, and sources, that the kernel refused to watch in the last look; none below another.
  std::set<std::string> unwatched() const;
  /// How many directories it watches.
  std::size_t watched() const;

 private:
  struct Watched {
    std::uint64_t listed_in = 0;    // the last look that listed it; 0: not a directory of the trees
    std::uint64_t sources_of = 0;   // the last look for whose sources it is watched
    std::set<std::string> sources;  // names in it
  };
  int add(int directory, const std::string& path);
  void refused(const std::string& path);

  Descriptor inotify_;
  mutable std::mutex mutex_;
  std::unordered_map<int, Watched> watches_;
  std::uint64_t look_ = 0;
  std::set<std::string> refused_, unwatched_;  // in the look that is under way; in the last one
};

}  // namespace coffer::client
