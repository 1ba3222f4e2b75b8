#include "program/trace.h"

#include <fmt/format.h>

namespace coffer::conformance {
namespace {

std::string_view arrow(Direction direction) {
  switch (direction) {
    case Direction::sent: return "-->";
    case Direction::received: return "<--";
    case Direction::happened: return " . ";
    case Direction::remark: return " # ";
  }
  return {};
}

}  // namespace

std::string transcript_text(const Transcript& transcript) {
  std::string text;
  for (const auto& entry : transcript) {
    text += fmt::format("    {:>9.3f} ms {} {} {}", static_cast<double>(entry.at_us) / 1000, entry.connection, arrow(entry.direction),
                        harmless(entry.what));
    for (const auto& field : entry.fields) text += fmt::format(" {}={}", field.name, harmless(field.value));
    if (!entry.note.empty()) text += "  (" + harmless(entry.note) + ")";
    text += '\n';
    if (!entry.hex.empty())
      text += fmt::format("                     {}{}\n", entry.hex.substr(0, 96),
                          entry.hex.size() > 96 || entry.octets * 2 > entry.hex.size() ? fmt::format("… ({} octets)", entry.octets) : "");
  }
  return text;
}

std::string harmless(std::string_view text) {
  std::string shown;
  for (const char c : text) {
    const auto octet = static_cast<std::uint8_t>(c);
    if (octet < 0x20 || octet == 0x7f)
      shown += fmt::format("\\x{:02x}", octet);
    else
      shown += c;
  }
  return shown;
}

std::string trace_text(const CaseResult& result) {
  std::string text = fmt::format("{} {}\n", result.id, name(result.verdict));
  text += transcript_text(result.script.transcript);
  if (result.twin.ran) text += fmt::format("  twin: {}\n{}", name(result.twin.verdict), transcript_text(result.twin.transcript));
  return text;
}

}  // namespace coffer::conformance
