// Choices taken from a fuzzer's octets, one after the other; zeros when they run out.
#pragma once

#include <algorithm>
#include <cstdint>

#include "protocol/octets.h"

namespace coffer::fuzz {

class OctetSource {
 public:
  explicit OctetSource(View octets) : left_(octets) {}
  std::uint8_t octet() {
    if (left_.empty()) return 0;
    const auto value = left_.front();
    left_ = left_.subspan(1);
    return value;
  }
  std::size_t below(std::size_t n) { return (std::size_t{octet()} << 8U | octet()) % n; }
  /// As many as there are, at most.
  View octets(std::size_t count) {
    const View taken = left_.first(count < left_.size() ? count : left_.size());
    left_ = left_.subspan(taken.size());
    return taken;
  }
  View rest() const { return left_; }

 private:
  View left_;
};

}  // namespace coffer::fuzz
