#include "keys/key_text.h"

namespace coffer::keys {
namespace {

constexpr std::string_view blank = " \t\r\n";
constexpr std::string_view digits = "0123456789abcdef";

int digit_value(char digit) {
  if (digit >= '0' && digit <= '9') return digit - '0';
  if (digit >= 'a' && digit <= 'f') return digit - 'a' + 10;
  if (digit >= 'A' && digit <= 'F') return digit - 'A' + 10;
  return -1;
}

std::string_view trimmed(std::string_view text) {
  const auto first = text.find_first_not_of(blank);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(blank) - first + 1);
}

}  // namespace

std::expected<ArchiveKey, KeyError> parse_archive_key(std::string_view text) {
  const std::string_view hex = trimmed(text);
  if (hex.size() != 2 * archive_key_octets) return std::unexpected(KeyError::wrong_length);
  Secret octets(archive_key_octets);
  for (std::size_t i = 0; i < octets.size(); ++i) {
    const int high = digit_value(hex[2 * i]), low = digit_value(hex[2 * i + 1]);
    if (high < 0 || low < 0) return std::unexpected(KeyError::not_hex);
    octets[i] = static_cast<std::uint8_t>(high << 4 | low);
  }
  return ArchiveKey::from_octets(octets);
}

Secret format_archive_key(const ArchiveKey& key) {
  Secret text;
  text.reserve(2 * archive_key_octets + 1);
  for (const std::uint8_t octet : key.octets()) {
    text.push_back(static_cast<std::uint8_t>(digits[octet >> 4]));
    text.push_back(static_cast<std::uint8_t>(digits[octet & 15]));
  }
  text.push_back('\n');
  return text;
}

}  // namespace coffer::keys
