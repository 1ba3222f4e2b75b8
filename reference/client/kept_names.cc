#include "client/kept_names.h"

#include <array>
#include <cstring>
#include <functional>

namespace coffer::client {
namespace {

using Lengths = std::array<std::uint32_t, 2>;  // of key and name

std::uint64_t number_of(std::string_view key) { return std::hash<std::string_view>{}(key); }

}  // namespace

void KeptNames::keep(std::string_view key, std::string_view name, std::uint32_t times) {
  std::string before;
  if (const auto known = look(key, before); known != places_.end()) places_.erase(known);
  if (places_.empty()) texts_.clear();
  places_.emplace(number_of(key), Place{texts_.size(), times});
  const Lengths lengths{static_cast<std::uint32_t>(key.size()), static_cast<std::uint32_t>(name.size())};
  std::string text(reinterpret_cast<const char*>(lengths.data()), sizeof lengths);
  texts_.append(text.append(key).append(name));
}

std::optional<std::string> KeptNames::find(std::string_view key) {
  std::string name;
  const auto found = look(key, name);
  if (found == places_.end()) return std::nullopt;
  if (found->second.times != for_good && --found->second.times == 0) places_.erase(found);
  return name;
}

KeptNames::Places::iterator KeptNames::look(std::string_view key, std::string& name) {
  const auto [begin, end] = places_.equal_range(number_of(key));
  for (auto at = begin; at != end; ++at) {
    Lengths lengths{};
    std::string text(sizeof lengths, '\0');
    if (!texts_.read(at->second.offset, text)) continue;
    std::memcpy(lengths.data(), text.data(), sizeof lengths);
    if (lengths[0] != key.size()) continue;
    text.resize(std::size_t{lengths[0]} + lengths[1]);
    if (!texts_.read(at->second.offset + sizeof lengths, text) || !text.starts_with(key)) continue;
    name = text.substr(key.size());
    return at;
  }
  return places_.end();
}

}  // namespace coffer::client
