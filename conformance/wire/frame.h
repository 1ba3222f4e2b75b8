// Frames with every header field open to override, and a reader that cuts a stream into frames without judging them.
// Must not know: which frames are allowed when; sockets; anything of reference/.
#pragma once

#include <optional>

#include "wire/encoding.h"

namespace coffer::conformance {

inline constexpr std::uint8_t kind_control = 0x01;
inline constexpr std::uint8_t kind_data = 0x02;

/// A frame as it stands on the wire. `length` is written as it is, whatever the body's size.
struct Frame {
  std::uint8_t kind = kind_control;
  std::uint8_t metadata_blocks = 0;
  std::uint32_t length = 0;
  Octets body = {};

  Frame& set_kind(std::uint8_t value) {
    kind = value;
    return *this;
  }
  Frame& set_metadata_blocks(std::uint8_t value) {
    metadata_blocks = value;
    return *this;
  }
  Frame& set_length(std::uint32_t value) {
    length = value;
    return *this;
  }
  Frame& set_body(Octets value) {
    body = std::move(value);
    length = static_cast<std::uint32_t>(body.size());
    return *this;
  }
};

Octets encode(const Frame& frame);
Frame control_frame(const Message& message, const Forge& forge = {});
/// A control frame around any octets.
Frame control_frame_of(Octets payload);
Frame data_frame(View id, View checksum, View sealed);
/// A data frame whose metadata part is given as octets; metadata_blocks is its size / 16, rounded up.
Frame data_frame_of(View metadata_part, View data);
/// Only a header: the body never follows.
Frame header_only(std::uint8_t kind, std::uint8_t metadata_blocks, std::uint32_t length);

/// A data frame's parts, as its header cuts them.
struct DataParts {
  Decoded metadata;
  Octets data;
};
DataParts data_parts(const Frame& frame);

/// Cuts a stream into frames. Gives up (broken()) only on a length no receiver could take (over 16 MiB).
class FrameCutter {
 public:
  void feed(View octets) { held_.insert(held_.end(), octets.begin(), octets.end()); }
  std::optional<Frame> next();
  bool broken() const { return broken_; }
  /// Octets of an unfinished frame.
  View held() const { return held_; }

 private:
  Octets held_;
  bool broken_ = false;
};

}  // namespace coffer::conformance
