// Which cases of the suite a run takes. Must not know: how they run.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "judge/case.h"

namespace coffer::conformance {

/// `*` any characters, `?` one. The whole text must match.
bool matches(std::string_view glob, std::string_view text);

struct Selection {
  std::vector<std::string> globs;  // any of them; none: all
  bool only_vectors = false;
  std::optional<Role> role;
  std::vector<std::string> requirements;  // any of them (globs); none: all
  std::uint32_t shard = 1, shards = 1;    // of what the rest selects, every shards-th
};
/// Whether vectors were asked for by name or flag: they are then run though the adapter announces none.
bool asks_for_vectors(const Selection& selection);
/// In the suite's order.
std::vector<const Case*> select(const std::vector<Case>& all, const Selection& selection);
/// Of a selection that selects nothing: which part of it is to blame, and what is near.
std::string why_nothing(const std::vector<Case>& all, const Selection& selection);

}  // namespace coffer::conformance
