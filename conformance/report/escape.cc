#include "report/escape.h"

#include <fmt/format.h>

namespace coffer::conformance {
namespace {

bool starts_with_at(std::string_view text, std::size_t at, std::string_view what) { return text.substr(at, what.size()) == what; }

}  // namespace

std::string for_xml(std::string_view text) {
  std::string made;
  made.reserve(text.size() + text.size() / 8);
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    switch (c) {
      case '&': made += "&amp;"; break;
      case '<': made += "&lt;"; break;
      case '>': made += "&gt;"; break;
      case '"': made += "&quot;"; break;
      case '\n': made += "&#10;"; break;
      case '\t': made += "&#9;"; break;
      default:
        if (static_cast<unsigned char>(c) < 0x20) {
          made += "\uFFFD";
        } else if (starts_with_at(text, i, "\xEF\xBF\xBE") || starts_with_at(text, i, "\xEF\xBF\xBF")) {  // U+FFFE, U+FFFF
          made += "\uFFFD";
          i += 2;
        } else {
          made += c;
        }
    }
  }
  return made;
}

std::string for_script_element(std::string_view json) {
  std::string made;
  made.reserve(json.size());
  for (const char c : json) {
    // Inside JSON these stand only in strings, where the escape means the same.
    if (c == '<' || c == '>' || c == '&') {
      made += fmt::format("\\u{:04x}", static_cast<unsigned>(c));
    } else {
      made += c;
    }
  }
  return made;
}

std::string for_terminal(std::string_view text) {
  std::string made;
  made.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto octet = static_cast<unsigned char>(text[i]);
    const bool c1 = octet == 0xC2 && i + 1 < text.size() && static_cast<unsigned char>(text[i + 1]) < 0xA0;
    if ((octet < 0x20 && octet != '\n' && octet != '\t') || octet == 0x7F) {
      made += fmt::format("\\x{:02x}", octet);
    } else if (c1) {
      made += fmt::format("\\x{:02x}", static_cast<unsigned char>(text[++i]));
    } else {
      made += text[i];
    }
  }
  return made;
}

}  // namespace coffer::conformance
