// The one text form of a guid: 16 lower-case hex digits.
#include <algorithm>
#include <charconv>

#include <fmt/core.h>

#include "accounts/fixture.h"

namespace coffer::accounts {

std::optional<std::uint64_t> parse_guid(std::string_view text) {
  const auto is_lower_hex = [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); };
  if (text.size() != 16 || !std::all_of(text.begin(), text.end(), is_lower_hex)) return std::nullopt;
  std::uint64_t guid = 0;
  std::from_chars(text.data(), text.data() + text.size(), guid, 16);
  return guid == 0 ? std::nullopt : std::optional(guid);
}

std::string guid_text(std::uint64_t guid) { return fmt::format("{:016x}", guid); }

}  // namespace coffer::accounts
