// The kernel's word (inotify, and the table of mounts) that something below some paths has changed, or on the way to them. Watches are set
// by whoever lists a directory, before it is listed, so that nothing falls between; those that a later look does not set again are dropped
// at its end. A file that has names elsewhere is watched by itself, as its directory hears nothing of what is done to it by those.
// Must not know: when or how a backup is made.
#pragma once

#include <cstdint>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>

#include "client/below.h"
#include "client/mounts.h"
#include "client/other_names.h"
#include "client/shared_files.h"

namespace coffer::client {

class TreeWatch {
 public:
  explicit TreeWatch(SharedFiles::NumberOf number_of = file_system_number);
  /// To be waited on for reading; -1 when the kernel gives no inotify at all, and then every watch is refused.
  int fd() const { return inotify_.fd(); }
  /// To be waited on for POLLPRI, which a poll says once for what was mounted or unmounted, wherever that is: take_mounts() says whether it
  /// matters. -1 when there is none to be had, and then every source is refused.
  int mounts_fd() const { return mounts_.fd(); }

  // Any thread. A look begins, sets watches, and ends.
  void begin_look();
  /// `directory` is open at `path`, as in the archive.
  void watch(const std::string& path, int directory);
  /// A path as a user wrote it, before it is looked at. Sees it come, go and change if it is no directory, and lead elsewhere: by each
  /// directory on the way to it.
  void watch_source(const std::string& given);
  /// What lies in a watched directory, or is a source.
  void found(const Found& found);
  void end_look();

  /// Whether anything has changed, or may have, since it was asked last; never waits.
  bool take_changes();
  /// Whether, since it was asked last or the last look began, anything was mounted or unmounted on the way to a source, over it or in it.
  /// Not while a look is under way.
  bool take_mounts();
  /// Directories, and sources, that the kernel refused to watch in the last look, or cannot watch as others have a hand in them; none below
  /// another.
  std::set<std::string> unwatched() const;
  /// How many directories it watches.
  std::size_t watched() const;

 private:
  struct Watched {
    std::uint64_t listed_in = 0;   // the last look that listed it; 0: not a directory of the trees
    std::uint64_t kept_in = 0;     // the last look after which it is a file with names elsewhere
    std::uint64_t on_ways_of = 0;  // the last look that came through it on the way to a source
    std::set<std::string> ways;    // names in it that lead to one
  };
  /// Of the last look.
  struct Paths {
    std::set<std::string> ways, ends;  // each name on the way to a source; where the ways lead
    bool lead_through(const std::string& place) const;
    /// The source that it is or lies below.
    std::string source_of(const std::string& place) const;
  };
  int add(int directory, const std::string& path);
  void refused(const std::string& path);
  void watch_files_with_other_names();

  Descriptor inotify_, mounts_;
  mutable std::mutex mutex_;
  SharedFiles shared_;
  OtherNames other_names_;
  std::unordered_map<int, Watched> watches_;
  std::uint64_t look_ = 0;
  Paths paths_;
  std::optional<std::set<Mount>> mounted_;
  bool missed_ = false;                        // a file changed before it was watched
  std::set<std::string> refused_, unwatched_;  // in the look that is under way; in the last one
};

}  // namespace coffer::client
