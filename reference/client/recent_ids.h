// Ids seen lately: of so many as have been given last it knows each, of older ones none. Its memory is fixed, however many pass through.
// Half an id stands for all of it: ids are keyed hashes, and no two of them share sixteen octets by chance or by intent.
// Must not know: what ids are of.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <utility>
#include <vector>

#include "protocol/octets.h"

namespace coffer::client {

class RecentIds {
 public:
  /// At least the last `count` ids are known, at most twice as many.
  explicit RecentIds(std::size_t count = 1U << 17U) : count_max_(count) {}

  bool contains(const Digest& id) const { return find(young_, id) || find(old_, id); }
  /// False: it was known.
  bool insert(const Digest& id) {
    if (contains(id)) return false;
    if (count_ == count_max_) {
      old_ = std::exchange(young_, {});
      count_ = 0;
    }
    if (2 * (count_ + 1) > young_.size()) grow();
    place(young_, half_of(id));
    ++count_;
    return true;
  }
  std::size_t octets() const { return (young_.capacity() + old_.capacity()) * sizeof(Half); }

 private:
  using Half = std::array<std::uint64_t, 2>;  // zeros: no id
  using Table = std::vector<Half>;            // its size a power of two, at most half of it taken

  static Half half_of(const Digest& id) {
    Half half{};
    std::memcpy(half.data(), id.data(), sizeof half);
    if (half == Half{}) half[0] = 1;
    return half;
  }
  static std::size_t slot(const Table& table, const Half& half) {
    std::size_t at = half[1] & (table.size() - 1);
    while (table[at] != Half{} && table[at] != half) at = (at + 1) & (table.size() - 1);
    return at;
  }
  static bool find(const Table& table, const Digest& id) { return !table.empty() && table[slot(table, half_of(id))] != Half{}; }
  static void place(Table& table, const Half& half) { table[slot(table, half)] = half; }
  void grow() {
    Table larger(std::max<std::size_t>(64, 2 * young_.size()));
    for (const Half& half : young_)
      if (half != Half{}) place(larger, half);
    young_ = std::move(larger);
  }

  const std::size_t count_max_;
  Table young_, old_;
  std::size_t count_ = 0;
};

}  // namespace coffer::client
