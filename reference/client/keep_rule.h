// Which versions a rule of section 8.9 keeps. Must not know: servers, blocks; times come in as values.
#pragma once

#include <cstdint>
#include <vector>

namespace coffer::client {

/// How many to keep of each; 0: none for its own sake.
struct KeepRule {
  std::uint64_t last = 0, daily = 0, weekly = 0, monthly = 0;
  bool empty() const { return last == 0 && daily == 0 && weekly == 0 && monthly == 0; }
};

struct DatedVersion {
  std::uint64_t number = 0;
  std::int64_t created_ns = 0;
};

/// The numbers, ascending, of those that the rule does not keep. The newest is always kept. `versions` are those that have a tree and are
/// not retired, by ascending number.
std::vector<std::uint64_t> let_go(const KeepRule& rule, const std::vector<DatedVersion>& versions);

}  // namespace coffer::client
