// Where a stream of octets is cut into blocks: at places that its content chooses, so that an edit moves few cuts [ARC-018].
// A gear hash over the last 64 octets decides; its table comes from the chunker key, so that cuts tell nothing to who lacks the key.
// Must not know: files, keys beyond the chunker key, what the blocks are for.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "protocol/octets.h"

namespace coffer::archive {

inline constexpr std::size_t chunk_octets_min = 65'536;
inline constexpr std::size_t chunk_octets_normal =
    212'992;  // from here on a cut is sixteen times as likely, which gives about 262,144 on average
inline constexpr std::size_t chunk_octets_max = 1'048'576;

/// 256 numbers of 64 bits: HKDF-SHA-256 of the chunker key with info "coffer/1 gear", 2,048 octets, big-endian [ARC-019].
using GearTable = std::array<std::uint64_t, 256>;
GearTable gear_table(View chunker_key);

/// Cheap to copy and to keep one per thread; the table must outlive it.
class Chunker {
 public:
  explicit Chunker(const GearTable& table) : table_(&table) {}

  /// Takes octets of the stream up to and including the end of the current block: how many of `octets` belong to it.
  /// cut() then tells whether the block ends there. Call again with the rest.
  std::size_t take(View octets);
  /// Whether the block that take() was adding to is complete. The stream's end completes the last one.
  bool cut() const { return cut_; }
  /// Octets of the block so far; 0 after a cut and at the start.
  std::size_t length() const { return cut_ ? 0 : length_; }

 private:
  const GearTable* table_;
  std::uint64_t hash_ = 0;
  std::size_t length_ = 0;
  bool cut_ = false;
};

/// The length of the first block of `octets`, seen as a whole stream. 0 only for no octets.
std::size_t first_chunk(const GearTable& table, View octets);

}  // namespace coffer::archive
