#include "client/printable.h"

#include <array>
#include <cstdint>

#include <fmt/format.h>

namespace coffer::client {
namespace {

/// The length of the well-formed UTF-8 character that `text` begins with; 0 if it begins with none (Unicode, table 3-7).
std::size_t character(std::string_view text) {
  const auto octet = [text](std::size_t i) { return i < text.size() ? static_cast<std::uint8_t>(text[i]) : std::uint8_t{0}; };
  const auto between = [](std::uint8_t value, int low, int high) { return value >= low && value <= high; };
  const auto tail = [&](std::size_t i) { return between(octet(i), 0x80, 0xBF); };
  const std::uint8_t first = octet(0);
  if (first < 0x80) return 1;
  if (between(first, 0xC2, 0xDF)) return tail(1) ? 2 : 0;
  if (between(first, 0xE0, 0xEF)) return between(octet(1), first == 0xE0 ? 0xA0 : 0x80, first == 0xED ? 0x9F : 0xBF) && tail(2) ? 3 : 0;
  if (between(first, 0xF0, 0xF4))
    return between(octet(1), first == 0xF0 ? 0x90 : 0x80, first == 0xF4 ? 0x8F : 0xBF) && tail(2) && tail(3) ? 4 : 0;
  return 0;
}

/// C0, DEL and C1 would move a terminal's cursor, a line or paragraph separator ends a line, and marks of direction show a name in another
/// order than it has; a backslash is what announces an escape.
bool harmless(std::string_view one) {
  const auto first = static_cast<std::uint8_t>(one[0]);
  if (one.size() == 1) return first >= 0x20 && first != 0x7F && first != '\\';
  const auto from = [one](std::string_view low, std::string_view high) { return low <= one && one <= high; };
  return !from("\u0080", "\u009F") && one != "\u061C" && !from("\u200E", "\u200F") && !from("\u2028", "\u202E") &&
         !from("\u2066", "\u2069");
}

}  // namespace

std::string printable(std::string_view octets) {
  std::string text;
  while (!octets.empty()) {
    const std::size_t length = character(octets);
    if (length > 0 && harmless(octets.substr(0, length))) {
      text += octets.substr(0, length);
      octets.remove_prefix(length);
    } else {
      text += fmt::format("\\x{:02x}", static_cast<std::uint8_t>(octets[0]));
      octets.remove_prefix(1);
    }
  }
  return text;
}

std::optional<char> escaped_octet(std::string_view text) {
  constexpr std::string_view digits = "0123456789abcdef";
  if (text.size() < escape_length || !text.starts_with("\\x")) return std::nullopt;
  const std::size_t high = digits.find(text[2]), low = digits.find(text[3]);
  if (high == std::string_view::npos || low == std::string_view::npos) return std::nullopt;
  return static_cast<char>(16 * high + low);
}

std::string octets_of(std::string_view shown) {
  std::string octets;
  for (std::string_view rest = shown; !rest.empty();) {
    const auto escaped = escaped_octet(rest);
    octets += escaped.value_or(rest.front());
    rest.remove_prefix(escaped ? escape_length : 1);
  }
  return printable(octets) == shown ? octets : std::string(shown);
}

std::string hex(View octets) {
  std::string text;
  for (const std::uint8_t octet : octets) text += fmt::format("{:02x}", octet);
  return text;
}

std::string octets_for_people(std::uint64_t octets) {
  constexpr std::array<std::string_view, 5> units{"KiB", "MiB", "GiB", "TiB", "PiB"};
  if (octets < 1024) return fmt::format("{} octets", octets);
  double value = static_cast<double>(octets) / 1024;
  std::size_t unit = 0;
  for (; value >= 1024 && unit + 1 < units.size(); ++unit) value /= 1024;
  return fmt::format("{:.1f} {}", value, units[unit]);
}

}  // namespace coffer::client
