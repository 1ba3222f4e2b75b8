#include "client/version_list.h"

#include <algorithm>

#include <fmt/format.h>

#include "client/older_archive.h"
#include "fault/switch.h"

namespace coffer::client {
namespace {

using archive::ArchiveError;

Failure refuse(ArchiveError error, std::uint64_t number) {
  const std::string why = fmt::format("{} [{}]", archive::describe(error), archive::requirement(error));
  if (error == ArchiveError::rolled_back)
    return {ExitCode::untrusted, fmt::format("the server shows an older archive than this device has seen, or another one: {}. "
                                             "Nothing was read from it or written to it{}",
                                             why, way_on_from_older())};
  if (error == ArchiveError::number_not_next || error == ArchiveError::link_differs)
    return {ExitCode::untrusted,
            fmt::format("the server's versions are no unbroken chain: at version {}, {}. Nothing of it is used", number, why)};
  if (error == ArchiveError::not_to_be_retired)
    return {ExitCode::local,
            fmt::format("the archive's versions contradict each other: at version {}, {}. Nothing of it is used", number, why)};
  return {ExitCode::local,
          fmt::format("version {} cannot be read: {}. Is the archive key of this device the one that this archive was made with?", number,
                      why)};
}

/// Every version from `from` on, page by page.
template <typename Take>
Outcome<void> each_version(ServerLink& link, std::uint64_t from, Take take) {
  while (true) {
    auto page = link.list(from);
    if (!page) return std::unexpected(page.error());
    for (const protocol::VersionEntry& entry : page->entries)
      if (auto taken = take(entry); !taken) return taken;
    if (!page->more || page->entries.empty()) return {};
    from = page->entries.back().number + 1;
  }
}

// [ARC-113] A client MUST refuse a chain, read from its first version, in which a record retires a version that has no tree or that a
// record before it retires.
bool retire(std::vector<ListedVersion>& versions, const archive::VersionRecord& record) {
  for (const std::uint64_t number : record.retired) {  // each less than its own
    ListedVersion& version = versions.at(number - 1);
    if (version.record.kind != archive::RecordKind::tree && !fault::on(fault::ARC_113_retires_no_tree)) return false;
    if (version.retired_by && !fault::on(fault::ARC_113_retired_twice)) return false;
    version.retired_by = record.number;
  }
  return true;
}

}  // namespace

const ListedVersion* VersionList::newest() const {
  const auto found = std::find_if(versions.rbegin(), versions.rend(), [](const ListedVersion& version) { return version.live(); });
  return found == versions.rend() ? nullptr : &*found;
}

Outcome<VersionList> list_versions(ServerLink& link, const keys::ArchiveKeys& keys, std::optional<archive::ChainPoint> seen) {
  archive::RecordVault vault(keys);
  archive::ChainVerifier verifier(vault, seen);
  VersionList list;
  const auto read = each_version(link, 1, [&](const protocol::VersionEntry& entry) -> Outcome<void> {
    auto record = verifier.accept(entry.number, entry.link, entry.record);
    if (!record) return std::unexpected(refuse(record.error(), entry.number));
    if (!retire(list.versions, *record)) return std::unexpected(refuse(ArchiveError::not_to_be_retired, entry.number));
    list.versions.push_back({std::move(*record), verifier.head().link});
    return {};
  });
  if (!read) return std::unexpected(read.error());
  const auto head = verifier.finish();
  if (!head) return std::unexpected(refuse(head.error(), verifier.head().number));
  list.head = *head;
  return list;
}

Outcome<archive::ChainPoint> chain_head(ServerLink& link, const keys::ArchiveKeys& keys, std::optional<archive::ChainPoint> seen) {
  if (!seen || seen->number == 0) {
    auto list = list_versions(link, keys, seen);
    if (!list) return std::unexpected(list.error());
    return list->head;
  }
  archive::RecordVault vault(keys);
  archive::ChainVerifier verifier(vault, seen, *seen);
  bool found = false;
  const auto read = each_version(link, seen->number, [&](const protocol::VersionEntry& entry) -> Outcome<void> {
    if (!found) {
      if (entry.number != seen->number || !std::ranges::equal(entry.link, seen->link))
        return std::unexpected(refuse(ArchiveError::rolled_back, entry.number));
      found = true;
      return {};
    }
    const auto record = verifier.accept(entry.number, entry.link, entry.record);
    if (!record) return std::unexpected(refuse(record.error(), entry.number));
    return {};
  });
  if (!read) return std::unexpected(read.error());
  if (!found) return std::unexpected(refuse(ArchiveError::rolled_back, seen->number));
  return verifier.head();
}

}  // namespace coffer::client
