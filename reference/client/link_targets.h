// Which paths the hard links of a version lead to. Many millions may be: of each no more than a number is held, which other paths share
// once in a long time, and are then remembered in vain.
// Must not know: where anything is written.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <unordered_set>

namespace coffer::client {

class LinkTargets {
 public:
  void add(const std::string& path) { numbers_.insert(std::hash<std::string>{}(path)); }
  bool may_contain(const std::string& path) const { return numbers_.contains(std::hash<std::string>{}(path)); }

 private:
  std::unordered_set<std::size_t> numbers_;
};

}  // namespace coffer::client
