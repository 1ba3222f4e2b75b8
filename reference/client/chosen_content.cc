#include "client/chosen_content.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "client/printable.h"

namespace coffer::client {

Outcome<ChosenContent> ChosenContent::prove(BlockFetcher& fetcher, const archive::VersionRecord& record, Selection selection) {
  std::unordered_set<std::string> above;
  LinkTargets link_targets;
  std::map<std::string, std::string> links;
  std::uint64_t files = 0, content_octets = 0;
  bool fits = selection.everything();
  const auto see = [&](const archive::Entry& entry) {
    if (!selection.everything()) {
      if (!selection.see(entry.path)) return;
      fits = true;
      for (std::size_t slash = entry.path.rfind('/'); slash != std::string::npos && slash > 0; slash = entry.path.rfind('/', slash - 1))
        if (!above.insert(entry.path.substr(0, slash)).second) break;
    }
    if (entry.type == archive::EntryType::hard_link) {
      if (selection.everything() || selection.takes(entry.target))
        link_targets.add(entry.target);
      else
        links.try_emplace(entry.target, entry.path);
    }
    if (entry.type != archive::EntryType::file) return;
    ++files;
    content_octets += entry.size;
  };
  auto content = VersionContent::prove(
      fetcher, record, [&](const archive::Place& place) { return selection.wants(place); }, see);
  if (!content) return std::unexpected(content.error());
  if (!fits && content->incomplete().empty())
    return std::unexpected(
        Failure{ExitCode::local, fmt::format("nothing in this version fits: `coffer ls {}` shows what there is", record.number)});
  ChosenContent chosen(std::move(selection), std::move(*content));
  chosen.files_ = files;
  chosen.content_octets_ = content_octets;
  chosen.above_ = std::move(above);
  chosen.link_targets_ = std::move(link_targets);
  chosen.links_ = std::move(links);
  for (const std::string& pattern : chosen.selection_.idle())
    chosen.idle_.push_back({"", fmt::format("the pattern {} fits nothing in this version: `coffer ls {}` shows what there is",
                                            printable(pattern), record.number)});
  if (auto read = chosen.read_first_names(fetcher, record); !read) return std::unexpected(read.error());
  for (const auto& [first, link] : chosen.links_) chosen.link_targets_.add(link);
  return chosen;
}

Outcome<void> ChosenContent::read_first_names(BlockFetcher& fetcher, const archive::VersionRecord& record) {
  if (links_.empty()) return {};
  auto others = read_entries(fetcher, record, [&](const archive::Place& place) {
    const auto next = links_.lower_bound(place.first);
    return next != links_.end() && can_have(place, next->first);
  });
  if (!others) return std::unexpected(others.error());
  for (archive::Entry& entry : others->entries) {
    if (!links_.contains(entry.path)) continue;
    files_ += entry.type == archive::EntryType::file ? 1 : 0;
    content_octets_ += entry.size;
    firsts_.emplace(entry.path, std::move(entry));
  }
  incomplete_ = std::move(others->incomplete);
  lost_ = std::move(others->lost);
  return {};
}

Outcome<void> ChosenContent::each_part(const VersionContent::Take& take) {
  if (selection_.everything()) return content_.each_part(take);
  return content_.each_part([&](std::vector<archive::Entry> part) {
    std::erase_if(part, [this](const archive::Entry& entry) { return !is_chosen(entry); });
    for (archive::Entry& entry : part)
      if (entry.type == archive::EntryType::hard_link) follow_first_name(entry);
    return take(std::move(part));
  });
}

bool ChosenContent::is_chosen(const archive::Entry& entry) const {
  return selection_.takes(entry.path) || (entry.type == archive::EntryType::directory && above_.contains(entry.path));
}

/// Of several whose first name is not there, the first takes its place, and the others lead to that.
void ChosenContent::follow_first_name(archive::Entry& link) const {
  const auto first = firsts_.find(link.target);
  if (first == firsts_.end()) return;
  if (const std::string& instead = links_.at(link.target); instead != link.path) {
    link.target = instead;
    return;
  }
  std::string path = std::move(link.path);
  link = first->second;
  link.path = std::move(path);
}

Problems ChosenContent::incomplete() const {
  Problems all = content_.incomplete();
  all.insert(all.end(), incomplete_.begin(), incomplete_.end());
  all.insert(all.end(), idle_.begin(), idle_.end());
  return all;
}

std::vector<LostBlock> ChosenContent::lost() const {
  std::vector<LostBlock> all = content_.lost();
  all.insert(all.end(), lost_.begin(), lost_.end());
  return all;
}

}  // namespace coffer::client
