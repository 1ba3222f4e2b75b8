// Names that are looked up by others, of any number: in memory there is a number and a place of each, some 56 octets; the texts are a long
// one. Must not know: what is named, where texts lie.
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "client/long_text.h"

namespace coffer::client {

class KeptNames {
 public:
  explicit KeptNames(std::string directory, std::size_t in_memory_max = std::size_t{1} << 20U)
      : texts_(std::move(directory), in_memory_max) {}

  static constexpr std::uint32_t for_good = std::numeric_limits<std::uint32_t>::max();
  /// The key leads to this name from now on, to no other, and is forgotten once it was found so many times.
  void keep(std::string_view key, std::string_view name, std::uint32_t times = for_good);
  /// What the disk does not give back is not known any more.
  std::optional<std::string> find(std::string_view key);
  std::size_t size() const { return places_.size(); }

 private:
  struct Place {
    std::uint64_t offset = 0;  // of the lengths of key and name, and these
    std::uint32_t times = 0;
  };
  using Places = std::unordered_multimap<std::uint64_t, Place>;  // by a number of the key, which others may share
  Places::iterator look(std::string_view key, std::string& name);

  LongText texts_;
  Places places_;
};

}  // namespace coffer::client
