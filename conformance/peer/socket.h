// Blocking-style TCP over POSIX sockets and poll, every wait with a deadline. Loopback and real networks alike. Must not know: TLS, frames.
#pragma once

#include <chrono>
#include <cstdint>
#include <expected>
#include <optional>
#include <string>

#include "wire/octets.h"

namespace coffer::conformance {

using Clock = std::chrono::steady_clock;
using Deadline = Clock::time_point;

struct Endpoint {
  std::string host = "127.0.0.1";
  std::uint16_t port = 0;
};

/// What one receive gave.
enum class Arrival : std::uint8_t { octets, nothing, ended, reset };

class Socket {
 public:
  Socket() = default;
  explicit Socket(int descriptor) : descriptor_(descriptor) {}
  ~Socket();
  Socket(Socket&& other) noexcept;
  Socket& operator=(Socket&& other) noexcept;

  /// The text says why not.
  static std::expected<Socket, std::string> connect(const Endpoint& to, Deadline deadline);

  bool open() const { return descriptor_ >= 0; }
  /// False when the peer is gone or the deadline passed.
  bool send(View octets, Deadline deadline);
  /// Appends what arrives first to `into`.
  Arrival receive(Octets& into, Deadline deadline);
  void shut_sending();
  /// Closes with a reset: what was sent and not yet read may be lost.
  void abort();
  void close();
  int descriptor() const { return descriptor_; }

 private:
  int descriptor_ = -1;
};

/// A listening socket on a free port of the loopback interface.
class ListeningSocket {
 public:
  ListeningSocket();
  std::uint16_t port() const { return port_; }
  std::optional<Socket> accept(Deadline deadline);

 private:
  Socket socket_;
  std::uint16_t port_ = 0;
};

}  // namespace coffer::conformance
