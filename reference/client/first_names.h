// Of files with several names the one that came first, which later ones are hard links to.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <tuple>

#include "client/found.h"

namespace coffer::client {

class FirstNames {
 public:
  /// The path of what is the same file; nullptr: this is its first name.
  const std::string* find(const Found& found) const;
  void add(const Found& found);

 private:
  /// An inode's number passes on between two looks, and then its birth is another, or a symbolic link's target.
  using Identity = std::tuple<std::uint64_t, std::uint64_t, std::int64_t, std::string>;  // device, inode, birth, target
  static Identity identity(const Found& found);
  std::map<Identity, std::string> names_;
};

}  // namespace coffer::client
