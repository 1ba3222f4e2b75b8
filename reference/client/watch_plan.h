// When a watching client looks at its trees: changes in, the moment of the next look out. It waits until a tree has been quiet for a while,
// but no longer than a maximum; what the kernel does not tell of is looked at in turn; and what could not be backed up stays to be done,
// with growing pauses.
// Must not know: inotify, clocks, files, servers.
#pragma once

#include <chrono>
#include <optional>

namespace coffer::client {

/// Since any one moment that all of a plan's moments are counted from.
using Moment = std::chrono::milliseconds;

struct WatchPauses {
  Moment quiet{2'000};        // without a change before a backup begins
  Moment delay_max{60'000};   // from a change to a backup's begin, however busy the tree is
  Moment unwatched{300'000};  // between two looks when the kernel does not watch all for us
  Moment whole{86'400'000};   // between two looks when it does
  Moment retry_first{1'000};  // after a backup that failed, or that left something out; doubled with each that follows
  Moment retry_max{300'000};
};

class WatchPlan {
 public:
  /// The first look is due at once.
  WatchPlan(const WatchPauses& pauses, Moment now);

  /// Something has changed, or may have.
  void changed(Moment now);
  /// Whether the kernel refuses to watch some directory.
  void watches_all(bool all) { watches_all_ = all; }

  /// The moment to begin(); none while a backup is under way.
  std::optional<Moment> due() const;
  /// A look, and the backup of what it finds. To be followed by done(), left() or failed().
  void begin();
  /// All that was to be backed up is.
  void done(Moment now);
  /// There is a version, and something that was there is not in it as it is. Gives the pause until it is looked for again.
  Moment left(Moment now);
  /// All of it stays to be done. Gives the pause until then.
  Moment failed(Moment now);

 private:
  Moment pause();

  WatchPauses pauses_;
  bool dirty_ = false;  // since the last look began
  Moment first_change_{}, last_change_{};
  bool watches_all_ = true;
  bool under_way_ = false;
  std::optional<Moment> looked_at_, again_at_, retry_at_;
  Moment next_pause_;
  Moment begun_at_;
};

}  // namespace coffer::client
