// A connected TCP socket that never blocks except in wait(). Must not know: TLS, frames, sessions.
#pragma once

#include <chrono>
#include <cstdint>
#include <expected>
#include <functional>
#include <optional>
#include <span>
#include <string>

#include "net/trouble.h"
#include "protocol/octets.h"

namespace coffer::net {

class TcpStream {
 public:
  using Clock = std::chrono::steady_clock;

  /// Asked again and again while nothing comes, and told for how long nothing has: true ends the waiting. Empty: never.
  using GiveUp = std::function<bool(std::chrono::milliseconds silent)>;
  static constexpr std::chrono::milliseconds asked_every{50};

  /// Tries the host's addresses in the resolver's order until one accepts or `until` has come. Looking a name up takes the resolver's time.
  static std::expected<TcpStream, Trouble> connect(const std::string& host, std::uint16_t port, Clock::time_point until,
                                                   const GiveUp& give_up = {});
  ~TcpStream();
  TcpStream(TcpStream&& other) noexcept;
  TcpStream& operator=(TcpStream&& other) noexcept;

  /// Octets read; 0 at the end of the peer's sending; nullopt when none are here yet.
  std::expected<std::optional<std::size_t>, Trouble> read_some(std::span<std::uint8_t> into);
  /// Octets taken; 0 when there is no room yet.
  std::expected<std::size_t, Trouble> write_some(View octets);
  /// Until something can be read, or written if asked for, or the time has come.
  void wait(bool to_write, std::optional<Clock::time_point> until);
  void end_sending();

  /// In text form, without port.
  std::string local_address() const;

 private:
  explicit TcpStream(int handle) : handle_(handle) {}
  int handle_ = -1;
};

}  // namespace coffer::net
