// The device's JSON files, read strictly: whatever is not as expected is named with its place, and what to do about it.
// Must not know: which files there are. Only the sources of Device include this.
#pragma once

#include <charconv>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "client/failure.h"
#include "client/small_file.h"

namespace coffer::client::device_json {

using Json = nlohmann::json;

inline std::unexpected<Failure> local(std::string message) { return std::unexpected(Failure{ExitCode::local, std::move(message)}); }

/// Thrown below and caught in read(): what a reader expected, and where.
struct Wrong {
  std::string pointer;
  std::string expected;
};

inline const Json& member(const Json& object, const char* name, const std::string& at = {}) {
  if (!object.is_object()) throw Wrong{at.empty() ? "/" : at, "an object"};
  const auto found = object.find(name);
  if (found == object.end()) throw Wrong{at + "/" + name, "a value here"};
  return *found;
}

template <typename Parse>
auto parsed(const Json& object, const char* name, Parse parse, const char* expected, const std::string& at = {}) {
  const Json& value = member(object, name, at);
  if (value.is_string())
    if (auto result = parse(value.template get_ref<const std::string&>())) return *result;
  throw Wrong{at + "/" + name, expected};
}

inline std::string string(const Json& object, const char* name, const std::string& at = {}) {
  const auto any = [](const std::string& text) { return std::optional(text); };
  return parsed(object, name, any, "a text", at);
}

template <typename Number>
Number number(const Json& object, const char* name, const std::string& at = {}) {
  const Json& value = member(object, name, at);
  if (!value.is_number_unsigned() || value.get<std::uint64_t>() > std::numeric_limits<Number>::max())
    throw Wrong{at + "/" + name, fmt::format("a whole number from 0 to {}", std::numeric_limits<Number>::max())};
  return value.get<Number>();
}

inline bool boolean(const Json& object, const char* name, const std::string& at = {}) {
  const Json& value = member(object, name, at);
  if (!value.is_boolean()) throw Wrong{at + "/" + name, "true or false"};
  return value.get<bool>();
}

/// Octets as digits of either case, two for each; none for no octets. JSON holds only text.
inline std::optional<Octets> parse_hex(std::string_view text) {
  Octets octets;
  for (; text.size() >= 2; text.remove_prefix(2)) {
    std::uint8_t octet = 0;
    if (std::from_chars(text.data(), text.data() + 2, octet, 16).ptr != text.data() + 2) return std::nullopt;
    octets.push_back(octet);
  }
  if (!text.empty() || octets.empty()) return std::nullopt;
  return octets;
}

/// What `take` makes of each element of a list; it gets the element's place too.
template <typename Take>
auto list(const Json& object, const char* name, Take take) {
  const Json& all = member(object, name);
  if (!all.is_array()) throw Wrong{std::string("/") + name, "a list"};
  std::vector<decltype(take(all, std::string()))> taken;
  for (const Json& one : all) taken.push_back(take(one, fmt::format("/{}/{}", name, taken.size())));
  return taken;
}

/// Reads a file with `take`; nullopt when it does not exist. `cure` says what to do about a damaged one; `before` may change the text that
/// is read, in memory that is wiped.
template <typename Take, typename Before>
auto read(const std::string& path, std::string_view cure, Take take, Before before)
    -> Outcome<std::optional<decltype(take(std::declval<Json>()))>> {
  auto file = read_small_file(path);
  if (!file) return std::unexpected(file.error());
  if (file->missing) return std::nullopt;
  before(file->octets);
  const Json json = Json::parse(file->octets.begin(), file->octets.end(), nullptr, false);
  if (json.is_discarded()) return local(fmt::format("{} is not JSON: it was damaged or edited wrongly. {}", path, cure));
  try {
    return take(json);
  } catch (const Wrong& wrong) {
    return local(fmt::format("{}: at {} there should be {}. {}", path, wrong.pointer, wrong.expected, cure));
  }
}

template <typename Take>
auto read(const std::string& path, std::string_view cure, Take take) {
  return read(path, cure, take, [](const auto&) {});
}

inline Outcome<void> write(const std::string& path, const Json& json, Outcome<void> (*replace)(const std::string&, View) = replace_file) {
  const std::string text = json.dump(2) + "\n";
  return replace(path, {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()});
}

}  // namespace coffer::client::device_json
