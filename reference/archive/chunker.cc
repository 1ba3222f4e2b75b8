#include "archive/chunker.h"

#include <algorithm>
#include <string_view>

#include <botan/kdf.h>

#include "fault/switch.h"

namespace coffer::archive {
namespace {

// The hash moves left by one bit an octet: 64 octets later nothing of an octet is left. It starts that far before the first place where a
// cut may be, so that every decision sees exactly the last 64 octets, wherever the block began.
constexpr std::size_t window_octets = 64;
constexpr std::size_t hash_from = chunk_octets_min - window_octets;

// The highest bits are those that the whole window has reached.
constexpr int bits_before_normal = 20;
constexpr int bits_after_normal = 16;

}  // namespace

GearTable gear_table(View chunker_key) {
  constexpr std::string_view info = "coffer/1 gear";
  Botan::secure_vector<std::uint8_t> octets(256 * 8);
  Botan::KDF::create_or_throw("HKDF(SHA-256)")
      ->kdf(octets.data(), octets.size(), chunker_key.data(), chunker_key.size(), nullptr, 0,
            reinterpret_cast<const std::uint8_t*>(info.data()), fault::on(fault::ARC_019_without_a_label) ? 0 : info.size());
  GearTable table{};
  for (std::size_t i = 0; i < octets.size(); ++i) table[i / 8] = table[i / 8] << 8 | octets[i];
  return table;
}

// [ARC-018] A client MUST cut files into blocks where a gear hash, whose table comes from the chunker key, says so
std::size_t Chunker::take(View octets) {
  if (cut_) {
    hash_ = 0;
    length_ = 0;
    cut_ = false;
  }
  const std::uint8_t* const data = octets.data();
  const GearTable& table = *table_;
  std::size_t at = 0;

  // Nothing is hashed where no cut may be.
  if (length_ < hash_from) {
    at = std::min(octets.size(), hash_from - length_);
    length_ += at;
  }
  std::uint64_t hash = hash_;
  const auto scan = [&](std::size_t until, int bits) {
    const std::size_t end = at + std::min(octets.size() - at, until - length_);
    const std::size_t start = at;
    const int shift = 64 - bits;
    while (at < end) {
      hash = (hash << 1) + table[data[at++]];
      if (hash >> shift == 0) {
        cut_ = true;
        break;
      }
    }
    length_ += at - start;
  };
  // The window before the first possible cut: hashed, not judged, but for its last octet.
  while (at < octets.size() && length_ < chunk_octets_min - 1) {
    hash = (hash << 1) + table[data[at++]];
    ++length_;
  }
  if (length_ < chunk_octets_normal) scan(chunk_octets_normal, bits_before_normal);
  if (!cut_ && length_ >= chunk_octets_normal)
    scan(chunk_octets_max, fault::on(fault::ARC_018_cuts_more_often) ? bits_after_normal - 1 : bits_after_normal);
  if (length_ == chunk_octets_max) cut_ = true;
  hash_ = hash;
  return at;
}

std::size_t first_chunk(const GearTable& table, View octets) { return Chunker(table).take(octets); }

}  // namespace coffer::archive
