// Random numbers that are the same in every run: the n-th taking of a length gives the same octets whatever was taken of other lengths, so
// that keys come again in other inputs. Must not know: what they are for.
#pragma once

#include <botan/rng.h>

#include <map>

namespace coffer::fuzz {

class Numbers final : public Botan::RandomNumberGenerator {
 public:
  void randomize(std::uint8_t out[], std::size_t size) override {
    std::uint64_t state = size << 32U | ++taken_[size];
    for (std::size_t i = 0; i < size; ++i) {  // splitmix64
      state += 0x9e3779b97f4a7c15U;
      std::uint64_t mixed = (state ^ state >> 30U) * 0xbf58476d1ce4e5b9U;
      mixed = (mixed ^ mixed >> 27U) * 0x94d049bb133111ebU;
      out[i] = static_cast<std::uint8_t>(mixed ^ mixed >> 31U);
    }
  }
  bool accepts_input() const override { return false; }
  void add_entropy(const std::uint8_t[], std::size_t) override {}
  std::string name() const override { return "numbers"; }
  void clear() override { taken_.clear(); }
  bool is_seeded() const override { return true; }

 private:
  std::map<std::size_t, std::uint64_t> taken_;
};

}  // namespace coffer::fuzz
