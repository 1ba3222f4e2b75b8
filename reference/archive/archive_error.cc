#include "archive/archive_error.h"

#include <utility>

namespace coffer::archive {
namespace {

using Row = std::pair<std::string_view, std::string_view>;

Row row(ArchiveError error) {
  using enum ArchiveError;
  switch (error) {
    case block_too_long: return {"ARC-012", "the block is longer than a sealed block can hold"};
    case sealed_length: return {"ARC-012", "a sealed block has 30 to 4,194,304 octets"};
    case unknown_format: return {"ARC-012", "the format octet is not 0x01"};
    case tag_wrong:
      return {"ARC-014", "the seal does not fit this archive key, archive and name: it was changed, exchanged, or made with another key"};
    case unknown_compression: return {"ARC-015", "the compression octet is neither 0x00 nor 0x01"};
    case not_one_zstd_frame: return {"ARC-015", "the content is not exactly one zstd frame that states its size"};
    case content_size: return {"ARC-017", "the stated content size exceeds 4,194,304 octets"};
    case content_differs: return {"ARC-015", "the content does not decompress to the size it states"};
    case id_differs: return {"ARC-016", "the opened block is not the one that was asked for"};
    case record_length: return {"ARC-020", "a sealed version record has 30 to 2,048 octets"};
    case record_malformed: return {"ARC-028", "the version record is not one canonical VersionRecord"};
    case record_out_of_range: return {"ARC-045", "a field of the version record is out of range"};
    case record_differs: return {"ARC-045", "the version record carries another number or previous link than the version"};
    case link_differs: return {"ARC-021", "the link is not the one that its record gives"};
    case number_not_next: return {"ARC-024", "the version's number does not follow the one before"};
    case rolled_back: return {"ARC-025", "the newest version that this device knows is missing or was exchanged"};
    case not_to_be_retired: return {"ARC-113", "its record retires a version that has no tree or was retired before"};
    case entry_malformed: return {"ARC-022", "an entry of the version is not one canonical Entry"};
    case entry_out_of_range: return {"ARC-044", "a field of an entry is out of range"};
    case path_unsafe: return {"ARC-029", "a path in the version is too long or could leave the target directory"};
    case child_malformed: return {"ARC-061", "a child of a node is not one canonical Child with an id of 32 octets"};
    case paths_not_ascending: return {"ARC-022", "the version's paths are not in ascending order"};
    case rows_truncated: return {"ARC-022", "a leaf or node of the version is empty or ends inside a row"};
    case place_differs: return {"ARC-064", "a leaf or node of the version does not have the paths that its parent names"};
    case counts_differ: return {"ARC-046", "the version does not have the entries or octets that its record states"};
    case id_list_length: return {"ARC-047", "an id list is empty or not a whole number of ids"};
  }
  return {};
}

}  // namespace

std::string_view describe(ArchiveError error) { return row(error).second; }
std::string_view requirement(ArchiveError error) { return row(error).first; }

}  // namespace coffer::archive
