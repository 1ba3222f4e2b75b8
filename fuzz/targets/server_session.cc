// A server's session against a peer, a shell and a clock that do anything.
#include "rigs/server_player.h"
#include "rigs/trace_mutator.h"
#include "rigs/walks.h"

const coffer::trace::Stock coffer::fuzz::stock{coffer::fuzz::server_walk(), coffer::trace::ops_of_one_session};

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  coffer::fuzz::play_against_server(coffer::trace::from_either({data, size}));
  return 0;
}
