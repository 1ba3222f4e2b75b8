#include "client/laggards.h"

#include <algorithm>

namespace coffer::client {

// [ARC-146] A client that watches MUST try again, with pauses of its own, at each destination that lacks its last version.
Moment Laggards::failed(const std::string& name, Moment now) {
  Behind& behind = behind_.try_emplace(name, Behind{.again_at = now, .next_pause = pauses_.retry_first}).first->second;
  const Moment pause = behind.next_pause;
  behind.again_at = now + pause;
  behind.next_pause = std::min(2 * pause, pauses_.retry_max);
  return pause;
}

std::optional<Moment> Laggards::due() const {
  std::optional<Moment> first;
  for (const auto& [name, behind] : behind_) first = std::min(first.value_or(behind.again_at), behind.again_at);
  return first;
}

std::vector<std::string> Laggards::due_by(Moment now) const {
  std::vector<std::string> names;
  for (const auto& [name, behind] : behind_)
    if (behind.again_at <= now) names.push_back(name);
  return names;
}

bool Laggards::pauses(const std::string& name, Moment now) const {
  const auto found = behind_.find(name);
  return found != behind_.end() && found->second.again_at > now;
}

}  // namespace coffer::client
