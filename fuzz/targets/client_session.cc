// A client's session against a server, a program and a clock that do anything.
#include "rigs/client_player.h"
#include "rigs/trace_mutator.h"
#include "rigs/walks.h"

const coffer::trace::Stock coffer::fuzz::stock{coffer::fuzz::client_walk(), coffer::trace::ops_of_one_session};

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  coffer::fuzz::play_against_client(coffer::trace::from_either({data, size}));
  return 0;
}
