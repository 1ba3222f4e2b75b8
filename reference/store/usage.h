// How many octets of blocks each user has in all archives together, and how many they may have. Must not know: sessions.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>

#include "store/holdings.h"

namespace coffer::store {

/// Under the holdings' mutex, which must outlive it. Counts nothing where there are no quotas.
class Usage {
 public:
  using Quota = std::function<std::optional<std::uint64_t>(std::uint64_t user)>;
  Usage(Holdings& holdings, Quota quota_octets) : holdings_(holdings), quota_octets_(std::move(quota_octets)) {}

  /// Counts what the index has.
  Result<void> count();
  /// By how much a block adds to what its user has, `pending` octets being on the way: less than nothing when it takes the place of a
  /// longer one. Trouble over_quota when that is too much.
  Result<std::int64_t> growth(std::int64_t archive, std::uint64_t user, const Digest& id, std::int64_t pending, std::uint64_t octets);
  void add(std::uint64_t user, std::int64_t octets);
  void release(std::uint64_t user, std::uint64_t octets);

 private:
  Holdings& holdings_;
  const Quota quota_octets_;
  std::map<std::uint64_t, std::uint64_t> octets_;
  std::uint64_t generation_ = 0;  // of the holdings, when they were counted
};

}  // namespace coffer::store
