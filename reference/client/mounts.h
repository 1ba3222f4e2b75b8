// The file systems that are mounted, as the kernel's table has them. Must not know: who watches them, and which matter to whom.
#pragma once

#include <compare>
#include <optional>
#include <set>
#include <string>

namespace coffer::client {

struct Mount {
  std::string path;  // as in an archive; empty: /
  std::string what;  // the kernel's numbers of it: what is mounted anew has others
  auto operator<=>(const Mount&) const = default;
};

/// A line of the table; none where that is no such line.
std::optional<Mount> mount_of(const std::string& line);

/// None: the kernel does not say.
std::optional<std::set<Mount>> mounts_now();

}  // namespace coffer::client
