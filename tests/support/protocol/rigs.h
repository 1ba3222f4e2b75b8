// A session on the bench: its settings, its clock, and the shortest walk to any state.
#pragma once

#include <vector>

#include "protocol/client_session.h"
#include "protocol/samples.h"
#include "protocol/server_session.h"

namespace coffer::protocol {

struct ServerRig {
  using State = spec::server_session::State;

  ServerSettings settings{samples::server, {7, 0, 0}, {6, 5, 0}, spec::timer_milliseconds};
  Time now{1000};
  std::uint32_t permissions = spec_all_permissions;
  bool deferred = false;
  ServerSession session{settings, now};

  ServerRig() = default;
  ServerRig(const ServerRig&) = delete;  // the session holds on to the settings
  ServerRig& operator=(const ServerRig&) = delete;

  /// Every action that is waiting.
  std::vector<ServerAction> pull();
  /// Feeds and pulls.
  std::vector<ServerAction> feed(View octets);
  std::vector<ServerAction> send(const Message& message) { return feed(control_frame(encode(message))); }
  std::vector<ServerAction> submit(ServerAnswer answer);
  /// Walks from a fresh session to the state; the actions on the way are dropped.
  void reach(State state);

  static constexpr std::uint32_t spec_all_permissions = 3;
};

struct ClientRig {
  using State = spec::client_session::State;

  Time now{1000};
  ClientSettings settings = default_settings();
  ClientSession session{settings, now};

  std::vector<ClientAction> pull();
  std::vector<ClientAction> feed(View octets);
  std::vector<ClientAction> send(const Message& message) { return feed(control_frame(encode(message))); }
  /// Submits, which must be taken, and pulls.
  std::vector<ClientAction> submit(ClientRequest request);
  void reach(State state);

  static ClientSettings default_settings();
};

/// A data frame of a sample block.
Octets frame_of(const samples::Block& block);

}  // namespace coffer::protocol
