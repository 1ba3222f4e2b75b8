// What a man in the middle holds: the records of a channel on their way in one direction, and those that went before.
// Must not know: channels, sessions.
#pragma once

#include <deque>
#include <optional>
#include <vector>

#include "protocol/octets.h"

namespace coffer::fuzz {

class Wire {
 public:
  void put(std::vector<Octets> records) {
    for (auto& record : records) waiting_.push_back(std::move(record));
  }
  bool empty() const { return waiting_.empty(); }
  /// The record in that place, counted around; it no longer waits.
  std::optional<Octets> take(std::size_t place) {
    if (waiting_.empty()) return std::nullopt;
    const auto at = waiting_.begin() + static_cast<std::ptrdiff_t>(place % waiting_.size());
    auto record = std::move(*at);
    waiting_.erase(at);
    past_.push_back(record);
    return record;
  }
  /// One that was taken before.
  std::optional<Octets> again(std::size_t place) const { return past_.empty() ? std::nullopt : std::optional(past_[place % past_.size()]); }

 private:
  std::deque<Octets> waiting_;
  std::vector<Octets> past_;
};

}  // namespace coffer::fuzz
