#include "peer/recorder.h"

#include <fmt/format.h>

#include <algorithm>

namespace coffer::conformance {

std::string_view name(Direction direction) {
  switch (direction) {
    case Direction::sent: return "sent";
    case Direction::received: return "received";
    case Direction::happened: return "happened";
    case Direction::remark: return "remark";
  }
  return {};
}

char Recorder::open() {
  const std::lock_guard lock(mutex_);
  const char letter = next_;
  next_ = next_ == 'Z' ? 'A' : static_cast<char>(next_ + 1);
  return letter;
}

void Recorder::frame(char connection, Direction direction, const Frame& frame, std::string note) {
  if (keeps_ == Keeps::nothing) return;
  TranscriptEntry entry{.connection = connection, .direction = direction, .what = {}, .note = std::move(note)};
  entry.fields = {{"kind", fmt::format("0x{:02x}", frame.kind)},
                  {"metadata_blocks", fmt::format("{}", frame.metadata_blocks)},
                  {"length", fmt::format("{}", frame.length)}};
  Decoded decoded;
  std::string data_text;
  if (frame.kind == kind_data) {
    auto parts = data_parts(frame);
    decoded = std::move(parts.metadata);
    entry.what = "data frame";
    data_text = fmt::format("{} octets", parts.data.size());
  } else if (frame.kind == kind_control) {
    decoded = decode(frame.body);
    entry.what = decoded.message ? std::string(decoded.message->name()) : "control frame";
  } else {
    entry.what = fmt::format("frame of kind 0x{:02x}", frame.kind);
  }
  if (decoded.message)
    for (auto& field : describe(*decoded.message)) entry.fields.push_back(std::move(field));
  if (!data_text.empty()) entry.fields.push_back({"data", data_text});
  for (const auto& defect : decoded.defects) entry.note += (entry.note.empty() ? "" : "; ") + defect;
  entry.told_by_fields =
      decoded.canonical() && frame.length == frame.body.size() && (frame.kind == kind_data || frame.metadata_blocks == 0);
  const Octets octets = encode(frame);
  entry.octets = octets.size();
  entry.hex = hex(View(octets).first(std::min(octets.size(), hex_octets_max)));
  add(std::move(entry));
}

void Recorder::octets(char connection, Direction direction, std::string what, View octets, std::string note) {
  if (keeps_ == Keeps::nothing) return;
  add({.connection = connection,
       .direction = direction,
       .what = std::move(what),
       .fields = {},
       .hex = hex(octets.first(std::min(octets.size(), hex_octets_max))),
       .octets = octets.size(),
       .note = std::move(note)});
}

void Recorder::happened(char connection, std::string what, std::string note) {
  add({.connection = connection, .direction = Direction::happened, .what = std::move(what), .note = std::move(note)});
}

void Recorder::remark(std::string text, char connection) {
  add({.connection = connection, .direction = Direction::remark, .what = std::move(text)});
}

Transcript Recorder::take() {
  const std::lock_guard lock(mutex_);
  return std::move(entries_);
}

void Recorder::add(TranscriptEntry entry) {
  if (keeps_ == Keeps::nothing) return;
  const std::lock_guard lock(mutex_);
  entry.at_us =
      static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::steady_clock::now() - began_).count());
  entries_.push_back(std::move(entry));
}

}  // namespace coffer::conformance
