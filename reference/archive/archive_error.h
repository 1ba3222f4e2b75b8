// Why sealed octets, a leaf, a node or a version record was refused, as a value with the rule behind it.
// Must not know: sessions and their reasons; these errors never go on the wire.
#pragma once

#include <cstdint>
#include <string_view>

namespace coffer::archive {

enum class ArchiveError : std::uint8_t {
  block_too_long,       // plaintext that no sealed block can hold
  sealed_length,        // sealed octets outside 30 … 4,194,304
  unknown_format,       // the first octet is not 0x01
  tag_wrong,            // not sealed under this key, for this archive and id
  unknown_compression,  // the first plaintext octet is neither 0x00 nor 0x01
  not_one_zstd_frame,   // not exactly one zstd frame that states its content size
  content_size,         // the stated content size exceeds 4,194,304
  content_differs,      // decompression fails or gives another size than stated
  id_differs,           // the opened block is not the one that its id names
  record_length,        // a sealed record outside 30 … 2,048 octets
  record_malformed,     // not one canonical VersionRecord
  record_out_of_range,  // a field of it is outside its range
  record_differs,       // its number or previous link is not the one beside it
  link_differs,         // the link is not that of its record
  number_not_next,      // not one more than the version before
  rolled_back,          // the newest version this device knows is not in the chain, or is another one
  not_to_be_retired,    // a record retires a version without a tree, or one that another record retires
  entry_malformed,      // not one canonical Entry
  entry_out_of_range,   // a field of it is outside its range or contradicts its type
  child_malformed,      // not one canonical Child, or its id has not 32 octets
  path_unsafe,          // absolute, empty, with NUL, or with an empty, "." or ".." component
  paths_not_ascending,  // paths equal or out of order
  rows_truncated,       // a leaf or node that ends inside a row or has none
  place_differs,        // a leaf or node that does not begin with, or does not stay before, the paths that its parent names
  counts_differ,        // entry count or content octets are not those of the record
  id_list_length,       // an id list that is not a whole number of ids, or empty
};

/// A sentence part for people: "the seal does not fit this key, archive and block".
std::string_view describe(ArchiveError error);
/// The requirement that was broken.
std::string_view requirement(ArchiveError error);

}  // namespace coffer::archive
