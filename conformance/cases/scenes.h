// Scenes that many cases open with: where a session stands, and which messages a server admits there.
// Must not know: verdicts, single requirements.
#pragma once

#include <functional>

#include "judge/context.h"

namespace coffer::conformance {

using ServerState = spec::server_session::State;
using ClientState = spec::client_session::State;
using spec::MessageKind;
using spec::Reason;

/// The states in which a server reads the wire, in the order of the walk.
inline constexpr ServerState server_wire_states[] = {ServerState::await_version, ServerState::await_computer,   ServerState::await_login,
                                                     ServerState::await_config,  ServerState::await_config_ack, ServerState::ready,
                                                     ServerState::restoring};

/// Alice in ready; one new block was offered and named missing.
struct Offered {
  ClientPeer& client;
  SealedBlock block;
};
Offered offered(Context& c, std::size_t sealed_octets = 300);

/// An offer of these ids is answered with exactly those indices.
void require_missing(Context& c, ClientPeer& client, const Octets& ids, const std::vector<std::uint16_t>& expected);

/// A message that a server's state admits: how to make a valid one there, and what answers it.
struct Admitted {
  ServerState state;
  MessageKind kind;
  std::function<Message(Context&, ClientPeer&)> make;
  std::string answer;  // empty: the session ends with goodbye
};
/// One for every row of the server's table whose event is a client's message, disconnect apart.
const std::vector<Admitted>& admitted_messages();
/// The message that carries the session on from a state: the valid neighbour of every message that does not belong there.
const Admitted& way_on(ServerState state);
/// The twin of a case that sees a session end in that state: there it goes on.
Script honest_twin(ServerState state);
/// A twin, too: one computer is served to its goodbye, and then again.
void one_session_after_another(Context& c);

/// Of AES-256-GCM, the last of a record.
inline constexpr std::size_t record_tag_octets = 16;

/// A side's random and key share are others in its second handshake.
void require_fresh(Context& c, const Flight& first, const Flight& second);

/// Sends the message and sees it accepted.
void see_accepted(ClientPeer& client, const Admitted& admitted, const Message& message);

/// "0x10" for ids and goals.
std::string octet_text(std::uint64_t value);

}  // namespace coffer::conformance
