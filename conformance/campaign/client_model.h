// What a client must make of one frame of its server, as the table of client_session and the ranges of fields have it.
// Must not know: traces, connections, what the client was asked to do.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "coffer/spec/client_session.h"
#include "wire/frame.h"

namespace coffer::conformance {

using ClientState = spec::client_session::State;

/// What a client asked and waits for an answer to.
struct Asked {
  ClientState state;
  Message message;                // its own, the last
  std::uint64_t expected_server;  // the identity that it was told to expect
};

/// The state in which a client waits that has sent this message last; nullopt: it waits for nothing.
std::optional<ClientState> state_behind(spec::MessageKind sent);

struct ClientDue {
  std::string_view rule, event;
  std::vector<spec::Reason> refusals = {};  // any of these, and the end
  bool may_go_on = false;                   // it may take the frame, too
  bool ends_silently = false;               // the end, without a frame
};

/// nullopt: the frame is not whole, and the client waits for the rest of it.
std::optional<ClientDue> client_due(const Asked& asked, View octets);

}  // namespace coffer::conformance
