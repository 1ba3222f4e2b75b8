// What the frames that were sent must become, held against the steps that the receiver says it took: each frame one event, in order, and
// the event that the frame is.
#pragma once

#include <deque>
#include <span>

#include "rigs/journal.h"
#include "rigs/pieces.h"

namespace coffer::fuzz {

class Expected {
 public:
  void sent(std::span<const Intent> intents) { pending_.insert(pending_.end(), intents.begin(), intents.end()); }
  /// The frame that a step is of; nullptr when it is of none, or lost(). Demands that it is the right event.
  const Intent* met(const Told& told);
  /// Demands that no frame is waiting: the receiver is neither busy nor at its end.
  void settled(bool reads);
  /// Whether frames and steps can no longer be told apart.
  bool lost() const { return lost_; }

 private:
  std::deque<Intent> pending_;
  Intent last_;
  bool lost_ = false;
};

}  // namespace coffer::fuzz
