// What happened on the wire, in order, for people: plain data, filled by the peers, read by the reports. Must not know: sockets, TLS, JSON.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "wire/message.h"

namespace coffer::conformance {

enum class Direction : std::uint8_t {
  sent,      // by the suite
  received,  // from the implementation
  happened,  // connects, alerts, closes, adapter calls
  remark,    // the suite's commentary: states reached, expectations
};
/// "sent", "received", "happened", "remark".
std::string_view name(Direction direction);

struct TranscriptEntry {
  std::uint64_t at_us = 0;  // since the script began
  char connection = 'A';    // A, B, C … in the order of their opening; '-' for none
  Direction direction = Direction::remark;
  std::string what;                    // "login", "data frame", "TCP connected", "close_notify" …
  std::vector<FieldText> fields = {};  // decoded, in the schema's order; frame header fields first
  std::string hex = {};                // the octets, at most hex_octets_max of them; empty for happenings
  std::uint64_t octets = 0;            // how many there were in all
  std::string note = {};               // why it is not canonical, what was expected here, …
  bool told_by_fields = false;         // the one encoding of what the fields say: without `hex` nothing is lost but opaque data's content
};

inline constexpr std::size_t hex_octets_max = 512;

using Transcript = std::vector<TranscriptEntry>;

}  // namespace coffer::conformance
