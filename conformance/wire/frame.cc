#include "wire/frame.h"

#include <algorithm>

namespace coffer::conformance {
namespace {

constexpr std::size_t header_octets = 6;
constexpr std::uint32_t believable_octets_max = 16u << 20;

}  // namespace

Octets encode(const Frame& frame) {
  Octets out{frame.kind, frame.metadata_blocks};
  for (int shift = 24; shift >= 0; shift -= 8) out.push_back(static_cast<std::uint8_t>(frame.length >> shift));
  out.insert(out.end(), frame.body.begin(), frame.body.end());
  return out;
}

Frame control_frame(const Message& message, const Forge& forge) { return control_frame_of(encode(message, forge)); }

Frame control_frame_of(Octets payload) { return Frame{.kind = kind_control}.set_body(std::move(payload)); }

Frame data_frame(View id, View checksum, View sealed) {
  return data_frame_of(encode_metadata(block_metadata({id.begin(), id.end()}, {checksum.begin(), checksum.end()})), sealed);
}

Frame data_frame_of(View metadata_part, View data) {
  Frame frame{.kind = kind_data, .metadata_blocks = static_cast<std::uint8_t>((metadata_part.size() + 15) / 16)};
  return frame.set_body(joined({metadata_part, data}));
}

Frame header_only(std::uint8_t kind, std::uint8_t metadata_blocks, std::uint32_t length) {
  return {.kind = kind, .metadata_blocks = metadata_blocks, .length = length};
}

DataParts data_parts(const Frame& frame) {
  const std::size_t metadata = std::min<std::size_t>(frame.metadata_blocks * std::size_t{16}, frame.body.size());
  return {decode_metadata(View(frame.body).first(metadata)),
          {frame.body.begin() + static_cast<std::ptrdiff_t>(metadata), frame.body.end()}};
}

std::optional<Frame> FrameCutter::next() {
  if (broken_ || held_.size() < header_octets) return std::nullopt;
  Frame frame{.kind = held_[0], .metadata_blocks = held_[1]};
  for (std::size_t i = 2; i < header_octets; ++i) frame.length = frame.length << 8 | held_[i];
  if (frame.length > believable_octets_max) {
    broken_ = true;
    return std::nullopt;
  }
  if (held_.size() < header_octets + frame.length) return std::nullopt;
  const auto body = held_.begin() + static_cast<std::ptrdiff_t>(header_octets);
  frame.body.assign(body, body + frame.length);
  held_.erase(held_.begin(), body + frame.length);
  return frame;
}

}  // namespace coffer::conformance
