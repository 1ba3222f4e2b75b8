#include "client/version_content.h"

#include <algorithm>
#include <iterator>
#include <span>
#include <string_view>
#include <unordered_set>
#include <utility>

#include <fmt/format.h>

#include "archive/id_list.h"
#include "client/manifest_reader.h"
#include "client/printable.h"

namespace coffer::client {
namespace {

constexpr std::size_t leaves_at_once = 64;         // of some 64 entries each, and of 65,536 octets and one entry at most
constexpr std::size_t block_ids_at_once = 65'536;  // of whole files

}  // namespace

Outcome<VersionContent> VersionContent::prove(BlockFetcher& fetcher, const archive::VersionRecord& record, const Wanted& wanted,
                                              const See& see) {
  VersionContent content(fetcher);
  if (auto read = content.read_nodes(record, wanted); !read) return std::unexpected(read.error());
  if (auto proven = content.prove_leaves(record, see); !proven) return std::unexpected(proven.error());
  return content;
}

Outcome<void> VersionContent::read_nodes(const archive::VersionRecord& record, const Wanted& wanted) {
  if (record.root) leaves_.push_back({*record.root, {}, std::nullopt});
  const auto lost = [this](const archive::Place& place, const std::string& why) { lose(place, why); };
  for (int level = record.depth; level > 0; --level) {
    auto below = read_children(*fetcher_, leaves_, lost);
    if (!below) return std::unexpected(below.error());
    is_part_ |= std::erase_if(*below, [&](const archive::Place& place) { return !wanted(place); }) > 0;
    leaves_ = std::move(*below);
  }
  return {};
}

Outcome<void> VersionContent::prove_leaves(const archive::VersionRecord& record, const See& see) {
  std::uint64_t entry_count = 0, content_octets = 0;
  std::unordered_set<std::string> lost;  // by their first paths, which differ
  const bool few = leaves_.size() <= leaves_at_once;
  const auto take = [&](std::vector<archive::Entry> entries) {
    entry_count += entries.size();
    for (const archive::Entry& entry : entries) {
      content_octets += entry.size;
      see(entry);
    }
    if (few) std::ranges::move(entries, std::back_inserter(proven_));
  };
  const auto missing = [&](const archive::Place& place, const std::string& why) {
    lose(place, why);
    lost.insert(place.first);
  };
  if (auto read = read_leaves(*fetcher_, leaves_, take, missing); !read) return read;
  std::erase_if(leaves_, [&](const archive::Place& place) { return lost.contains(place.first); });
  if (lost_.empty() && !is_part_)
    if (const auto all = archive::check_counts(record, entry_count, content_octets); !all)
      return std::unexpected(refuse_manifest(all.error()));
  return {};
}

Outcome<void> VersionContent::each_part(const Take& take) {
  for (std::size_t from = 0; from < leaves_.size(); from += leaves_at_once) {
    std::vector<archive::Entry> entries = std::exchange(proven_, {}), part;
    std::size_t block_ids = 0;
    const auto gather = [&](std::vector<archive::Entry> more) { std::ranges::move(more, std::back_inserter(entries)); };
    const auto lost = [this](const archive::Place& place, const std::string& why) { lose(place, why); };
    const auto some = std::span(leaves_).subspan(from, std::min(leaves_at_once, leaves_.size() - from));
    if (entries.empty())
      if (auto read = read_leaves(*fetcher_, some, gather, lost); !read) return read;
    for (archive::Entry& entry : entries) {
      auto whole = read_lists(entry);
      if (!whole) return std::unexpected(whole.error());
      if (!*whole) continue;
      block_ids += entry.blocks.size();
      part.push_back(std::move(entry));
      if (block_ids < block_ids_at_once) continue;
      if (auto taken = take(std::exchange(part, {})); !taken) return taken;
      block_ids = 0;
    }
    if (auto taken = take(std::move(part)); !taken) return taken;
  }
  return {};
}

void VersionContent::lose(const archive::Place& place, const std::string& why) {
  std::string text = fmt::format("manifest block {} is lost ({}): the files named in it", hex(place.id).substr(0, 16), why);
  if (!place.first.empty()) text += fmt::format(", from {} on", printable(place.first));
  if (place.before) text += fmt::format(", before {}", printable(*place.before));
  incomplete_.push_back({"", text + ", cannot be restored"});
  lost_.push_back({place.id, why});
}

/// Of a file of many blocks: puts the content's ids in the place of those of the lists. False when one of them is lost.
Outcome<bool> VersionContent::read_lists(archive::Entry& entry) {
  bool whole = true;
  for (; entry.depth > 0 && whole; --entry.depth) {
    std::vector<Digest> below;
    const auto take = [&](std::size_t index, const BlockFetcher::Block& block) -> Outcome<void> {
      const auto list = block ? archive::read_id_list(*block) : std::unexpected(archive::ArchiveError::id_list_length);
      if (list) {
        below.insert(below.end(), list->begin(), list->end());
        return {};
      }
      const std::string why = block ? std::string(archive::describe(list.error())) : block.error();
      lost_.push_back({entry.blocks[index], why});
      if (whole)
        incomplete_.push_back({entry.path, fmt::format("was not restored: the list {} of its blocks is lost ({})",
                                                       hex(entry.blocks[index]).substr(0, 16), why)});
      whole = false;
      return {};
    };
    if (auto read = fetcher_->fetch(archive::BlockKind::id_list, entry.blocks, take); !read) return std::unexpected(read.error());
    entry.blocks = std::move(below);
  }
  return whole;
}

Outcome<Entries> read_entries(BlockFetcher& fetcher, const archive::VersionRecord& record, const Wanted& wanted) {
  auto content = VersionContent::prove(fetcher, record, wanted);
  if (!content) return std::unexpected(content.error());
  Entries all;
  const auto take = [&](std::vector<archive::Entry> part) -> Outcome<void> {
    std::ranges::move(part, std::back_inserter(all.entries));
    return {};
  };
  if (auto read = content->each_part(take); !read) return std::unexpected(read.error());
  all.incomplete = content->incomplete();
  all.lost = content->lost();
  return all;
}

}  // namespace coffer::client
