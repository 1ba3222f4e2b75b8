#include "store/chain.h"

#include <algorithm>
#include <string_view>

#include "store/pack.h"

namespace coffer::store {

// [ARC-021] A link MUST be SHA-256 of "coffer/1 link", the previous link, the number (8 octets big-endian) and the sealed record.
Digest link_of(View previous, std::uint64_t number, View record) {
  constexpr std::string_view label = "coffer/1 link";
  Octets input(label.begin(), label.end());
  input.insert(input.end(), previous.begin(), previous.end());
  for (int shift = 56; shift >= 0; shift -= 8) input.push_back(static_cast<std::uint8_t>(number >> shift));
  input.insert(input.end(), record.begin(), record.end());
  return sha256(input);
}

bool equal(View octets, const Digest& digest) { return std::equal(octets.begin(), octets.end(), digest.begin(), digest.end()); }

}  // namespace coffer::store
