// The versions that a server shows, taken only if they are one chain that contains what this device has seen (spec section 8.2).
// Must not know: files; what was seen comes in as a value, and the caller keeps the new head.
#pragma once

#include <optional>
#include <vector>

#include "archive/version_chain.h"
#include "client/failure.h"
#include "client/server_link.h"
#include "keys/archive_key.h"

namespace coffer::client {

struct ListedVersion {
  archive::VersionRecord record;
  Digest link{};
  std::optional<std::uint64_t> retired_by = std::nullopt;  // the number of the record that says so
  /// Whether it has a tree that can be asked for.
  bool live() const { return record.kind == archive::RecordKind::tree && !retired_by; }
};

struct VersionList {
  std::vector<ListedVersion> versions;  // ascending
  archive::ChainPoint head;             // to be remembered
  /// The newest that is live; nullptr when there is none.
  const ListedVersion* newest() const;
};

/// All versions from the first. Failures: untrusted when they are no chain or an older one, local when the records do not open or retire
/// what they must not [ARC-113].
Outcome<VersionList> list_versions(ServerLink& link, const keys::ArchiveKeys& keys, std::optional<archive::ChainPoint> seen);

/// Only the newest point, proven from what was seen before: for a backup, which need not read all versions again.
Outcome<archive::ChainPoint> chain_head(ServerLink& link, const keys::ArchiveKeys& keys, std::optional<archive::ChainPoint> seen);

}  // namespace coffer::client
