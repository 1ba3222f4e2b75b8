// Of several destinations those that lack the last version, and when each is tried again: each with pauses of its own, which grow while it
// fails. Must not know: clocks, servers, what a version has.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "client/watch_plan.h"

namespace coffer::client {

class Laggards {
 public:
  explicit Laggards(const WatchPauses& pauses) : pauses_(pauses) {}

  void caught_up(const std::string& name) { behind_.erase(name); }
  /// Gives the pause until it is tried again.
  Moment failed(const std::string& name, Moment now);

  /// The moment for the next one; none when all have the last version.
  std::optional<Moment> due() const;
  /// Those whose pause is over.
  std::vector<std::string> due_by(Moment now) const;
  bool pauses(const std::string& name, Moment now) const;

 private:
  struct Behind {
    Moment again_at{}, next_pause{};
  };
  WatchPauses pauses_;
  std::map<std::string, Behind> behind_;
};

}  // namespace coffer::client
