// Two octets an act on one archive's key: after each, who can derive the key from what they have is who the tables of chapter 7 say.
#include <array>

#include "keys/memory_server.h"
#include "keys/sealed_wire.h"
#include "rigs/numbers.h"
#include "rigs/octet_source.h"
#include "rigs/oracle.h"

namespace {

using namespace coffer;
using keys::KeyWorld;

constexpr std::size_t acts_max = 12, modes = 4;

// What the engine is told besides edges: which act met which mode after which act.
[[gnu::used, gnu::section("__libfuzzer_extra_counters")]] std::uint8_t counters[modes * KeyWorld::acts * KeyWorld::acts];

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::OctetSource source({data, size});
  fuzz::Numbers random;
  keys::MemoryServer server(random);
  keys::SealedWire wire(random);
  KeyWorld world(server, wire, random);
  std::size_t before = 0;
  for (std::size_t i = 0; i < acts_max && !source.rest().empty(); ++i) {
    const auto mode = world.mode();
    const std::size_t act = source.octet() % KeyWorld::acts;
    counters[((mode ? static_cast<std::size_t>(*mode) : 0) * KeyWorld::acts + before) * KeyWorld::acts + act] = 1;
    world.act(act, source.octet());
    const std::string broken = world.broken();
    fuzz::demand(broken.empty(), broken);
    before = act;
  }
  return 0;
}
