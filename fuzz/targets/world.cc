// Several clients and users, one server with its store and its keys, a clock, restarts, and somebody who has every record in hand: who may
// log in does, and as themselves; what an archive has is its user's alone, and is there again; no archive key shows.
#include "rigs/trace_mutator.h"
#include "rigs/walks.h"
#include "rigs/world_player.h"

const coffer::trace::Stock coffer::fuzz::stock{coffer::fuzz::world_walk(), coffer::trace::op_count};

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  coffer::fuzz::play_world(coffer::trace::from_either({data, size}));
  return 0;
}
