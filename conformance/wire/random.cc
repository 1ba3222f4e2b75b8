#include "wire/random.h"

#include <bit>

namespace coffer::conformance {
namespace {

// splitmix64: spreads a seed over the generator's state.
std::uint64_t spread(std::uint64_t& x) {
  x += 0x9e3779b97f4a7c15;
  std::uint64_t z = x;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
  z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
  return z ^ (z >> 31);
}

}  // namespace

Random::Random(std::uint64_t seed, std::string_view label, std::uint64_t guids_apart) : guids_apart_(guids_apart) {
  std::uint64_t mixed = seed;
  for (const char c : label) mixed = (mixed ^ static_cast<std::uint8_t>(c)) * 0x100000001b3;
  mixed ^= std::rotl(seed, 32);
  for (auto& word : state_) word = spread(mixed);
}

// xoshiro256**
std::uint64_t Random::number() {
  const std::uint64_t result = std::rotl(state_[1] * 5, 7) * 9;
  const std::uint64_t shifted = state_[1] << 17;
  state_[2] ^= state_[0];
  state_[3] ^= state_[1];
  state_[1] ^= state_[2];
  state_[0] ^= state_[3];
  state_[2] ^= shifted;
  state_[3] = std::rotl(state_[3], 45);
  return result;
}

std::uint64_t Random::number(std::uint64_t low, std::uint64_t high) {
  const std::uint64_t span = high - low + 1;  // 0: the whole range
  return span == 0 ? number() : low + number() % span;
}

std::uint64_t Random::guid() {
  for (;;)
    if (const auto value = number() ^ guids_apart_; value != 0) return value;
}

Octets Random::octets(std::size_t count) {
  Octets result(count);
  std::uint64_t word = 0;
  for (std::size_t i = 0; i < count; ++i) {
    if (i % 8 == 0) word = number();
    result[i] = static_cast<std::uint8_t>(word >> (i % 8 * 8));
  }
  return result;
}

}  // namespace coffer::conformance
