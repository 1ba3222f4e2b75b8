// The one encoding of a message, every way to get it wrong, and a reader that reads what it can and says why it is not canonical.
// Driven by spec::struct_layouts; uses no Cap'n Proto library. Must not know: frames, sessions, anything of reference/.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "wire/message.h"

namespace coffer::conformance {

/// Departures from the canonical encoding. The default is none.
struct Forge {
  std::optional<std::uint16_t> union_tag = {};     // another tag than the message's
  std::optional<std::uint64_t> unknown_word = {};  // a data word beyond the message's last one [MSG-004]
  bool unknown_pointer = false;                    // a pointer field beyond the message's last one, to one octet of data
  bool untruncated = false;                        // structs keep trailing zero words and null pointers
  bool empty_as_object = false;                    // empty text, data and lists as pointers to nothing, not null
  bool segment_table = false;                      // the stream form's segment table in front
  bool two_segments = false;                       // a segment table that names two segments and a far pointer between them
  bool children_reversed = false;                  // objects in another order than their pointers
  bool null_member = false;                        // the union's pointer null
  bool gap = false;                                // one zero word between the root pointer and the struct
  bool unterminated_text = false;                  // text whose last octet is not zero, but counted as if it were
  bool dirty_padding = false;                      // non-zero octets between a text's or list's end and the word's
  std::optional<std::uint64_t> root_pointer = {};  // the first word, verbatim
  std::optional<std::size_t> cut_to_octets = {};   // only the first octets of what was encoded
  Octets trailing = {};                            // octets after the message
};

/// A control message's payload: the Control struct with the message as its union member.
Octets encode(const Message& message, const Forge& forge = {});
/// A struct that stands alone: version_record, entry, block_metadata.
Octets encode_plain(const Message& message, const Forge& forge = {});
/// The metadata part of a data frame: encode_plain padded with zero octets to a multiple of 16.
Octets encode_metadata(const Message& metadata, const Forge& forge = {});

struct Decoded {
  std::optional<Message> message;    // as far as it could be read; nullopt when not even its kind could
  std::vector<std::string> defects;  // why it is not the one encoding; empty when it is
  bool canonical() const { return message.has_value() && defects.empty(); }
};
Decoded decode(View payload);
Decoded decode_plain(std::string_view structure, View payload);
/// Allows and demands the zero octets of the padding.
Decoded decode_metadata(View part);

}  // namespace coffer::conformance
