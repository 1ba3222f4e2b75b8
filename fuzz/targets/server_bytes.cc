// The byte-level twin of server_session: octets of the wire in place of messages, the same oracles. What it does not find says what traces
// are good for.
#include "rigs/server_player.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  coffer::fuzz::play_octets_against_server({data, size});
  return 0;
}
