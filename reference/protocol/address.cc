#include "protocol/address.h"

#include <algorithm>
#include <cstddef>
#include <optional>

namespace coffer::protocol {
namespace {

/// The text before the separator, which is taken away with it; all of it where there is none.
std::string_view take_until(std::string_view& text, char separator) {
  const std::string_view part = text.substr(0, text.find(separator));
  text.remove_prefix(std::min(part.size() + 1, text.size()));
  return part;
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_hex_digit(char c) { return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); }

bool is_octet(std::string_view digits) {
  if (digits.empty() || digits.size() > 3 || !std::ranges::all_of(digits, is_digit) || (digits.size() > 1 && digits.front() == '0'))
    return false;
  return digits.size() < 3 || digits <= "255";
}

bool is_ipv4(std::string_view text) {
  if (std::ranges::count(text, '.') != 3) return false;
  for (int i = 0; i < 4; ++i)
    if (!is_octet(take_until(text, '.'))) return false;
  return true;
}

/// How many groups of 16 bits these are, colons between; an IPv4 address in the last place counts as two. nullopt: they are none.
std::optional<std::size_t> groups(std::string_view text, bool may_end_in_ipv4) {
  if (text.empty()) return 0;
  for (std::size_t count = 1;; ++count) {
    const bool last = text.find(':') == std::string_view::npos;
    const std::string_view group = take_until(text, ':');
    if (last && may_end_in_ipv4 && is_ipv4(group)) return count + 1;
    if (group.empty() || group.size() > 4 || !std::ranges::all_of(group, is_hex_digit)) return std::nullopt;
    if (last) return count;
  }
}

bool is_ipv6(std::string_view text) {
  constexpr std::size_t all_groups = 8;
  const std::size_t gap = text.find("::");
  if (gap == std::string_view::npos) return groups(text, true) == all_groups;
  const auto before = groups(text.substr(0, gap), false);
  const auto after = groups(text.substr(gap + 2), true);
  return before && after && *before + *after < all_groups;  // the gap stands for at least one group
}

}  // namespace

bool is_address(std::string_view text) { return is_ipv4(text) || is_ipv6(text); }

}  // namespace coffer::protocol
