// What a peer costs a server's session: octets allocated, allocations made, octets held, and octets sent, each bounded by the octets that
// the peer sent; tighter before the user is verified.
#include "coffer/spec/limits.h"
#include "rigs/meter.h"
#include "rigs/metered_peer.h"
#include "rigs/oracle.h"
#include "rigs/trace_mutator.h"
#include "rigs/walks.h"

using namespace coffer::fuzz;

const coffer::trace::Stock coffer::fuzz::stock{server_walk(), coffer::trace::ops_of_one_session};

namespace {

void judge(const MeteredPeer& peer) {
  const auto& spent = meter::reading();
  // Once a header may state a long body, room for one is made; whoever states none, gets none.
  const std::size_t body = !peer.verified() ? 4'096 : peer.forged() ? coffer::spec::limits::data_octets_max : 131'072;
  demand(spent.octets <= 8'192 + 2 * body + 24 * peer.came(), "LIM-003 octets allocated are bounded by octets that came");
  demand(spent.allocations <= 100 + peer.came(), "LIM-003 allocations are bounded by octets that came");
  // What comes at once is taken in before its header is looked at; a channel gives it in records.
  demand(spent.held_max <= 8'192 + 4 * (body + peer.came_at_once_max()), "FRM-014 octets held are bounded by the longest frame");
  if (!peer.verified()) demand(peer.sent() <= 64 + peer.came(), "LIM-003 a stranger is sent no more than it sent");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  meter::start();
  MeteredPeer(judge).play(coffer::trace::from_either({data, size}));
  return 0;
}
