#include "wire/cut.h"

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

}  // namespace coffer::conformance
