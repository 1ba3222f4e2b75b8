// Frames in and out. Octets are copied once on the way in, and a frame is handed out as views into that copy.
#include "protocol/frame.h"

#include <botan/mem_ops.h>
#include <algorithm>
#include <array>
#include <cstring>
#include <utility>

#include "coffer/spec/limits.h"
#include "fault/slip.h"
#include "fault/switch.h"
#include "protocol/transition.h"

namespace coffer::protocol {

using spec::Reason;
using spec::frame_reader::Event;
using spec::frame_reader::Handler;
using spec::frame_reader::State;
namespace limits = spec::limits;

namespace {

constexpr std::string_view machine = "frame_reader";
constexpr std::size_t header_octets = limits::frame_header_octets;

std::unexpected<Fault> fault(Reason reason, std::string_view requirement, std::uint64_t offset) {
  return std::unexpected(Fault{reason, requirement, offset});
}

std::uint32_t metadata_octets(const FrameHeader& header) { return header.metadata_blocks * std::uint32_t{limits::metadata_block_octets}; }

Octets whole_frame(FrameHeader header, View first, View second) {
  const auto head = encode_header(header);
  Octets frame;
  frame.reserve(head.size() + first.size() + second.size());
  frame.insert(frame.end(), head.begin(), head.end());
  frame.insert(frame.end(), first.begin(), first.end());
  frame.insert(frame.end(), second.begin(), second.end());
  return frame;
}

}  // namespace

// [FRM-001] Every frame MUST begin with a header of six octets: kind (1), metadata_blocks (1), and length (4, unsigned, big-endian).
FrameHeader decode_header(std::span<const std::uint8_t, 6> at) {
  const auto length = std::uint32_t{at[2]} << 24 | std::uint32_t{at[3]} << 16 | std::uint32_t{at[4]} << 8 | std::uint32_t{at[5]};
  return {at[0], at[1], length};
}

std::array<std::uint8_t, 6> encode_header(FrameHeader header) {
  // [FRM-002] The length field MUST be the number of octets of the body, which follows the header directly.
  if (fault::on(fault::FRM_002_length_counts_the_header)) header.length += header_octets;
  if (fault::on(fault::FRM_001_length_little_endian)) header.length = __builtin_bswap32(header.length);
  const auto octet = [&](unsigned shift) { return static_cast<std::uint8_t>(header.length >> shift); };
  return {header.kind, header.metadata_blocks, octet(24), octet(16), octet(8), octet(0)};
}

// [FRM-003] A sender MUST set metadata_blocks to 0 in every frame whose kind is not data.
Octets control_frame(View payload) {
  const std::uint8_t blocks = fault::on(fault::FRM_003_metadata_in_control) ? 1 : 0;
  return whole_frame({std::to_underlying(FrameKind::control), blocks, static_cast<std::uint32_t>(payload.size())}, payload, {});
}

Octets data_frame(View metadata, View data) {
  const auto blocks = static_cast<std::uint8_t>(metadata.size() / limits::metadata_block_octets);
  return whole_frame({std::to_underlying(FrameKind::data), blocks, static_cast<std::uint32_t>(metadata.size() + data.size())}, metadata,
                     data);
}

// [FRM-011] A receiver MUST make the header checks in the order kind, metadata_blocks of a control frame, length, metadata_blocks of a data
// frame.
std::expected<void, Fault> check_header(const FrameHeader& header, bool verified) {
  const bool control = header.kind == std::to_underlying(FrameKind::control);
  const bool data = header.kind == std::to_underlying(FrameKind::data);
  if (fault::on(fault::FRM_011_length_before_kind) && header.length > limits::data_octets_max)
    return fault(Reason::frame_too_large, "FRM-009", 2);
  // [FRM-004] On the TLS channel a receiver MUST close with unknown_frame_kind when kind is neither control nor data.
  if (!control && !data && !fault::on(fault::FRM_004_unknown_kind_is_control)) return fault(Reason::unknown_frame_kind, "FRM-004", 0);
  // [FRM-005] A receiver MUST close with bad_metadata_length when metadata_blocks of a control frame is not 0.
  if (control && header.metadata_blocks != 0 && !fault::on(fault::FRM_005_control_metadata_ignored))
    return fault(Reason::bad_metadata_length, "FRM-005", 1);
  // [FRM-010] Before the user is verified, a server MUST close with frame_too_large when length of any frame exceeds 4,096.
  if (!verified && header.length > limits::unverified_octets_max && !fault::on(fault::FRM_010_limit_ignored))
    return fault(Reason::frame_too_large, "FRM-010", 2);
  // [FRM-008] A receiver MUST close with frame_too_large when length of a control frame exceeds 65,536.
  if (control && header.length > limits::control_octets_max && !fault::on(fault::FRM_008_limit_ignored))
    return fault(Reason::frame_too_large, "FRM-008", 2);
  // [FRM-009] A receiver MUST close with frame_too_large when length of a data frame exceeds 4,259,840.
  if (data && header.length > limits::data_octets_max && !fault::on(fault::FRM_009_limit_ignored))
    return fault(Reason::frame_too_large, "FRM-009", 2);
  // [FRM-007] A receiver MUST close with bad_metadata_length when metadata_blocks of a data frame is 0 or 16 × metadata_blocks exceeds
  // length.
  if (data && ((header.metadata_blocks == 0 && !fault::on(fault::FRM_007_no_metadata_taken)) || metadata_octets(header) > header.length))
    return fault(Reason::bad_metadata_length, "FRM-007", 1);
  return {};
}

// [FRM-013] A receiver MUST accept frames however the transport cuts or joins their octets.
void FrameReader::feed(View octets) {
  // [FRM-017] After a failed check a receiver MUST NOT act on any later octet of the connection.
  if (state_ == State::failed || octets.empty()) return;
  // Used octets are dropped only when they are at least half of what is held: each octet is moved at most once on average.
  if (begin_ > 0 && begin_ >= buffer_.size() - begin_ && !slip::on(slip::used_octets_kept)) {
    buffer_.erase(buffer_.begin(), buffer_.begin() + static_cast<std::ptrdiff_t>(begin_));
    begin_ = 0;
  }
  buffer_.insert(buffer_.end(), octets.begin(), octets.end());
}

std::expected<std::optional<Frame>, Fault> FrameReader::next() {
  if (state_ == State::header) {
    if (buffered() < header_octets) return std::nullopt;
    // [FRM-012] A receiver MUST make the header checks as soon as six octets are there, without waiting for any of the body.
    header_ = decode_header(std::span(buffer_).subspan(begin_).first<header_octets>());
    if (fault::on(fault::FRM_012_waits_for_the_body) && buffered() - header_octets < header_.length) return std::nullopt;
    if (slip::on(slip::body_reserved_before_its_header_is_checked)) buffer_.reserve(header_.length);
    if (auto checked = check_header(header_, verified_); !checked) {
      static_assert(allowed(Handler::refuse, State::failed));
      state_ = State::failed;
      tell(machine, this, State::header, Event::header_refused, state_, name(Handler::refuse), decision(checked.error()));
      decltype(buffer_)().swap(buffer_);
      begin_ = 0;
      checked.error().offset += consumed_;
      return std::unexpected(std::move(checked).error());
    }
    static_assert(allowed(Handler::begin_body, State::body));
    state_ = State::body;
    tell(machine, this, State::header, Event::header_accepted, state_, name(Handler::begin_body));
    begin_ += header_octets;
    consumed_ += header_octets;
    // [FRM-014] A receiver MUST NOT reserve memory for a body before its header has passed every check.
    if (buffered() < header_.length && !slip::on(slip::used_octets_kept)) {
      buffer_.erase(buffer_.begin(), buffer_.begin() + static_cast<std::ptrdiff_t>(begin_));
      begin_ = 0;
      buffer_.reserve(header_.length);
    }
  }
  if (state_ == State::failed || buffered() < header_.length) return std::nullopt;
  static_assert(allowed(Handler::deliver, State::header));
  state_ = State::header;
  tell(machine, this, State::body, Event::body_complete, state_, name(Handler::deliver));
  const View body(buffer_.data() + begin_, header_.length);
  begin_ += header_.length;
  consumed_ += header_.length;
  // [FRM-006] A receiver MUST take the first 16 × metadata_blocks octets of a data frame's body as the metadata part.
  auto metadata = metadata_octets(header_);
  if (fault::on(fault::FRM_005_control_metadata_ignored) && header_.kind == std::to_underlying(FrameKind::control)) metadata = 0;
  if (fault::on(fault::FRM_006_metadata_one_block_short) && metadata != 0) metadata -= 16;
  if (fault::on(fault::FRM_013_one_frame_per_record)) buffer_.resize(begin_);
  return Frame{static_cast<FrameKind>(header_.kind), body.first(metadata), body.subspan(metadata)};
}

void FrameReader::wipe_used() { Botan::secure_scrub_memory(buffer_.data(), begin_); }

}  // namespace coffer::protocol
