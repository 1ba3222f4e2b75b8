// For every sequence of operations on a key: who can derive it from what they have is exactly who the tables of sections 7.3 and 7.7 say,
// with the reference's own server, its files searched for what a thief of them would find, and the records of the channel for what stands
// between would.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <botan/system_rng.h>

#include "kept_server.h"
#include "tls_wire.h"

namespace coffer::keys {
namespace {

RC_GTEST_PROP(Knowledge, KEY_006_nobody_derives_more_or_less_than_the_tables_say, ()) {
  KeptServer server;
  TlsWire wire;
  Botan::System_RNG random;
  KeyWorld world(server, wire, random);
  // Sizes are of the list alone: every act from the beginning.
  const auto act =
      rc::gen::resize(rc::kNominalSize, rc::gen::pair(rc::gen::inRange<std::size_t>(0, KeyWorld::acts), rc::gen::inRange<int>(0, 256)));
  const auto acts = *rc::gen::scale(0.5, rc::gen::container<std::vector<std::pair<std::size_t, int>>>(act));
  if (const int mode = *rc::gen::resize(rc::kNominalSize, rc::gen::inRange(0, 4)); mode < 3)
    world.act(KeyWorld::store_act, static_cast<std::uint8_t>(mode));
  for (const auto& [what, how] : acts) {
    world.act(what, static_cast<std::uint8_t>(how));
    RC_ASSERT(world.broken() == "");
  }
  RC_TAG(world.mode() ? std::string(name(*world.mode())) : "no key record");
  RC_CLASSIFY(world.stored() > 0, "a record was kept");
  RC_CLASSIFY(world.stored() > 3, "more than three were");
}

}  // namespace
}  // namespace coffer::keys
