// Things handed from one thread to another, never more waiting than a stated weight: what keeps a fast reader from filling the memory.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <mutex>
#include <utility>
#include <vector>

namespace coffer::client {

template <typename Item>
class BoundedQueue {
 public:
  explicit BoundedQueue(std::size_t weight_max) : weight_max_(weight_max) {}

  /// Waits for room. False: the other side has stopped, and the item is dropped.
  bool push(Item item, std::size_t weight) {
    std::unique_lock lock(mutex_);
    room_.wait(lock, [&] { return stopped_ || weight_ == 0 || weight_ + weight <= weight_max_; });
    if (stopped_) return false;
    items_.push_back(std::move(item));
    weight_ += weight;
    if (items_.size() == 1) filled_.notify_one();
    return true;
  }
  /// Nothing more will be pushed.
  void close() {
    const std::lock_guard lock(mutex_);
    closed_ = true;
    filled_.notify_one();
  }
  /// Nothing more will be taken.
  void stop() {
    const std::lock_guard lock(mutex_);
    stopped_ = true;
    room_.notify_all();
  }
  /// All that waits. Empty: nothing came within the time, or nothing ever will (drained() tells).
  std::vector<Item> pop(std::chrono::milliseconds patience) {
    std::unique_lock lock(mutex_);
    filled_.wait_for(lock, patience, [&] { return closed_ || !items_.empty(); });
    weight_ = 0;
    room_.notify_one();
    return std::exchange(items_, {});
  }
  bool drained() const {
    const std::lock_guard lock(mutex_);
    return closed_ && items_.empty();
  }

 private:
  mutable std::mutex mutex_;
  std::condition_variable room_, filled_;
  std::vector<Item> items_;
  const std::size_t weight_max_;
  std::size_t weight_ = 0;
  bool closed_ = false, stopped_ = false;
};

}  // namespace coffer::client
