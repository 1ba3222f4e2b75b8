// A client's connection as a program uses it: open it, ask, wait for what happens. TCP, TLS with the pinned key, and the client's session
// machine underneath; the one clock and the one socket of the client are here.
//
//   auto connection = ClientConnection::open(settings);       // resolves, connects, shakes hands, sends the version
//   while (…) std::visit(…, connection->next());              // ServerSeen, LoggedIn, Configured?, SessionReady, then answers
//   connection->submit(BeginOffer{ids}); … next() -> Wanted; submit(SendBlock{…}) as often as blocks were named missing …
//   connection->leave();                                      // goodbye, awaits the end
//
// One thread at a time. Must not know: archives, keys, files, command lines.
#pragma once

#include <cstdint>
#include <expected>
#include <memory>
#include <optional>
#include <string>
#include <variant>

#include "net/pin.h"
#include "net/tcp_stream.h"
#include "net/trouble.h"
#include "protocol/client_session.h"

namespace coffer::net {

struct ConnectionSettings {
  std::string host;  // a name or an address
  std::uint16_t port = 0;
  Pin pin;
  /// version.address may be empty: the connection's own local address is put there. timers: tls_handshake bounds connect and handshake,
  /// answer also bounds sending that makes no progress, linger the end.
  protocol::ClientSettings session;
  /// Asked while the server neither says nor takes anything: true breaks the connection off, without waiting for its end.
  TcpStream::GiveUp give_up = {};
};

/// What next() returns: everything the session machine tells its program.
using Happening =
    std::variant<protocol::ServerSeen, protocol::LoggedIn, protocol::Configured, protocol::SessionReady, protocol::Alive, protocol::Wanted,
                 protocol::VersionStored, protocol::VersionsListed, protocol::BlocksListed, protocol::ReleaseTaken, protocol::KeyShown,
                 protocol::KeyAcknowledged, protocol::KeyHandedOver, protocol::PasswordTaken, protocol::RestoreStarted,
                 protocol::BlockArrived, protocol::BlocksEnded, protocol::RestoreFinished, protocol::Ended>;

class ClientConnection {
 public:
  /// Blocks until the channel is up and the version is on its way. No frame leaves before the pin is checked [CHN-008].
  static std::expected<ClientConnection, Trouble> open(ConnectionSettings settings);
  ~ClientConnection();
  ClientConnection(ClientConnection&&) noexcept;
  ClientConnection& operator=(ClientConnection&&) noexcept;

  /// Hands a request to the session; false, and nothing happens, when its state does not admit it. Blocks only while more than
  /// `queued_octets_max` wait to be sent, so blocks can be submitted one after another.
  [[nodiscard]] bool submit(protocol::ClientRequest request);

  /// Blocks until something happens, in the order in which it happened. Ended is the last, and is returned again ever after.
  /// With nothing asked for, only the server can end the wait. After Configured, the next call says that the settings are applied, and
  /// lets the acknowledgement go [CFG-003].
  Happening next();

  /// Goodbye, then waits for the end; drops other happenings. The peer's reason is `goodbye` when all went well.
  protocol::Ended leave();

  /// What broke the channel, if something did: more precise than Ended.
  const std::optional<Trouble>& trouble() const;
  spec::client_session::State state() const;

  static constexpr std::size_t queued_octets_max = 1U << 20U;

 private:
  struct Link;
  explicit ClientConnection(std::unique_ptr<Link> link);
  std::unique_ptr<Link> link_;
};

}  // namespace coffer::net
