// What the archive's tests share: a key, octets that do and do not compress, and a seeded generator.
#pragma once

#include <numeric>
#include <random>
#include <string_view>

#include <botan/hmac_drbg.h>

#include "archive/block.h"
#include "keys/archive_key.h"

namespace coffer::archive::samples {

inline keys::ArchiveKeys keys(std::uint8_t first = 0, keys::ArchiveOwner owner = {1, 2, 3}) {
  Octets octets(32);
  std::iota(octets.begin(), octets.end(), first);
  return keys::ArchiveKey::from_octets(octets)->derive(owner);
}

inline Octets noise(std::size_t size, std::uint64_t seed) {
  std::mt19937_64 engine(seed);
  Octets octets(size);
  for (auto& octet : octets) octet = static_cast<std::uint8_t>(engine());
  return octets;
}

inline Octets text(std::size_t size) {
  constexpr std::string_view sentence = "What is sealed here stays sealed. ";
  Octets octets(size);
  for (std::size_t i = 0; i < size; ++i) octets[i] = static_cast<std::uint8_t>(sentence[i % sentence.size()]);
  return octets;
}

/// The same octets in every run.
class SeededRandom : public Botan::RandomNumberGenerator {
 public:
  explicit SeededRandom(std::uint64_t seed) : engine_(seed) {}
  void randomize(std::uint8_t out[], std::size_t size) override {
    for (std::size_t i = 0; i < size; ++i) out[i] = static_cast<std::uint8_t>(engine_());
  }
  bool accepts_input() const override { return false; }
  void add_entropy(const std::uint8_t[], std::size_t) override {}
  std::string name() const override { return "seeded"; }
  void clear() override {}
  bool is_seeded() const override { return true; }

 private:
  std::mt19937_64 engine_;
};

}  // namespace coffer::archive::samples
