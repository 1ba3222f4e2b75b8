// What a watching client knows of changes and when it acts on them: changes in, what is to be looked at again and the moment for it out.
// It waits until a tree has been quiet for a while, but no longer than a maximum; what the kernel does not tell of is looked at in turn;
// and what could not be backed up stays to be done, with growing pauses.
// Must not know: inotify, clocks, files, servers.
#pragma once

#include <chrono>
#include <optional>
#include <set>
#include <string>

namespace coffer::client {

/// Since any one moment that all of a plan's moments are counted from.
using Moment = std::chrono::milliseconds;

/// What has to be looked at again. Paths as in the archive.
struct Dirty {
  bool everything = false;
  std::set<std::string> directories;  // to be listed again: entries of them came, went or changed
  std::set<std::string> trees;        // to be looked at again with all that is below
  bool empty() const { return !everything && directories.empty() && trees.empty(); }
  void add(const Dirty& other);
  bool operator==(const Dirty&) const = default;
};

struct WatchPauses {
  Moment quiet{2'000};        // without a change before a backup begins
  Moment delay_max{60'000};   // from a change to a backup's begin, however busy the tree is
  Moment unwatched{300'000};  // between two looks at what the kernel does not watch for us
  Moment whole{86'400'000};   // between two looks at everything
  Moment retry_first{1'000};  // after a backup that failed; doubled with each that follows
  Moment retry_max{300'000};
};

/// A place below another one: "a/b" is below "a", and everything is below "".
bool lies_below(const std::string& path, const std::string& directory);

class WatchPlan {
 public:
  /// At first everything is to be looked at, at once.
  WatchPlan(const WatchPauses& pauses, Moment now);

  void directory_changed(const std::string& path, Moment now);
  void tree_changed(const std::string& path, Moment now);
  /// Changes were lost.
  void everything_changed(Moment now);

  /// The kernel refuses to watch a directory: from now on it is looked at in turn, with all that is below it.
  void cannot_watch(const std::string& path);
  void can_watch(const std::string& path);
  const std::set<std::string>& unwatched() const { return unwatched_; }

  /// The moment to begin(); none while a backup is under way.
  std::optional<Moment> due() const;
  /// What is to be looked at and backed up now. To be followed by done() or failed().
  Dirty begin(Moment now);
  void done(Moment now);
  /// All of it stays to be done. Gives the pause until then.
  Moment failed(Moment now);

 private:
  void change(Moment now);

  WatchPauses pauses_;
  Dirty dirty_;
  Moment first_change_{}, last_change_{};
  std::set<std::string> unwatched_;  // none below another
  Moment unwatched_at_, whole_at_;
  std::optional<Dirty> under_way_;
  std::optional<Moment> retry_at_;
  Moment next_pause_;
};

}  // namespace coffer::client
