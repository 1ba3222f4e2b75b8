#include "client/watch_plan.h"

#include <algorithm>
#include <utility>

namespace coffer::client {

WatchPlan::WatchPlan(const WatchPauses& pauses, Moment now) : pauses_(pauses), next_pause_(pauses.retry_first), begun_at_(now) {}

void WatchPlan::changed(Moment now) {
  if (!dirty_) first_change_ = now;
  dirty_ = true;
  last_change_ = now;
}

std::optional<Moment> WatchPlan::due() const {
  if (under_way_) return std::nullopt;
  if (retry_at_) return retry_at_;
  if (!looked_at_) return begun_at_;
  // [ARC-094] A client that watches SHOULD look at everything from time to time.
  Moment at = *looked_at_ + pauses_.whole;
  // [ARC-093] A client that watches MUST look from time to time at what its computer cannot watch for it.
  if (!watches_all_) at = std::min(at, *looked_at_ + pauses_.unwatched);
  if (again_at_) at = std::min(at, *again_at_);
  // [ARC-090] A client that watches MUST back up a change without being asked, within a stated time.
  if (dirty_) at = std::min(at, std::min(last_change_ + pauses_.quiet, first_change_ + pauses_.delay_max));
  return at;
}

void WatchPlan::begin() {
  under_way_ = true;
  dirty_ = false;
}

void WatchPlan::done(Moment now) {
  under_way_ = false;
  looked_at_ = now;
  again_at_.reset();
  retry_at_.reset();
  next_pause_ = pauses_.retry_first;
}

Moment WatchPlan::pause() { return std::exchange(next_pause_, std::min(2 * next_pause_, pauses_.retry_max)); }

// [ARC-092] A client that watches MUST keep a change that it could not back up as still to be backed up, and try again with growing pauses.
Moment WatchPlan::left(Moment now) {
  const Moment grown = pause();
  const Moment next = next_pause_;
  done(now);
  next_pause_ = next;
  again_at_ = now + grown;
  return grown;
}

Moment WatchPlan::failed(Moment now) {
  under_way_ = false;
  const Moment grown = pause();
  retry_at_ = now + grown;
  return grown;
}

}  // namespace coffer::client
