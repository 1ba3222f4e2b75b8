// What the frames that were sent must become, held against the steps that the receiver says it took: each frame one event, in order, and
// the event that the frame is.
#pragma once

#include <span>
#include <vector>

#include "rigs/journal.h"
#include "rigs/pieces.h"

namespace coffer::fuzz {

class Expected {
 public:
  void sent(std::span<const Intent> intents) { sent_.insert(sent_.end(), intents.begin(), intents.end()); }
  /// The frame that a step is of, until more is sent; nullptr when it is of none, or lost(). Demands that it is the right event.
  const Intent* met(const Told& told);
  /// Demands that no frame is waiting: the receiver is neither busy nor at its end.
  void settled(bool reads);
  /// Whether frames and steps can no longer be told apart.
  bool lost() const { return lost_; }

 private:
  std::vector<Intent> sent_;
  std::size_t met_ = 0;  // the first so many of them
  bool lost_ = false;
};

}  // namespace coffer::fuzz
