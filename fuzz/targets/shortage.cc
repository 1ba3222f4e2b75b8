// The twin of exhaustion where memory runs out: any allocation of a server's session may fail. It does not crash, leaks nothing, takes
// nobody for verified who was not, and ends like any other.
#include <functional>
#include <new>
#include <optional>

#include "rigs/meter.h"
#include "rigs/metered_peer.h"
#include "rigs/oracle.h"
#include "rigs/trace_mutator.h"
#include "rigs/walks.h"

using namespace coffer::fuzz;

const coffer::trace::Stock coffer::fuzz::stock{server_walk(), coffer::trace::ops_of_one_session};

namespace {

/// Everything is metered, so that at the end nothing may be held.
void play(const coffer::trace::Trace& trace, bool fails) {
  const meter::On on;
  std::optional<MeteredPeer> peer;
  try {
    peer.emplace([](const MeteredPeer&) {});
    peer->play(trace);
    peer->hang_up();
  } catch (const std::bad_alloc&) {
    demand(fails, "memory runs out only where it was made to");
  }
  if (!peer) return;
  demand(!peer->verified() || peer->admitted(), "SES-001 nobody is verified whom the shell did not admit");
  peer->hang_up();  // nothing to one that has ended
  demand(peer->state() == coffer::spec::server_session::final, "SES-033 a session that lacked memory ends like any other");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto trace = coffer::trace::from_either({data, size});
  meter::start();
  play(trace, false);  // what is made once in a process is made here
  const auto all = meter::reading().allocations;
  const auto any = std::hash<std::string_view>()({reinterpret_cast<const char*>(data), size});
  const auto tries = all <= 64 ? all : 4;  // of a long one some, others for each input
  for (std::size_t i = 0; i < tries; ++i) {
    meter::start(1 + (any + i * all / tries) % all);
    play(trace, true);
    demand(meter::reading().held == 0, "LIM-003 what a session allocated is given back, also when memory ran out");
  }
  return 0;
}
