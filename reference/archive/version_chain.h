// Versions: their sealed records, the links between them, and the proof that a server shows the whole chain (spec section 8.2).
// Must not know: servers, files; what this device remembers comes in as a value.
#pragma once

#include <cstdint>
#include <expected>
#include <memory>
#include <optional>

#include "archive/archive_error.h"
#include "archive/entry.h"
#include "keys/archive_key.h"
#include "protocol/octets.h"

namespace coffer::archive {

/// A version and all before it, in 40 octets. Number 0 with the zero link is the empty archive.
struct ChainPoint {
  std::uint64_t number = 0;
  Digest link{};
  bool operator==(const ChainPoint&) const = default;
};

/// [ARC-021] SHA-256 of "coffer/1 link", the previous link, the number and the sealed record.
Digest link_of(const Digest& previous, std::uint64_t number, View sealed_record);

/// Seals and opens version records under the record key [ARC-020].
class RecordVault {
 public:
  explicit RecordVault(const keys::ArchiveKeys& keys);
  ~RecordVault();
  RecordVault(RecordVault&&) noexcept;
  RecordVault& operator=(RecordVault&&) noexcept;

  /// Errors: record_length when the sealed form would exceed 2,048 octets.
  std::expected<Octets, ArchiveError> seal(const VersionRecord& record, Botan::RandomNumberGenerator& random);
  /// The record of version `number` after the version whose link is `previous`.
  /// Errors: record_length, unknown_format, tag_wrong, those of decode_record, record_differs.
  std::expected<VersionRecord, ArchiveError> open(std::uint64_t number, const Digest& previous, View sealed);

 private:
  struct Tools;
  std::unique_ptr<Tools> tools_;
};

/// Takes the versions that a server lists, one by one, and holds only if they are one chain that contains what is remembered.
class ChainVerifier {
 public:
  /// `start`: a point that is already proven; the empty archive by default. `remembered`: the newest version committed or seen.
  /// The vault must outlive the verifier.
  ChainVerifier(RecordVault& vault, std::optional<ChainPoint> remembered, ChainPoint start = {});

  /// Errors: number_not_next, link_differs, rolled_back, those of RecordVault::open.
  std::expected<VersionRecord, ArchiveError> accept(std::uint64_t number, View link, View sealed_record);
  /// After the last version: the newest point, to be remembered. Errors: rolled_back.
  std::expected<ChainPoint, ArchiveError> finish() const;
  const ChainPoint& head() const { return head_; }

 private:
  RecordVault* vault_;
  std::optional<ChainPoint> remembered_;
  ChainPoint head_;
};

}  // namespace coffer::archive
