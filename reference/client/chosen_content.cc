#include "client/chosen_content.h"

#include <algorithm>
#include <iterator>
#include <map>
#include <set>
#include <unordered_set>
#include <utility>

namespace coffer::client {
namespace {

/// Of hard links whose first name was not chosen, the first takes its place.
Outcome<void> follow_first_names(BlockFetcher& fetcher, const archive::VersionRecord& record, VersionContent& content) {
  std::unordered_set<std::string> present;
  for (const archive::Entry& entry : content.entries) present.insert(entry.path);
  std::set<std::string> elsewhere;
  for (const archive::Entry& entry : content.entries)
    if (entry.type == archive::EntryType::hard_link && !present.contains(entry.target)) elsewhere.insert(entry.target);
  if (elsewhere.empty()) return {};
  auto others = read_content(fetcher, record, [&](const archive::Place& place) {
    const auto next = elsewhere.lower_bound(place.first);
    return next != elsewhere.end() && can_have(place, *next);
  });
  if (!others) return std::unexpected(others.error());
  std::map<std::string, const archive::Entry*> firsts;
  for (const archive::Entry& entry : others->entries)
    if (elsewhere.contains(entry.path)) firsts.emplace(entry.path, &entry);
  std::map<std::string, std::string> now;
  for (archive::Entry& entry : content.entries) {
    if (entry.type != archive::EntryType::hard_link || !elsewhere.contains(entry.target)) continue;
    if (const auto known = now.find(entry.target); known != now.end()) {
      entry.target = known->second;
    } else if (const auto first = firsts.find(entry.target); first != firsts.end()) {
      now.emplace(entry.target, entry.path);
      std::string path = std::move(entry.path);
      entry = *first->second;
      entry.path = std::move(path);
    }
  }
  std::ranges::move(others->incomplete, std::back_inserter(content.incomplete));
  std::ranges::move(others->lost, std::back_inserter(content.lost));
  return {};
}

}  // namespace

Outcome<VersionContent> read_chosen(BlockFetcher& fetcher, const archive::VersionRecord& record, const Selection& selection) {
  if (selection.everything()) return read_content(fetcher, record);
  auto content = read_content(fetcher, record, [&](const archive::Place& place) { return selection.wants(place); });
  if (!content) return content;
  std::unordered_set<std::string> above;
  std::vector<bool> taken;
  for (const archive::Entry& entry : content->entries) {
    taken.push_back(selection.takes(entry.path));
    if (!taken.back()) continue;
    for (std::size_t slash = entry.path.rfind('/'); slash != std::string::npos && slash > 0; slash = entry.path.rfind('/', slash - 1))
      if (!above.insert(entry.path.substr(0, slash)).second) break;
  }
  if (std::ranges::find(taken, true) == taken.end() && content->incomplete.empty())
    return std::unexpected(Failure{ExitCode::local, "nothing in this version fits: `coffer ls` shows what there is"});
  std::vector<archive::Entry> chosen;
  for (std::size_t i = 0; i < taken.size(); ++i)
    if (archive::Entry& entry = content->entries[i];
        taken[i] || (entry.type == archive::EntryType::directory && above.contains(entry.path)))
      chosen.push_back(std::move(entry));
  content->entries = std::move(chosen);
  if (auto followed = follow_first_names(fetcher, record, *content); !followed) return std::unexpected(followed.error());
  return content;
}

}  // namespace coffer::client
