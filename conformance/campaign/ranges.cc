#include "campaign/ranges.h"

#include <arpa/inet.h>

#include <algorithm>
#include <charconv>
#include <limits>
#include <stdexcept>

#include "coffer/spec/limits.h"

namespace coffer::conformance {
namespace {

constexpr std::size_t id_octets = spec::limits::block_id_octets;

/// A row's range, taken apart: "1..255 utf8" is 1, 255 and "utf8".
struct Range {
  std::int64_t least = 0, most = std::numeric_limits<std::int64_t>::max();
  std::string_view form;
};

Range read(std::string_view text) {
  Range range;
  if (text == "any" || text == "ip") return {.form = text};
  const auto* const end = text.data() + text.size();
  auto [after, error] = std::from_chars(text.data(), end, range.least);
  if (error != std::errc{}) throw std::logic_error("a range that cannot be read: " + std::string(text));
  if (std::string_view rest(after, end); rest.starts_with("..max")) {
    after += 5;
  } else if (rest.starts_with("..")) {
    after = std::from_chars(after + 2, end, range.most).ptr;
  } else {
    range.most = range.least;
  }
  range.form = {after == end ? after : after + 1, end};
  return range;
}

/// [MSG-007] Shortest forms, no surrogates, at most U+10FFFF, no U+0000.
bool is_text(View octets) {
  for (std::size_t at = 0; at < octets.size();) {
    const std::uint32_t first = octets[at];
    const std::size_t more = first < 0x80 ? 0 : first >> 5 == 6 ? 1 : first >> 4 == 14 ? 2 : first >> 3 == 30 ? 3 : octets.size();
    if (first == 0 || octets.size() - at <= more) return false;
    std::uint32_t point = more == 0 ? first : first & (0x3FU >> more);
    for (std::size_t i = 1; i <= more; ++i) {
      if (octets[at + i] >> 6 != 2) return false;
      point = point << 6 | (octets[at + i] & 0x3FU);
    }
    constexpr std::uint32_t least[] = {0, 0x80, 0x800, 0x10000};
    if (point < least[more] || point > 0x10FFFF || (point >= 0xD800 && point < 0xE000)) return false;
    at += more + 1;
  }
  return true;
}

/// [MSG-011]
bool is_address(const Octets& octets) {
  const std::string text(octets.begin(), octets.end());
  std::uint8_t address[16];
  return text.find('\0') == std::string::npos &&
         (::inet_pton(AF_INET, text.c_str(), address) == 1 || ::inet_pton(AF_INET6, text.c_str(), address) == 1);
}

bool alphanumeric(std::uint8_t c) { return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z'); }

bool fits(const Value& value, const Range& range) {
  const auto between = [&](std::size_t count) {
    return std::cmp_greater_equal(count, range.least) && std::cmp_less_equal(count, range.most);
  };
  if (range.form == "any") return true;
  if (const auto* number = std::get_if<std::uint64_t>(&value)) return between(*number) || (range.most == Range{}.most && *number != 0);
  if (const auto* number = std::get_if<std::int64_t>(&value)) return *number >= range.least && *number <= range.most;
  if (const auto* numbers = std::get_if<std::vector<std::uint16_t>>(&value))
    return between(numbers->size()) && std::ranges::adjacent_find(*numbers, std::greater_equal<>()) == numbers->end();
  if (const auto* items = std::get_if<std::vector<Message>>(&value)) return between(items->size());
  const auto& octets = std::get<Octets>(value);
  if (range.form == "ip") return is_address(octets);
  if (range.form == "ids") return octets.size() % id_octets == 0 && between(octets.size() / id_octets);
  if (range.form == "utf8") return between(octets.size()) && is_text(octets);
  if (range.form == "alphanumeric") return between(octets.size()) && std::ranges::all_of(octets, alphanumeric);
  return between(octets.size());
}

/// A field's value, by its name alone.
Value& field(Message& message, std::string_view name) {
  const auto& layout = spec::struct_layouts[message.layout_index()];
  for (std::uint32_t i = 0; i < layout.field_count; ++i)
    if (spec::field_layouts[layout.first_field + i].name == name) return message.at(i);
  throw std::logic_error("no field " + std::string(name) + " in " + std::string(message.name()));
}

bool has_type(const Message& message, std::string_view name, spec::FieldType type) {
  const auto& layout = spec::struct_layouts[message.layout_index()];
  return std::ranges::any_of(std::span(spec::field_layouts).subspan(layout.first_field, layout.field_count),
                             [&](const auto& one) { return one.name == name && one.type == type; });
}

std::vector<const spec::RangeRow*> rows_of(const Message& message) {
  std::vector<const spec::RangeRow*> rows;
  for (const auto& row : spec::range_rows)
    if (spec::name(row.message) == message.name()) rows.push_back(&row);
  return rows;
}

void spoil(Value& value, const Range& range, std::uint32_t choice) {
  const bool above = choice % 2 != 0 && range.most != Range{}.most;
  const auto size = [&](std::int64_t unit) {
    return static_cast<std::size_t>((above || range.least == 0 ? range.most + 1 : range.least - 1) * unit);
  };
  if (auto* number = std::get_if<std::uint64_t>(&value)) *number = above ? static_cast<std::uint64_t>(range.most + 1) : 0;
  if (auto* number = std::get_if<std::int64_t>(&value)) *number = above ? range.most + 1 : range.least - 1;
  if (auto* numbers = std::get_if<std::vector<std::uint16_t>>(&value)) *numbers = {3, 3};
  auto* octets = std::get_if<Octets>(&value);
  if (octets == nullptr) return;
  if (range.form == "ip") {
    constexpr const char* wrong[] = {"192.0.2.256", "host.example", "192.0.2.07", "fe80::1%eth0"};
    *octets = conformance::octets(wrong[choice % 4]);
  } else if (range.form == "ids") {
    const auto count = static_cast<std::size_t>(choice / 2 % 2 != 0 ? range.most + 1 : 1) * id_octets;
    *octets = repeated(choice / 2 % 2 != 0 ? count : count + id_octets / 2, 0x77);
  } else if (range.form == "utf8" && choice / 2 % 2 != 0) {
    *octets = {'a', 0xc0, 0xaf};
  } else if (range.form == "alphanumeric" && choice / 2 % 2 != 0 && !octets->empty()) {
    octets->back() = '-';
  } else {
    *octets = repeated(size(1), 'a');
  }
}

}  // namespace

bool in_range(const Message& message) {
  for (const auto* row : rows_of(message)) {
    const auto range = read(row->range);
    auto copy = message;
    const auto dot = row->field.find('.');
    auto& value = field(copy, row->field.substr(0, dot));
    if (dot == std::string_view::npos) {
      if (!fits(value, range)) return false;
      continue;
    }
    for (auto& item : std::get<std::vector<Message>>(value))
      if (!fits(field(item, row->field.substr(dot + 1)), range)) return false;
  }
  return true;
}

void put_out_of_range(Message& message, std::uint32_t value) {
  std::vector<const spec::RangeRow*> rows;
  for (const auto* row : rows_of(message))
    if (row->range != "any" && row->field.find('.') == std::string_view::npos && !row->range.ends_with("items")) rows.push_back(row);
  if (rows.empty()) return;
  const auto& row = *rows[value % rows.size()];
  spoil(field(message, row.field), read(row.range), value / static_cast<std::uint32_t>(rows.size()));
}

void stretch(Message& message) {
  for (const auto* row : rows_of(message)) {
    if (row->field.find('.') != std::string_view::npos) continue;
    const auto range = read(row->range);
    auto& value = field(message, row->field);
    if (auto* number = std::get_if<std::uint64_t>(&value); number != nullptr && has_type(message, row->field, spec::FieldType::u64))
      *number = std::numeric_limits<std::uint64_t>::max();
    if (auto* number = std::get_if<std::int64_t>(&value)) *number = range.most;
    auto* octets = std::get_if<Octets>(&value);
    if (octets == nullptr || range.form == "ip" || range.form == "any") continue;
    *octets = repeated(static_cast<std::size_t>(range.most) * (range.form == "ids" ? id_octets : 1), 'a');
  }
}

}  // namespace coffer::conformance
