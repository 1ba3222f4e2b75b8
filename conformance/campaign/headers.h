// The checks of a frame's header, in their order. Must not know: bodies.
#pragma once

#include <optional>
#include <string_view>

#include "coffer/spec/limits.h"
#include "wire/frame.h"

namespace coffer::conformance {

/// Of at least six octets; the body is empty.
inline Frame header_of(View octets) {
  std::uint32_t length = 0;
  for (std::size_t at = 2; at < spec::limits::frame_header_octets; ++at) length = length << 8 | octets[at];
  return {.kind = octets[0], .metadata_blocks = octets[1], .length = length};
}

struct WrongHeader {
  std::string_view rule;
  spec::Reason reason;
};

/// [FRM-011] nullopt: the header passes. `verified`: a server's peer is, and every client's.
inline std::optional<WrongHeader> wrong_header(const Frame& header, bool verified) {
  using namespace spec::limits;
  using enum spec::Reason;
  const bool control = header.kind == kind_control;
  if (!control && header.kind != kind_data) return {{"FRM-004", unknown_frame_kind}};
  if (control && header.metadata_blocks != 0) return {{"FRM-005", bad_metadata_length}};
  if (!verified && header.length > unverified_octets_max) return {{"FRM-010", frame_too_large}};
  if (control && header.length > control_octets_max) return {{"FRM-008", frame_too_large}};
  if (!control && header.length > data_octets_max) return {{"FRM-009", frame_too_large}};
  if (!control && (header.metadata_blocks == 0 || metadata_block_octets * header.metadata_blocks > header.length))
    return {{"FRM-007", bad_metadata_length}};
  return std::nullopt;
}

}  // namespace coffer::conformance
