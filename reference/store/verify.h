// What a whole reading of the store found. A value; Store::verify() makes it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "protocol/octets.h"

namespace coffer::store {

struct Finding {
  enum class Kind : std::uint8_t {
    damaged,     // a block's octets are not what was stored
    missing,     // a block's octets are not there
    orphan,      // a record that no archive refers to: superseded or nobody's; costs room only
    unreadable,  // octets between records that are no record; costs room only
    pack,        // a pack whose header is damaged; its blocks are judged one by one
    version,     // a version that does not continue its archive's chain
    event,       // a line of the event log that does not continue its chain
    row,         // a row of the index that is not what was written, or that was missing
    index,       // a way into a table that did not lead to its rows; made anew
    record,      // what a pack should say of a version or a computer, and does not
    owner,       // an archive of which nothing says whose it is
  };
  Kind kind = Kind::damaged;
  std::uint32_t pack = 0;                // 0: not about a pack
  std::uint64_t offset = 0;              // of the record in its pack; or the number of the version or event
  std::uint64_t user = 0, computer = 0;  // whose archive; 0: nobody's
  std::optional<Digest> id;              // of the block
  std::string what;
};
std::string_view name(Finding::Kind kind);
/// One line for people.
std::string text(const Finding& finding);

struct VerifyReport {
  std::uint64_t packs = 0, blocks = 0, octets = 0, versions = 0, events = 0;  // read
  std::uint64_t rows_unproven = 0, rows_mended = 0;                           // of blocks and versions in the index
  std::uint64_t released_blocks = 0, released_octets = 0;                     // that still stand in packs, until they are compacted
  std::vector<Finding> findings;
  /// Whether every stored block, version and event is whole. What costs room only does not count.
  bool whole() const;
};
/// One JSON object.
std::string json(const VerifyReport& report);

}  // namespace coffer::store
