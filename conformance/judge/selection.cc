#include "judge/selection.h"

#include <algorithm>

namespace coffer::conformance {

bool matches(std::string_view glob, std::string_view text) {
  if (glob.empty()) return text.empty();
  if (glob.front() == '*') {
    for (std::size_t skipped = 0; skipped <= text.size(); ++skipped)
      if (matches(glob.substr(1), text.substr(skipped))) return true;
    return false;
  }
  return !text.empty() && (glob.front() == '?' || glob.front() == text.front()) && matches(glob.substr(1), text.substr(1));
}

bool asks_for_vectors(const Selection& selection) {
  return selection.only_vectors || std::ranges::any_of(selection.globs, [](const auto& glob) { return glob.starts_with("vectors."); });
}

std::vector<const Case*> select(const std::vector<Case>& all, const Selection& selection) {
  const auto any = [](const std::vector<std::string>& globs, std::string_view text) {
    return globs.empty() || std::ranges::any_of(globs, [&](const auto& glob) { return matches(glob, text); });
  };
  std::vector<const Case*> chosen;
  std::uint32_t counted = 0;
  for (const auto& one : all) {
    if (!any(selection.globs, one.id) || (selection.only_vectors && !one.needs.only_vector)) continue;
    if (selection.role && one.role != *selection.role && one.role != Role::endpoint) continue;
    if (!std::ranges::any_of(one.requirements, [&](const auto& id) { return any(selection.requirements, id); })) continue;
    if (counted++ % selection.shards == selection.shard - 1) chosen.push_back(&one);
  }
  return chosen;
}

}  // namespace coffer::conformance
