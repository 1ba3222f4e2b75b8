#include "accounts/fixture_reader.h"

#include <algorithm>
#include <charconv>
#include <set>
#include <vector>

#include <fmt/core.h>
#include <nlohmann/json.hpp>

namespace coffer::accounts {
namespace {

using nlohmann::json;

/// A member's name as part of an RFC 6901 pointer.
std::string escaped(std::string_view member) {
  std::string out;
  for (const char c : member) out += c == '~' ? "~0" : c == '/' ? "~1" : std::string(1, c);
  return out;
}

/// The library's own words would quote what it read last, which may be a password.
std::string place_of(std::string_view text, std::size_t octet) {
  const auto before = text.substr(0, std::min(octet == 0 ? 0 : octet - 1, text.size()));
  const auto line_start = before.rfind('\n') + 1;  // 0 without one
  return fmt::format("at line {}, octet {}", 1 + std::ranges::count(before, '\n'), before.size() - line_start + 1);
}

/// What stands there, without its contents: they may be a password.
std::string described(const json& value) {
  if (value.is_array()) return "an array";
  if (value.is_object()) return "an object";
  if (value.is_string()) return fmt::format("text of {} octets", value.get_ref<const std::string&>().size());
  return value.dump();
}

/// Follows a parse and finds the first member that an object names twice, which the parsed value no longer shows.
class DuplicateFinder {
 public:
  void follow(json::parse_event_t event, const json& parsed) {
    using enum json::parse_event_t;
    switch (event) {
      case object_start:
      case array_start: open(event == array_start); break;
      case key: member(parsed.get<std::string>()); break;
      case value: step(); break;
      case object_end:
      case array_end: levels_.pop_back(); break;
    }
  }
  const std::optional<std::string>& pointer() const { return duplicate_; }

 private:
  struct Level {
    bool array = false;
    std::size_t index = 0;
    std::string member;
    std::set<std::string> members;
  };

  void step() {
    if (!levels_.empty() && levels_.back().array) ++levels_.back().index;
  }
  void open(bool array) {
    step();
    levels_.push_back({.array = array, .index = 0, .member = {}, .members = {}});
  }
  void member(std::string name) {
    Level& level = levels_.back();
    level.member = name;
    if (level.members.insert(std::move(name)).second || duplicate_) return;
    duplicate_.emplace();
    for (const Level& above : levels_) *duplicate_ += "/" + (above.array ? std::to_string(above.index - 1) : escaped(above.member));
  }

  std::vector<Level> levels_;
  std::optional<std::string> duplicate_;
};

}  // namespace

json FixtureReader::parse(std::string_view text) {
  if (text.starts_with("\xff\xfe") || text.starts_with("\xfe\xff")) {
    error_ = FixtureError{file_, "", "one JSON document in UTF-8", "the byte-order mark of UTF-16", "save it as UTF-8"};
    return nullptr;
  }
  DuplicateFinder duplicates;
  json document;
  try {
    document = json::parse(text, [&](int, json::parse_event_t event, json& parsed) {
      duplicates.follow(event, parsed);
      return true;
    });
  } catch (const json::parse_error& broken) {
    error_ =
        FixtureError{file_, "", "one JSON document", "what is none " + place_of(text, broken.byte), "mend the JSON at the stated place"};
    return nullptr;
  } catch (const json::exception&) {
    error_ = FixtureError{file_, "", "one JSON document", "a number beyond every range", "mend the number"};
    return nullptr;
  }
  if (duplicates.pointer()) error_ = FixtureError{file_, *duplicates.pointer(), "each member once", "it twice", "remove one of them"};
  return document;
}

void FixtureReader::object(const Place& at, std::initializer_list<std::string_view> members) {
  if (!at) return;
  if (!at.value->is_object()) return fail(at, "an object", "", "see the fixture's description");
  for (const auto& [member, value] : at.value->items()) {
    if (std::find(members.begin(), members.end(), member) != members.end()) continue;
    std::string known;
    for (const auto& name : members) known += (known.empty() ? "" : ", ") + std::string(name);
    fail({&value, at.pointer + "/" + escaped(member)}, "only the members " + known, "another member", "remove it or mend its spelling");
  }
}

Place FixtureReader::required(const Place& object, std::string_view member, std::string_view expected) {
  Place found = optional(object, member);
  if (!found && object) fail({nullptr, object.pointer + "/" + escaped(member)}, std::string(expected), "nothing", "add it");
  return found;
}

Place FixtureReader::optional(const Place& object, std::string_view member) const {
  if (!object || !object.value->is_object()) return {};
  const auto found = object.value->find(member);
  return found == object.value->end() ? Place{} : Place{&*found, object.pointer + "/" + escaped(member)};
}

void FixtureReader::each(const Place& array, const std::function<void(const Place&)>& take) {
  if (!array) return;
  if (!array.value->is_array()) return fail(array, "an array", "", "put the value into [ ]");
  for (std::size_t i = 0; i < array.value->size(); ++i) take({&(*array.value)[i], array.pointer + "/" + std::to_string(i)});
}

std::uint64_t FixtureReader::number(const Place& at, std::uint64_t least, std::uint64_t most) {
  if (!at) return least;
  if (at.value->is_number_unsigned()) {
    const auto value = at.value->get<std::uint64_t>();
    if (value >= least && value <= most) return value;
  }
  fail(at, fmt::format("a whole number from {} to {}", least, most), "", "change it to one in this range");
  return least;
}

bool FixtureReader::boolean(const Place& at) {
  if (!at) return false;
  if (at.value->is_boolean()) return at.value->get<bool>();
  fail(at, "true or false", "", "write it without quotation marks");
  return false;
}

std::string FixtureReader::text(const Place& at, std::size_t least, std::size_t most) {
  std::string value = secret(at, least, most);
  if (value.find('\0') != std::string::npos) fail(at, "text without a zero character", "one in it", "remove \\u0000");
  return value;
}

std::string FixtureReader::secret(const Place& at, std::size_t least, std::size_t most) {
  if (!at) return {};
  if (at.value->is_string()) {
    const auto& value = at.value->get_ref<const std::string&>();
    if (value.size() >= least && value.size() <= most) return value;
  }
  fail(at, fmt::format("text of {} to {} octets", least, most), "", "change it to one of this length");
  return {};
}

std::uint64_t FixtureReader::guid(const Place& at) {
  if (!at) return 0;
  if (at.value->is_string())
    if (const auto guid = parse_guid(at.value->get_ref<const std::string&>())) return *guid;
  fail(at, "16 lower-case hex digits, not all 0, as text", at.value->is_string() ? at.value->dump() : "", "give the guid in this form");
  return 0;
}

Octets FixtureReader::hex(const Place& at, std::size_t octets) {
  if (!at) return {};
  Octets out;
  if (at.value->is_string()) {
    const auto& digits = at.value->get_ref<const std::string&>();
    for (std::size_t i = 0; digits.size() == 2 * octets && i < octets; ++i) {
      std::uint8_t octet = 0;
      const char* begin = digits.data() + 2 * i;
      if (std::from_chars(begin, begin + 2, octet, 16).ptr != begin + 2) break;
      out.push_back(octet);
    }
  }
  if (out.size() != octets) fail(at, fmt::format("{} octets as {} hex digits", octets, 2 * octets), "", "give it in this form");
  return out;
}

void FixtureReader::fail(const Place& at, std::string expected, std::string found, std::string advice) {
  if (error_) return;
  if (found.empty() && at.value != nullptr) found = described(*at.value);
  error_ = FixtureError{file_, at.pointer, std::move(expected), std::move(found), std::move(advice)};
}

}  // namespace coffer::accounts
