#include "program/frame_text.h"

#include <fmt/format.h>

#include <algorithm>

#include "program/trace.h"

namespace coffer::conformance {
namespace {

constexpr std::size_t octets_shown_max = 96, octets_per_line = 16, differences_max = 4;

std::string spaced(View octets) {
  std::string text;
  for (const auto octet : octets) text += fmt::format("{}{:02x}", text.empty() ? "" : " ", octet);
  return text;
}

std::string_view kind_word(std::uint8_t kind) {
  if (kind == kind_control) return "control";
  if (kind == kind_data) return "data";
  return "no kind of the TLS channel";
}

/// The message that was read, as far as it could be, and what is against it.
std::string reading(const Decoded& decoded) {
  std::string text = decoded.message ? harmless(to_text(*decoded.message)) : "no message";
  if (decoded.defects.empty()) return text;
  return fmt::format("{}, not in its one encoding: {}", text, fmt::join(decoded.defects, "; "));
}

std::string body_octets(View body) {
  if (body.size() > octets_shown_max && std::ranges::all_of(body, [&](auto octet) { return octet == body.front(); }))
    return fmt::format("  octets   {} of {:02x}\n", body.size(), body.front());
  std::string text;
  for (std::size_t at = 0; at < std::min(body.size(), octets_shown_max); at += octets_per_line)
    text += fmt::format("  {:<8} {}\n", at == 0 ? "octets" : "", spaced(body.subspan(at, std::min(octets_per_line, body.size() - at))));
  if (body.size() > octets_shown_max) text += fmt::format("           and {} more\n", body.size() - octets_shown_max);
  return text;
}

}  // namespace

std::string frame_text(const Frame& frame) {
  const auto octets = encode(frame);
  std::string text = fmt::format("  header   {}    kind 0x{:02x} ({}), metadata_blocks {}, length {}\n", spaced(View(octets).first(6)),
                                 frame.kind, kind_word(frame.kind), frame.metadata_blocks, frame.length);
  if (frame.body.size() < frame.length)
    return text + fmt::format("  body     {}\n", frame.body.empty() ? "none is sent" : "cut short") + body_octets(frame.body);
  if (frame.kind == kind_data && frame.metadata_blocks != 0) {
    const auto parts = data_parts(frame);
    text += fmt::format("  metadata {} octets: {}\n", std::min<std::size_t>(frame.metadata_blocks * 16U, frame.body.size()),
                        reading(parts.metadata));
    text += fmt::format("  data     {} octets\n", parts.data.size());
  } else if (frame.kind == kind_data) {
    text += fmt::format("  data     {} octets\n", frame.body.size());
  } else {
    text += fmt::format("  body     {}\n", frame.body.empty() ? "none" : reading(decode(frame.body)));
  }
  return text + body_octets(frame.body);
}

std::string difference(const Frame& frame, const Frame& neighbour) {
  const auto ours = encode(frame), theirs = encode(neighbour);
  if (ours.size() != theirs.size()) return {};
  std::string text;
  std::size_t count = 0;
  for (std::size_t i = 0; i < ours.size(); ++i) {
    if (ours[i] == theirs[i]) continue;
    if (++count > differences_max) return {};
    text += fmt::format("{}octet {}: {:02x} instead of {:02x}", text.empty() ? "" : ", ", i, ours[i], theirs[i]);
  }
  return text;
}

}  // namespace coffer::conformance
