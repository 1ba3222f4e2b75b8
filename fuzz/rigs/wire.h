// What a man in the middle holds: the records of a channel on their way in one direction, and those that went before.
// Must not know: channels, sessions.
#pragma once

#include <deque>
#include <vector>

#include "protocol/octets.h"

namespace coffer::fuzz {

class Wire {
 public:
  void put(std::vector<Octets> records) {
    for (auto& record : records) waiting_.push_back(std::move(record));
  }
  bool empty() const { return waiting_.empty(); }
  /// The record in that place, counted around; it no longer waits. Stands as long as the wire; nullptr: none waits.
  const Octets* take(std::size_t place) {
    if (waiting_.empty()) return nullptr;
    const auto at = waiting_.begin() + static_cast<std::ptrdiff_t>(place % waiting_.size());
    const auto& record = past_.emplace_back(std::move(*at));
    waiting_.erase(at);
    return &record;
  }
  /// One that was taken before.
  const Octets* again(std::size_t place) const { return past_.empty() ? nullptr : &past_[place % past_.size()]; }

 private:
  std::vector<Octets> waiting_;
  std::deque<Octets> past_;
};

}  // namespace coffer::fuzz
