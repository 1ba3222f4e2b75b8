// What a version's tree says of one file, directory or link, and what a version record says of a version; their one encoding each.
// Must not know: file systems, blocks. Cap'n Proto's readers and builders stay inside record_codec.cc.
#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "archive/archive_error.h"
#include "protocol/octets.h"

namespace coffer::archive {

enum class EntryType : std::uint16_t {
  file = 0,
  directory = 1,
  symbolic_link = 2,
  hard_link = 3,
  named_pipe = 4,
  character_device = 5,
  block_device = 6,
  socket = 7,
};

/// Where a sparse file has data.
struct Extent {
  std::uint64_t offset = 0, length = 0;
  bool operator==(const Extent&) const = default;
};

/// An extended attribute; access control lists are attributes like others, in the form in which the system gives them.
struct Attribute {
  std::string name, value;
  bool operator==(const Attribute&) const = default;
};

/// Paths, names and targets are octets, in no particular encoding.
struct Entry {
  std::string path;
  EntryType type = EntryType::file;
  std::uint16_t mode = 0;            // the low twelve permission bits
  std::int64_t modified_ns = 0;      // since 1970-01-01T00:00Z
  std::uint64_t size = 0;            // of a file
  std::string target = {};           // of a symbolic link; for a hard link the path of the first name
  std::vector<Digest> blocks = {};   // of a file, in order: of its content, or of id lists of depth - 1
  std::uint8_t depth = 0;            // 0: blocks are content
  std::vector<Extent> extents = {};  // of a sparse file, ascending and apart; with none all is data, or, without blocks, all is one hole
  std::uint32_t owner = 0, group = 0;
  std::string owner_name = {}, group_name = {};  // empty: the computer has no name for them
  std::vector<Attribute> attributes = {};        // ascending by name
  std::uint64_t device = 0;                      // of a device: major number << 32 | minor number
  bool operator==(const Entry&) const = default;
};

/// One row of a node: a block one level below, and the path of the first entry in or under it.
struct Child {
  std::string path;
  Digest id{};
  bool operator==(const Child&) const = default;
};

enum class RecordKind : std::uint16_t { tree = 0, retention = 1 };

struct VersionRecord {
  std::uint64_t number = 0;
  Digest previous{};
  std::int64_t created_ns = 0;
  RecordKind kind = RecordKind::tree;
  std::uint8_t depth = 0;           // the root's level: 0 for a leaf
  std::optional<Digest> root = {};  // none: no entries
  std::uint64_t entry_count = 0;
  std::uint64_t content_octets = 0;         // the sum of the files' sizes
  std::vector<std::uint64_t> retired = {};  // versions that need no longer be kept, ascending
  bool operator==(const VersionRecord&) const = default;
};

/// The deepest tree that a reader follows.
inline constexpr std::uint8_t tree_depth_max = 8;
/// The most versions that one record retires, so that its sealed form stays within its limit.
inline constexpr std::size_t retired_max = 128;
/// What an entry holds at most.
inline constexpr std::size_t entry_ids_max = 64;
inline constexpr std::uint8_t entry_depth_max = 4;
inline constexpr std::size_t extents_max = 4'096;
inline constexpr std::size_t name_octets_max = 255;  // of owner, group and attribute
inline constexpr std::size_t attributes_octets_max = 1'048'576;

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

/// How many octets of a file are data: what its blocks hold together.
std::uint64_t data_octets(const Entry& entry);

Octets encode(const Child& child);
/// Errors: child_malformed, path_unsafe.
std::expected<Child, ArchiveError> decode_child(View octets);

Octets encode(const VersionRecord& record);
/// Errors: record_malformed, record_out_of_range.
std::expected<VersionRecord, ArchiveError> decode_record(View octets);

/// Sixteen octets each, back to back.
Octets octets_of(const std::vector<Extent>& extents);
/// Eight octets each, big-endian, back to back.
Octets octets_of(const std::vector<std::uint64_t>& numbers);
/// nullopt: `octets` is not a whole number of them.
std::optional<std::vector<std::uint64_t>> split_numbers(View octets);
/// 32 octets each, back to back.
Octets join(const std::vector<Digest>& ids);
/// Errors: id_list_length when `octets` is not a whole number of ids. Empty is allowed.
std::expected<std::vector<Digest>, ArchiveError> split_ids(View octets);

}  // namespace coffer::archive
