// Makes whole messages and then damages them: the schema's library gives an engine no feedback, so plain octets would rarely be a message.
// Included by the payload targets alone, which it gives their LLVMFuzzerCustomMutator.
#pragma once

#include <algorithm>
#include <cstring>
#include <random>

#include "protocol/message.h"
#include "rigs/pieces.h"

extern "C" std::size_t LLVMFuzzerMutate(std::uint8_t* data, std::size_t size, std::size_t size_max);

namespace coffer::fuzz {

inline Octets random_payload(std::minstd_rand& random) {
  if (random() % 8 == 0) {
    const auto any = [&] { return Octets(random() % 3 == 0 ? random() % 40 : 32, static_cast<std::uint8_t>(random())); };
    return protocol::encode_metadata({any(), any()});
  }
  const auto kind = static_cast<spec::MessageKind>(random() % spec::message_rows.size());
  return protocol::encode(make_message(kind, static_cast<trace::Variant>(random() % 3), static_cast<std::uint32_t>(random())));
}

/// Damage that matters to this encoding: words moved, copied, zeroed, and bits of pointers.
inline void damage(Octets& octets, std::minstd_rand& random) {
  const auto words = octets.size() / 8;
  if (words == 0) return;
  const auto word = [&] { return octets.begin() + static_cast<std::ptrdiff_t>(random() % words * 8); };
  const auto at = word();
  switch (random() % 5) {
    case 0: at[static_cast<std::ptrdiff_t>(random() % 8)] ^= static_cast<std::uint8_t>(1U << random() % 8); break;
    case 1: std::swap_ranges(at, at + 8, word()); break;
    case 2: std::fill(at, at + 8, std::uint8_t{0}); break;
    case 3: octets.insert(at, 8, std::uint8_t{0}); break;
    default: octets.erase(at, at + 8);
  }
}

}  // namespace coffer::fuzz

extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size, std::size_t size_max, unsigned seed) {
  std::minstd_rand random(seed);
  if (random() % 4 == 0) return LLVMFuzzerMutate(data, size, size_max);
  coffer::Octets octets(data, data + size);
  if (octets.empty() || random() % 4 == 0) octets = coffer::fuzz::random_payload(random);
  if (random() % 4 != 0) coffer::fuzz::damage(octets, random);
  octets.resize(std::min(octets.size(), size_max));
  std::ranges::copy(octets, data);
  return octets.size();
}
