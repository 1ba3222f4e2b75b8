#include "store/usage.h"

#include <algorithm>

#include <fmt/core.h>

#include "fault/switch.h"

namespace coffer::store {

Result<void> Usage::count() {
  if (!quota_octets_) return {};
  const auto archives = holdings_.index().archives();
  if (!archives) return std::unexpected(archives.error());
  const auto octets = holdings_.index().octets_by_archive();
  if (!octets) return std::unexpected(octets.error());
  octets_.clear();
  for (const auto& [archive, count] : *octets)
    if (const auto owner = archives->find(archive); owner != archives->end()) octets_[owner->second.user] += count;
  generation_ = holdings_.generation();
  return {};
}

Result<std::int64_t> Usage::growth(std::int64_t archive, std::uint64_t user, const Digest& id, std::int64_t pending, std::uint64_t octets) {
  if (!quota_octets_) return 0;
  // What was received and lost counts no more.
  if (generation_ != holdings_.generation())
    if (auto counted = count(); !counted) return std::unexpected(counted.error());
  const auto known = holdings_.where(archive, id);
  if (!known) return std::unexpected(known.error());
  if (*known && fault::on(fault::ARC_130_sent_again_for_nothing)) return 0;
  const auto grown = static_cast<std::int64_t>(octets) - static_cast<std::int64_t>(*known ? (*known)->record.length : 0);
  const auto quota = quota_octets_(user);
  const std::uint64_t used = octets_[user] + static_cast<std::uint64_t>(pending);
  // [ARC-130] A server that grants a user so many octets of sealed blocks … when a block comes that would take them beyond
  if (quota && grown > 0 && !fault::on(fault::ARC_130_any_number_of_octets) &&
      (used > *quota || static_cast<std::uint64_t>(grown) > *quota - used))
    return std::unexpected(
        Trouble{Trouble::Kind::over_quota, fmt::format("user {} has {} octets of blocks, its quota is {}", user, used, *quota)});
  return grown;
}

void Usage::add(std::uint64_t user, std::int64_t octets) {
  if (quota_octets_) octets_[user] += static_cast<std::uint64_t>(octets);
}

void Usage::release(std::uint64_t user, std::uint64_t octets) {
  std::uint64_t& used = octets_[user];
  used -= std::min(used, octets);
}

}  // namespace coffer::store
