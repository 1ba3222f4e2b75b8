#include "client/watch_plan.h"

#include <algorithm>
#include <utility>

namespace coffer::client {

void Dirty::add(const Dirty& other) {
  everything = everything || other.everything;
  directories.insert(other.directories.begin(), other.directories.end());
  trees.insert(other.trees.begin(), other.trees.end());
}

bool lies_below(const std::string& path, const std::string& directory) {
  if (directory.empty()) return !path.empty();
  return path.size() > directory.size() && path[directory.size()] == '/' && path.starts_with(directory);
}

WatchPlan::WatchPlan(const WatchPauses& pauses, Moment now)
    : pauses_(pauses), unwatched_at_(now + pauses.unwatched), whole_at_(now), next_pause_(pauses.retry_first) {}

void WatchPlan::change(Moment now) {
  if (dirty_.empty()) first_change_ = now;
  last_change_ = now;
}

void WatchPlan::directory_changed(const std::string& path, Moment now) {
  change(now);
  if (!dirty_.everything) dirty_.directories.insert(path);
}

void WatchPlan::tree_changed(const std::string& path, Moment now) {
  change(now);
  if (!dirty_.everything) dirty_.trees.insert(path);
}

// [ARC-091] A client that watches MUST look at everything again when it may have missed changes.
void WatchPlan::everything_changed(Moment now) {
  change(now);
  dirty_ = {.everything = true, .directories = {}, .trees = {}};
}

void WatchPlan::cannot_watch(const std::string& path) {
  const auto covers = [&](const std::string& root) { return root == path || lies_below(path, root); };
  if (std::ranges::any_of(unwatched_, covers)) return;
  std::erase_if(unwatched_, [&](const std::string& root) { return lies_below(root, path); });
  unwatched_.insert(path);
}

void WatchPlan::can_watch(const std::string& path) { unwatched_.erase(path); }

std::optional<Moment> WatchPlan::due() const {
  if (under_way_) return std::nullopt;
  if (retry_at_) return retry_at_;
  Moment at = whole_at_;
  if (!unwatched_.empty()) at = std::min(at, unwatched_at_);
  // [ARC-090] A client that watches MUST back up a change without being asked, within a stated time.
  if (!dirty_.empty()) at = std::min(at, std::min(last_change_ + pauses_.quiet, first_change_ + pauses_.delay_max));
  return at;
}

Dirty WatchPlan::begin(Moment now) {
  Dirty taken = std::exchange(dirty_, {});
  // [ARC-094] A client that watches SHOULD look at everything from time to time.
  if (now >= whole_at_) taken.everything = true;
  // [ARC-093] A client that watches MUST look from time to time at what its computer cannot watch for it.
  if (now >= unwatched_at_) taken.trees.insert(unwatched_.begin(), unwatched_.end());
  under_way_ = taken;
  return taken;
}

void WatchPlan::done(Moment now) {
  if (under_way_->everything) whole_at_ = now + pauses_.whole;
  if (now >= unwatched_at_) unwatched_at_ = now + pauses_.unwatched;
  under_way_.reset();
  retry_at_.reset();
  next_pause_ = pauses_.retry_first;
}

// [ARC-092] A client that watches MUST keep a change that it could not back up as still to be backed up.
Moment WatchPlan::failed(Moment now) {
  if (dirty_.empty()) first_change_ = last_change_ = now;
  dirty_.add(*under_way_);
  under_way_.reset();
  const Moment pause = next_pause_;
  retry_at_ = now + pause;
  next_pause_ = std::min(2 * next_pause_, pauses_.retry_max);
  return pause;
}

}  // namespace coffer::client
