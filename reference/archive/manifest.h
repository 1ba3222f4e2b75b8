// Manifests: the sorted entries of a version as a stream, cut into blocks like a file's content [ARC-022].
// Must not know: files, servers, how blocks are sealed or sent.
#pragma once

#include <cstdint>
#include <expected>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "archive/archive_error.h"
#include "archive/block.h"
#include "archive/block_cutter.h"
#include "archive/entry.h"

namespace coffer::archive {

/// A block with its name, not yet sealed.
struct NamedBlock {
  BlockKind kind = BlockKind::content;
  Digest id{};
  Octets octets;
};
using NamedBlockSink = std::function<void(NamedBlock)>;

/// What a version record says of its manifest.
struct ManifestSummary {
  std::vector<Digest> ids;  // of the manifest's blocks, in order
  std::uint64_t entry_count = 0;
  std::uint64_t content_octets = 0;
};

class ManifestWriter {
 public:
  /// table and vault must outlive the writer.
  ManifestWriter(const GearTable& table, BlockVault& vault, NamedBlockSink sink);

  /// Errors: those of check_entry, entries_not_ascending. A refused entry leaves no trace.
  std::expected<void, ArchiveError> add(const Entry& entry);
  ManifestSummary finish();

 private:
  BlockCutter cutter_;
  std::string last_path_;
  ManifestSummary summary_;
};

/// Gives entries as their blocks arrive; never holds more than what was fed and not yet read.
class ManifestReader {
 public:
  void feed(View block);
  /// The block that comes next cannot be had. Entries are cut anywhere: in what is fed from now on the next one is searched for. It is
  /// known by its length, its canonical form, a path behind the last one, and by entries that follow it in order to the end of what is
  /// there.
  void lose();
  /// The next entry; nullopt when more blocks are needed. Errors: those of decode_entry, entries_not_ascending; then nothing more is given.
  std::expected<std::optional<Entry>, ArchiveError> next();
  /// After the last block. Errors: manifest_truncated; manifest_differs when the counts are not the record's. Behind a lost block there is
  /// nothing to count, and only what is more than the record says is an error.
  std::expected<void, ArchiveError> finish(const VersionRecord& record) const;

 private:
  struct Piece {
    Entry entry;
    std::size_t octets = 0;  // its length included
  };
  static std::expected<std::optional<Piece>, ArchiveError> piece(View rest, const std::string& after);
  std::expected<bool, ArchiveError> entries_from(std::size_t begin, std::size_t& octets_left) const;
  std::expected<bool, ArchiveError> search();

  Octets buffer_;
  std::size_t begin_ = 0;
  std::string last_path_;
  std::uint64_t entry_count_ = 0;
  std::uint64_t content_octets_ = 0;
  bool lost_ = false, searching_ = false;
  std::optional<ArchiveError> failed_;
};

}  // namespace coffer::archive
