// Manifests: the tree of a version's entries, leaves below and nodes above them, cut where the paths say so (spec section 8.2).
// Must not know: files, servers, how blocks are sealed or sent. Reading is one block at a time, because each has to be fetched; where it
// must stand comes from its parent.
#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <vector>

#include "archive/archive_error.h"
#include "archive/block.h"
#include "archive/chunker.h"
#include "archive/entry.h"

namespace coffer::archive {

/// The gear hash of all its octets: what decides where leaves and nodes end.
std::uint64_t path_hash(const GearTable& table, std::string_view path);

/// What a version record says of its manifest.
struct ManifestSummary {
  std::optional<Digest> root;
  std::uint8_t depth = 0;
  std::uint64_t entry_count = 0;
  std::uint64_t content_octets = 0;
};

/// Takes entries in order and gives blocks as they are complete; holds one block of each level.
class ManifestWriter {
 public:
  /// table and vault must outlive the writer. Children come before their parents.
  ManifestWriter(const GearTable& table, BlockVault& vault, NamedBlockSink sink);

  /// `entry.blocks` are the ids of all its content, and its depth is 0; the writer makes the lists. Errors: those of check_entry,
  /// paths_not_ascending. A refused entry leaves no trace.
  std::expected<void, ArchiveError> add(Entry entry);
  ManifestSummary finish();

 private:
  /// The block of one level that is being filled.
  struct Level {
    Octets octets;
    std::string first_path;
    std::uint64_t last_hash = 0;  // of the path of the last entry in or under it
    bool complete = false;        // what comes next begins another
    bool any = false;             // a block of this level was given already
  };
  void append(std::size_t level, const std::string& path, View row, std::uint64_t hash);
  NamedBlock take(std::size_t level);
  void give(std::size_t level);

  const GearTable& table_;
  BlockVault& vault_;
  NamedBlockSink sink_;
  std::vector<Level> levels_;  // leaves first
  std::string last_path_;
  ManifestSummary summary_;
};

/// A block of a manifest, and between which paths it stands.
struct Place {
  Digest id{};
  std::string first;                  // it begins with this path; empty: with any, for it is the root
  std::optional<std::string> before;  // all its paths are before this one

  /// Whether it can have `path`, or a path below it.
  bool may_have(std::string_view path) const;
};

/// What an opened leaf holds. Errors: rows_truncated, those of decode_entry, paths_not_ascending, place_differs; the first decides.
std::expected<std::vector<Entry>, ArchiveError> read_leaf(View block, const Place& place);

/// The blocks under an opened node. Errors: rows_truncated, those of decode_child, paths_not_ascending, place_differs.
std::expected<std::vector<Place>, ArchiveError> read_node(View block, const Place& place);

/// After the last leaf. Errors: counts_differ.
std::expected<void, ArchiveError> check_counts(const VersionRecord& record, std::uint64_t entry_count, std::uint64_t content_octets);

}  // namespace coffer::archive
