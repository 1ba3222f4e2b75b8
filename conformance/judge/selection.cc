#include "judge/selection.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "coffer/spec/requirements.h"

namespace coffer::conformance {
namespace {

constexpr std::size_t ids_named_max = 5;

/// Letters to change, leave out or put in until the words stand somewhere in the text.
std::size_t distance(std::string_view words, std::string_view text) {
  std::vector<std::size_t> row(text.size() + 1, 0);  // the words may begin anywhere
  for (std::size_t i = 0; i < words.size(); ++i) {
    std::size_t diagonal = std::exchange(row[0], i + 1);
    for (std::size_t j = 0; j < text.size(); ++j) {
      const std::size_t changed = diagonal + (words[i] == text[j] ? 0 : 1);
      diagonal = row[j + 1];
      row[j + 1] = std::min({changed, diagonal + 1, row[j] + 1});
    }
  }
  return std::ranges::min(row);
}

std::string some_ids(const std::vector<const Case*>& cases) {
  std::string named;
  for (std::size_t i = 0; i < std::min(cases.size(), ids_named_max); ++i) named += "\n  " + cases[i]->id;
  return named + (cases.size() > ids_named_max ? fmt::format("\n  and {} more", cases.size() - ids_named_max) : "");
}

/// The ids that hold what the pattern says between its wildcards, or else those that read most like it.
std::vector<const Case*> nearest(const std::vector<Case>& all, std::string_view glob, std::optional<Role> role) {
  std::string said(glob);
  std::erase_if(said, [](char c) { return c == '*' || c == '?'; });
  std::vector<const Case*> found;
  for (const auto& one : all)
    if ((!role || one.role == *role) && one.id.find(said) != std::string::npos) found.push_back(&one);
  if (!found.empty()) return found;
  for (const auto& one : all)
    if (!role || one.role == *role) found.push_back(&one);
  std::ranges::stable_sort(found, {}, [&](const Case* one) { return distance(said, one->id); });
  found.resize(std::min<std::size_t>(found.size(), 3));
  return found;
}

/// Of a pattern of ids that matches nothing in that role.
std::string why_no_id(const std::vector<Case>& all, const std::string& glob, std::optional<Role> role) {
  const auto wanted = role ? fmt::format("no case for the role {} matches {}", name(*role), glob) : "no case matches " + glob;
  if (role) {
    const Role other = *role == Role::server ? Role::client : Role::server;
    const auto there = select(all, {.globs = {glob}, .role = other, .requirements = {}});
    const auto of_clients = select(all, {.globs = {"client." + glob}, .role = role, .requirements = {}});
    if (!of_clients.empty()) return fmt::format("{}; did you mean client.{}? It matches{}", wanted, glob, some_ids(of_clients));
    if (!there.empty()) return fmt::format("{}; for the role {} it matches{}", wanted, name(other), some_ids(there));
  }
  return fmt::format("{}; the nearest are{}", wanted, some_ids(nearest(all, glob, role)));
}

}  // namespace

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
    if (!any(selection.globs, one.id) || (selection.only_vectors && one.needs.vector_kind.empty())) continue;
    if (selection.role && one.role != *selection.role && one.role != Role::endpoint) continue;
    if (!std::ranges::any_of(one.requirements, [&](const auto& id) { return any(selection.requirements, id); })) continue;
    if (counted++ % selection.shards == selection.shard - 1) chosen.push_back(&one);
  }
  return chosen;
}

std::string why_nothing(const std::vector<Case>& all, const Selection& selection) {
  for (const auto& glob : selection.globs)
    if (select(all, {.globs = {glob}, .role = selection.role, .requirements = {}}).empty()) return why_no_id(all, glob, selection.role);
  for (const auto& id : selection.requirements) {
    const bool known = std::ranges::any_of(spec::requirements, [&](const auto& row) { return matches(id, row.id); });
    if (!known) return fmt::format("the specification has no requirement {}; `coffer-conform cover` lists them", id);
    if (select(all, {.globs = {}, .role = {}, .requirements = {id}}).empty())
      return fmt::format("no case judges {}: review, vectors or models do", id);
    if (select(all, {.globs = {}, .role = selection.role, .requirements = {id}}).empty())
      return fmt::format("no case for the role {} judges {}", name(*selection.role), id);
  }
  if (selection.only_vectors) return "no test vector is among these; without --vectors they may be other cases";
  if (selection.shards > 1) return fmt::format("shard {}/{} has no case: fewer are selected", selection.shard, selection.shards);
  return "no case is of that name and judges that requirement too";
}

}  // namespace coffer::conformance
