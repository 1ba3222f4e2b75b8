// What a manifest says of one file, directory or link, and what a version record says of a version; their one encoding each.
// Must not know: file systems, blocks. Cap'n Proto's readers and builders stay inside record_codec.cc.
#pragma once

#include <cstdint>
#include <expected>
#include <string>
#include <string_view>
#include <vector>

#include "archive/archive_error.h"
#include "protocol/octets.h"

namespace coffer::archive {

enum class EntryType : std::uint16_t { file = 0, directory = 1, symbolic_link = 2, hard_link = 3 };

/// Paths and targets are octets, in no particular encoding.
struct Entry {
  std::string path;
  EntryType type = EntryType::file;
  std::uint16_t mode = 0;        // the low twelve permission bits
  std::int64_t modified_ns = 0;  // since 1970-01-01T00:00Z
  std::uint64_t size = 0;        // of a file
  std::string target;            // of a symbolic link; for a hard link the path of the first name
  std::vector<Digest> blocks;    // of a file, in order
  bool operator==(const Entry&) const = default;
};

struct VersionRecord {
  std::uint64_t number = 0;
  Digest previous{};
  std::int64_t created_ns = 0;
  std::uint8_t depth = 0;  // 0: ids name manifest blocks; d: they name blocks that hold ids of depth d-1
  std::vector<Digest> ids;
  std::uint64_t entry_count = 0;
  std::uint64_t content_octets = 0;  // the sum of the files' sizes
  bool operator==(const VersionRecord&) const = default;
};

/// The deepest tree of id lists that a reader follows: 8,192 ids a list make more than any server can hold long before.
inline constexpr std::uint8_t record_depth_max = 4;
/// The most ids that a record holds, so that its sealed form stays within 16,384 octets.
inline constexpr std::size_t record_ids_max = 500;

/// The longest path, and the longest target of a symbolic link.
inline constexpr std::size_t path_octets_max = 4'096;

/// Relative, at most path_octets_max, and without NUL, empty, "." or ".." component: such a path stays below the directory it is resolved
/// in [ARC-029].
bool safe_path(std::string_view path);

/// The canonical Entry without the length before it. The caller gives a valid one: see check_entry.
Octets encode(const Entry& entry);
/// Errors: entry_malformed, then those of check_entry.
std::expected<Entry, ArchiveError> decode_entry(View octets);
/// path_unsafe for path and a hard link's target; entry_out_of_range for the rest.
std::expected<void, ArchiveError> check_entry(const Entry& entry);

/// Whether a canonical Entry may begin here, as far as its first octets show. Cheap, and rarely true of anything else.
bool may_begin_entry(View octets);

Octets encode(const VersionRecord& record);
/// Errors: record_malformed, record_out_of_range.
std::expected<VersionRecord, ArchiveError> decode_record(View octets);

/// 32 octets each, back to back.
Octets join(const std::vector<Digest>& ids);
/// Errors: id_list_length when `octets` is not a whole number of ids. Empty is allowed.
std::expected<std::vector<Digest>, ArchiveError> split_ids(View octets);

}  // namespace coffer::archive
