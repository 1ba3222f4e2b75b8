// What the steps of a trace say on the wire, to a server under test: a good message is one that fits what was said and answered before, the
// others depart from it. Damage, cuts and joins wait for the next frame, as a trace's steps have it.
// Must not know: connections, what is answered.
#pragma once

#include "campaign/server_model.h"
#include "trace/trace.h"

namespace coffer::conformance {

/// Who speaks in a session.
struct Identity {
  const Account& account;
  std::uint64_t computer;
  std::uint64_t token = 1;  // of its next ping: no two are alike
};

/// A message of a client; `model` is what its session has come to.
Message client_says(spec::MessageKind kind, trace::Variant variant, std::uint32_t value, const Identity& who, const World& world,
                    ServerModel& model);

/// One of sixteen blocks that every session speaks of, and the data frame for it.
const SealedBlock& known_block(std::uint64_t number);
Octets data_of(std::uint8_t block, trace::Flaw flaw);

/// Frames on their way out: what earlier steps asked for is done to them.
class Outgoing {
 public:
  /// A step that waits for the next frame; false: it is none of those.
  bool prepare(const trace::Step& step);
  /// The octets to be sent for this frame, in records; none while it waits for the next.
  std::vector<Octets> pieces(Octets frame);

 private:
  std::vector<trace::Step> flips_;
  std::optional<trace::Step> split_;
  bool join_ = false;
  Octets waiting_;
};

}  // namespace coffer::conformance
