#include "client/first_names.h"

#include <algorithm>

#include <fmt/format.h>

namespace coffer::client {

std::string FirstNames::identity(const Found& found) {
  return fmt::format("{} {} {} {}", found.stamp.device, found.stamp.inode, found.born_ns, found.entry.target);
}

void FirstNames::add(const Found& found) {
  const std::uint64_t others = found.names - 1;
  names_.keep(identity(found), found.entry.path, static_cast<std::uint32_t>(std::min<std::uint64_t>(others, KeptNames::for_good)));
}

}  // namespace coffer::client
