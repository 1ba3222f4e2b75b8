#include "wire/cut.h"

#include <algorithm>
#include <array>

#include "wire/archive.h"

namespace coffer::conformance {
namespace {

constexpr std::size_t unhashed = 65'472, shortest = 65'536, eager_until = 212'992, longest = 1'048'576;
constexpr std::uint64_t upper_20 = 0xfffff00000000000, upper_16 = 0xffff000000000000;

std::array<std::uint64_t, 256> gears(View archive_key) {
  const auto octets = derive(derive(archive_key, conformance::octets("coffer/1 chunker"), 32), conformance::octets("coffer/1 gear"), 2048);
  std::array<std::uint64_t, 256> table{};
  for (std::size_t i = 0; i < octets.size(); ++i) table[i / 8] = table[i / 8] << 8 | octets[i];
  return table;
}

}  // namespace

std::vector<std::size_t> cut(View archive_key, View content) {
  const auto table = gears(archive_key);
  std::vector<std::size_t> sizes;
  while (!content.empty()) {
    std::uint64_t hash = 0;
    std::size_t n = std::min(content.size(), unhashed);
    while (n < content.size() && n < longest) {
      hash = (hash << 1) + table[content[n++]];
      if (n >= shortest && (hash & (n <= eager_until ? upper_20 : upper_16)) == 0) break;
    }
    sizes.push_back(n);
    content = content.subspan(n);
  }
  return sizes;
}

std::uint64_t path_hash(View archive_key, View path) {
  const auto table = gears(archive_key);
  std::uint64_t hash = 0;
  for (const auto octet : path) hash = (hash << 1) + table[octet];
  return hash;
}

Octets shortest_block(View archive_key, View beginning) {
  const auto table = gears(archive_key);
  std::uint64_t zeros = 0;  // the hash of the window's octets before the last eight
  for (int i = 0; i < 56; ++i) zeros = (zeros << 1) + table[0];
  for (std::uint64_t tried = 0;; ++tried) {
    std::uint64_t hash = zeros;
    for (int shift = 56; shift >= 0; shift -= 8) hash = (hash << 1) + table[tried >> shift & 0xff];
    if ((hash & upper_20) != 0) continue;
    Octets block(shortest);
    std::ranges::copy(beginning, block.begin());
    for (std::size_t i = 0; i < 8; ++i) block[shortest - 1 - i] = static_cast<std::uint8_t>(tried >> (8 * i));
    return block;
  }
}

}  // namespace coffer::conformance
