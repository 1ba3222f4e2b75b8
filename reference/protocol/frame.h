// Frames: six octets of header and a body. Octets in, whole frames out; the header is judged before any body is kept.
// Must not know: messages, sessions, TLS.
#pragma once

#include <cstdint>
#include <expected>
#include <optional>

#include <botan/secmem.h>

#include "coffer/spec/frame_reader.h"
#include "protocol/fault.h"
#include "protocol/octets.h"

namespace coffer::protocol {

enum class FrameKind : std::uint8_t { control = 0x01, data = 0x02 };

struct FrameHeader {
  std::uint8_t kind = 0;
  std::uint8_t metadata_blocks = 0;
  std::uint32_t length = 0;
};

/// A whole frame. The views live until the reader's next call.
struct Frame {
  FrameKind kind = FrameKind::control;
  View metadata;  // empty for control
  View body;      // a control payload, or the data part
};

/// What six octets say; nothing is judged.
FrameHeader decode_header(std::span<const std::uint8_t, 6> octets);
/// The header of a body of `length` octets, ready to be sent.
std::array<std::uint8_t, 6> encode_header(FrameHeader header);
Octets control_frame(View payload);
/// metadata: already padded to a multiple of 16.
Octets data_frame(View metadata, View data);

/// Header checks in their normative order [FRM-011]; `verified` lifts the limit of FRM-010.
std::expected<void, Fault> check_header(const FrameHeader& header, bool verified);

/// Reassembles frames from octets cut anywhere. After a fault it stays failed [FRM-017].
class FrameReader {
 public:
  /// Takes octets in. Cheap: nothing is parsed until next().
  void feed(View octets);
  /// The next whole frame; nullopt when more octets are needed; a Fault once, then nullopt for good.
  std::expected<std::optional<Frame>, Fault> next();
  /// After the user is verified, larger frames are allowed [FRM-010]. A server calls it; a client does so at once.
  void set_verified() { verified_ = true; }
  /// Overwrites the octets of frames handed out, for one that carried a secret; views of them are void then.
  void wipe_used();
  spec::frame_reader::State state() const { return state_; }
  /// Octets held that no frame has used yet.
  std::size_t buffered() const { return buffer_.size() - begin_; }

 private:
  Botan::secure_vector<std::uint8_t> buffer_;  // which wipes what it outgrows: it may hold part of a password
  std::size_t begin_ = 0;                      // first unread octet of buffer_
  std::uint64_t consumed_ = 0;                 // octets of the connection before begin_
  FrameHeader header_;
  spec::frame_reader::State state_ = spec::frame_reader::initial;
  bool verified_ = false;
};

}  // namespace coffer::protocol
