// Plays a trace against a server under test: what its steps say is sent, and whatever comes back is held against what the model says is
// due. Nothing is waited for that is not due: behind whatever is refused goes a ping, so that a server that does not refuse shows it at
// once. Must not know: how traces are made.
#pragma once

#include <functional>

#include "campaign/complaint.h"
#include "campaign/speaker.h"
#include "peer/client_peer.h"

namespace coffer::conformance {

/// A server under test and how it is met.
struct ServerUnderTest {
  Endpoint endpoint;
  std::optional<Octets> pin;
  const Fixture* fixture = nullptr;
  /// Stops it and starts it again on what it stored, and says where it is then; empty: nobody can.
  std::function<Endpoint()> restart = {};
};

/// `stage` gives randomness, patience and the recorder. Nothing is thrown but SuiteFault.
Played play(const trace::Trace& trace, ServerUnderTest& server, Stage& stage);

}  // namespace coffer::conformance
