#include "client/kept_names.h"

#include <array>
#include <cstring>
#include <functional>
#include <span>

namespace coffer::client {
namespace {

using Lengths = std::array<std::uint32_t, 2>;  // of key and name

std::uint64_t number_of(std::string_view key) { return std::hash<std::string_view>{}(key); }

std::span<std::uint8_t> octets_of(std::string& text) { return {reinterpret_cast<std::uint8_t*>(text.data()), text.size()}; }

}  // namespace

void KeptNames::keep(std::string_view key, std::string_view name, std::uint32_t times) {
  std::string before;
  if (const auto known = look(key, before); known != places_.end()) places_.erase(known);
  if (places_.empty()) {
    file_.clear();
    newest_.clear();
  }
  places_.emplace(number_of(key), Place{file_.size() + newest_.size(), times});
  const Lengths lengths{static_cast<std::uint32_t>(key.size()), static_cast<std::uint32_t>(name.size())};
  newest_.append(reinterpret_cast<const char*>(lengths.data()), sizeof lengths).append(key).append(name);
  if (newest_.size() < in_memory_max_ || !writable_) return;
  writable_ = file_.append(octets_of(newest_)).has_value();
  if (writable_) newest_.clear();
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
    if (!read(at->second.offset, text)) continue;
    std::memcpy(lengths.data(), text.data(), sizeof lengths);
    if (lengths[0] != key.size()) continue;
    text.resize(std::size_t{lengths[0]} + lengths[1]);
    if (!read(at->second.offset + sizeof lengths, text) || !text.starts_with(key)) continue;
    name = text.substr(key.size());
    return at;
  }
  return places_.end();
}

bool KeptNames::read(std::uint64_t offset, std::string& into) const {
  if (offset < file_.size()) return file_.read(offset, octets_of(into)).has_value();
  into = newest_.substr(offset - file_.size(), into.size());
  return true;
}

}  // namespace coffer::client
