// The twin of pair with the channel's own cryptography, at what that costs: a handshake in each run. Who stands between has records of TLS
// in hand, from the first hello on.
#include "rigs/pair_player.h"
#include "rigs/trace_mutator.h"
#include "rigs/walks.h"

const coffer::trace::Stock coffer::fuzz::stock{coffer::fuzz::pair_walk(), coffer::trace::op_count};

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  coffer::fuzz::play_pair(coffer::trace::from_either({data, size}), coffer::fuzz::tls_channel());
  return 0;
}
