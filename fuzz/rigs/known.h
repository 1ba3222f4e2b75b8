// What was made of octets before, for whoever always makes the same of the same: most of what a session sends was sent in inputs before.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "protocol/octets.h"

namespace coffer::fuzz {

template <typename Made>
class Known {
 public:
  /// Stands until this is asked again.
  const Made& of(View octets, auto&& make) {
    if (octets.size() > octets_max) return large_ = make(octets);
    const std::string_view text(reinterpret_cast<const char*>(octets.data()), octets.size());
    if (const auto found = known_.find(text); found != known_.end()) return found->second;
    if (known_.size() == known_max) known_.clear();
    return known_.emplace(text, make(octets)).first->second;
  }

 private:
  static constexpr std::size_t known_max = 4096, octets_max = 512;
  struct Hash : std::hash<std::string_view> {
    using is_transparent = void;
  };
  std::unordered_map<std::string, Made, Hash, std::equal_to<>> known_;
  Made large_;
};

}  // namespace coffer::fuzz
