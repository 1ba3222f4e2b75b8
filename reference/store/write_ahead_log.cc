#include "store/write_ahead_log.h"

#include <array>
#include <fstream>
#include <span>
#include <system_error>
#include <vector>

namespace coffer::store {
namespace {

using Word = std::uint32_t;
using Octets = std::vector<char>;

constexpr std::size_t header_octets = 32, frame_header_octets = 24;
constexpr Word magic = 0x377f0682;  // with the lowest bit set, checksums are made of big-endian words
constexpr Word usual_page_octets = 4096;

Word big_endian(std::span<const char> octets, std::size_t at) {
  Word word = 0;
  for (std::size_t i = 0; i < 4; ++i) word = word << 8 | static_cast<unsigned char>(octets[at + i]);
  return word;
}

/// The two sums that go on from frame to frame.
struct Sums {
  Word first = 0, second = 0;
  bool operator==(const Sums&) const = default;

  void add(std::span<const char> octets, bool of_big_endian) {
    const auto word = [&](std::size_t at) {
      const Word read = big_endian(octets, at);
      return of_big_endian ? read : __builtin_bswap32(read);
    };
    for (std::size_t at = 0; at + 8 <= octets.size(); at += 8) {
      first += word(at) + second;
      second += word(at + 4) + first;
    }
  }
};

Sums sums_at(std::span<const char> octets, std::size_t at) { return {big_endian(octets, at), big_endian(octets, at + 4)}; }

}  // namespace

std::optional<LogDamage> damage_of_log(const std::filesystem::path& log) {
  std::ifstream in(log, std::ios::binary);
  std::array<char, header_octets> header{};
  if (!in.read(header.data(), header.size())) return std::nullopt;
  const std::span<const char> head(header);
  const bool of_big_endian = (big_endian(head, 0) & 1) != 0;
  Sums sums;
  sums.add(head.first(header_octets - 8), of_big_endian);
  const bool header_proven = (big_endian(head, 0) & ~Word{1}) == magic && sums == sums_at(head, header_octets - 8);
  const Word page_octets = header_proven ? big_endian(head, 8) : usual_page_octets;
  Sums salts = sums_at(head, 16);

  std::optional<LogDamage> damage;
  if (!header_proven) damage.emplace();
  bool drops_a_transaction = false;
  std::uint64_t left_out = 0;
  Octets frame(frame_header_octets + page_octets);
  for (std::uint64_t number = 1; in.read(frame.data(), static_cast<std::streamsize>(frame.size())); ++number) {
    const std::span<const char> octets(frame);
    const Sums frame_salts = sums_at(octets, 8);
    if (!header_proven && number == 1) salts = frame_salts;
    const bool is_of_this_log = frame_salts == salts, completes = big_endian(octets, 4) != 0;
    if (!damage) {
      sums.add(octets.first(8), of_big_endian);
      sums.add(octets.subspan(frame_header_octets), of_big_endian);
      if (is_of_this_log && sums == sums_at(octets, 16)) continue;
      damage = LogDamage{number, 0};
      left_out = 1;
      drops_a_transaction = is_of_this_log && completes && in.peek() == std::ifstream::traits_type::eof();
      in.clear();
    } else if (is_of_this_log) {
      ++left_out;
      drops_a_transaction |= completes;
    }
  }
  if (!damage || !drops_a_transaction) return std::nullopt;
  damage->left_out = left_out;
  return damage;
}

}  // namespace coffer::store
