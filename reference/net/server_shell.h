// A server's sockets, clock and threads around protocol::ServerSession: one listening port, a TLS channel and a session machine for each
// connection, and a Backend that answers. Must not know: accounts, stores, files, command lines.
#pragma once

#include <cstdint>
#include <expected>
#include <memory>
#include <string>

#include "net/backend.h"
#include "net/server_identity.h"
#include "protocol/server_session.h"

namespace coffer::net {

struct ServerShellSettings {
  std::string address = "127.0.0.1";  // IPv4 or IPv6
  std::uint16_t port = 0;             // 0: any that is free
  protocol::ServerSettings session;
  std::size_t sessions_max = 1024;                 // beyond it: busy [LIM-004]
  std::size_t unverified_max = 128;                // sessions without a verified user; beyond it: busy [LIM-002, LIM-004]
  std::uint32_t stranger_events_per_minute = 120;  // events of connections without a verified user that are recorded [LIM-007]
  unsigned io_threads = 2;
  unsigned login_threads = 2;
};

class ServerShell {
 public:
  /// Listens, and serves on threads of its own. `backend` must outlive the shell. The error says which address and why.
  static std::expected<std::unique_ptr<ServerShell>, std::string> start(ServerShellSettings settings, const ServerIdentity& identity,
                                                                        Backend& backend);
  /// As stop().
  ~ServerShell();

  std::uint16_t port() const;

  /// Takes no more connections, tells every session that the server stops [SES-032], and returns when all have ended, at the latest after
  /// the linger timer, and everything asked of the backend is done. From any thread but the shell's own.
  void stop();

 private:
  class Impl;
  explicit ServerShell(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace coffer::net
