// What the work in the background says of itself. Must not know: how it is done.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "store/event_log.h"

namespace coffer::store {

/// How far the background reading has come.
struct Scrubbed {
  std::uint64_t octets = 0;        // read by this step
  bool ended = false;              // with it, all packs have been read since the beginning of the round
  WallTime began{};                // the round
  std::uint64_t octets_done = 0;   // of the round
  std::uint64_t octets_total = 0;  // of all packs now
};

/// What one step of compaction did.
struct Compacted {
  std::uint64_t octets = 0;        // read
  std::uint32_t pack = 0;          // that is being compacted; 0: none needs it
  bool gone = false;               // it went with this step
  std::uint64_t freed_octets = 0;  // then: its size less what was copied
  std::uint64_t damaged = 0;       // blocks that count in it and cannot be copied: for their sake it stays as it is, which is said once
};
/// What becomes of damaged blocks, for people.
inline constexpr std::string_view how_damage_ends =
    "The next `coffer backup` of their files brings damaged blocks again. Where no file has them any more, `coffer verify VERSION` there "
    "says "
    "what a version has lost, and `coffer prune` lets such versions go";
/// Why a pack stays, for people, and what to do about it.
std::string why_it_stays(const Compacted& compacted);

/// Whether the pack that is appended to is compacted like any other.
enum class Newest : std::uint8_t {
  spared,  // only when much of it no longer counts
  included,
};

}  // namespace coffer::store
