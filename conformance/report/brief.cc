#include "report/brief.h"

namespace coffer::conformance {
namespace {

using nlohmann::json;

constexpr std::size_t note_octets_max = 64, hex_digits_max = 96;

char sign(Direction direction) {
  switch (direction) {
    case Direction::sent: return '+';
    case Direction::received: return '-';
    case Direction::happened: return '*';
    case Direction::remark: return '#';
  }
  return '#';
}

/// The beginning of a text, cut between characters.
std::string beginning_of(const std::string& text, std::size_t octets_max) {
  if (text.size() <= octets_max) return text;
  while (octets_max > 0 && (static_cast<unsigned char>(text[octets_max]) & 0xC0) == 0x80) --octets_max;
  return text.substr(0, octets_max) + "…";
}

}  // namespace

json BriefLines::tell(const Transcript& transcript) {
  json told = json::array();
  std::uint64_t before = 0;
  for (const TranscriptEntry& entry : transcript) {
    const std::uint64_t tenths = entry.at_us / 100;
    told.push_back(tenths - before);
    told.push_back(place_of(entry));
    before = tenths;
  }
  return told;
}

std::size_t BriefLines::place_of(const TranscriptEntry& entry) {
  json names = json::array(), values = json::array();
  for (const FieldText& field : entry.fields) {
    names.push_back(field.name);
    values.push_back(field.value);
  }
  std::string way = entry.connection == '-' ? "" : std::string(1, entry.connection);
  way += sign(entry.direction);
  json line = {way, entry.what};
  const bool octets = !entry.hex.empty() && !entry.told_by_fields;
  const std::string note = beginning_of(entry.note, note_octets_max);
  if (!values.empty() || !note.empty() || octets)
    line.insert(line.end(), {place_of(std::move(names), fields_, field_places_), std::move(values)});
  if (!note.empty() || octets) line.push_back(note);
  if (octets) line.insert(line.end(), {entry.hex.substr(0, hex_digits_max), entry.octets});
  return place_of(std::move(line), lines_, line_places_);
}

std::size_t BriefLines::place_of(json value, json& table, std::unordered_map<std::string, std::size_t>& places) {
  const auto [known, added] = places.try_emplace(value.dump(-1, ' ', false, json::error_handler_t::replace), table.size());
  if (added) table.push_back(std::move(value));
  return known->second;
}

}  // namespace coffer::conformance
