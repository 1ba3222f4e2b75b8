// A client's session and a server's, a program and a shell that ask and answer anything, and between them somebody who delivers, drops,
// replays, reorders, damages and reflects records: both ends mean the same, and nothing comes before its time. Ideal cryptography.
#include "rigs/pair_player.h"
#include "rigs/trace_mutator.h"
#include "rigs/walks.h"

const coffer::trace::Stock coffer::fuzz::stock{coffer::fuzz::pair_walk(), coffer::trace::op_count};

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  coffer::fuzz::play_pair(coffer::trace::from_either({data, size}), coffer::fuzz::ideal_channel(1));
  return 0;
}
