#include "net/tcp_stream.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <netdb.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <memory>
#include <utility>

namespace coffer::net {
namespace {

int milliseconds_until(std::optional<TcpStream::Clock::time_point> until) {
  if (!until) return -1;
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(*until - TcpStream::Clock::now()).count();
  return static_cast<int>(std::clamp<decltype(left)>(left, 0, 3'600'000));
}

std::string host_text(const sockaddr* address, socklen_t length) {
  std::array<char, NI_MAXHOST> text{};
  if (::getnameinfo(address, length, text.data(), text.size(), nullptr, 0, NI_NUMERICHOST) != 0) return {};
  return text.data();
}

/// 0, or the errno value of the failure.
int finish_connecting(int handle, const addrinfo& address, TcpStream::Clock::time_point until, const TcpStream::GiveUp& give_up) {
  if (::connect(handle, address.ai_addr, address.ai_addrlen) == 0) return 0;
  if (errno != EINPROGRESS) return errno;
  pollfd waiting{handle, POLLOUT, 0};
  const auto began = TcpStream::Clock::now();
  while (true) {
    const auto now = TcpStream::Clock::now();
    if (give_up && give_up(std::chrono::duration_cast<std::chrono::milliseconds>(now - began))) return ECANCELED;
    const int ready = ::poll(&waiting, 1, milliseconds_until(give_up ? std::min(until, now + TcpStream::asked_every) : until));
    if (ready > 0) break;
    if (ready == 0 && TcpStream::Clock::now() >= until) return ETIMEDOUT;
  }
  int error = 0;
  socklen_t length = sizeof error;
  ::getsockopt(handle, SOL_SOCKET, SO_ERROR, &error, &length);
  return error;
}

Trouble lost(const char* what) { return {TroubleKind::connection_lost, fmt::format("{}: {}", what, std::strerror(errno))}; }

}  // namespace

std::expected<TcpStream, Trouble> TcpStream::connect(const std::string& host, std::uint16_t port, Clock::time_point until,
                                                     const GiveUp& give_up) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_NUMERICSERV;
  addrinfo* found = nullptr;
  if (const int error = ::getaddrinfo(host.c_str(), std::to_string(port).c_str(), &hints, &found); error != 0)
    return std::unexpected(Trouble{TroubleKind::cannot_resolve, fmt::format("no address for \"{}\": {}", host, ::gai_strerror(error))});
  const std::unique_ptr<addrinfo, void (*)(addrinfo*)> addresses{found, ::freeaddrinfo};

  int error = EADDRNOTAVAIL;
  std::string tried;
  for (const auto* address = addresses.get(); address != nullptr; address = address->ai_next) {
    TcpStream stream{::socket(address->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, address->ai_protocol)};
    error = stream.handle_ < 0 ? errno : finish_connecting(stream.handle_, *address, until, give_up);
    if (error == ECANCELED) return std::unexpected(Trouble{TroubleKind::given_up, "the server does not answer"});
    if (error == 0) {
      const int on = 1;
      ::setsockopt(stream.handle_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
      return stream;
    }
    tried += fmt::format("{}{} port {}: {}", tried.empty() ? "" : "; ", host_text(address->ai_addr, address->ai_addrlen), port,
                         std::strerror(error));
  }
  return std::unexpected(Trouble{error == ETIMEDOUT ? TroubleKind::timed_out : TroubleKind::cannot_connect, tried});
}

TcpStream::~TcpStream() {
  if (handle_ >= 0) ::close(handle_);
}
TcpStream::TcpStream(TcpStream&& other) noexcept : handle_(std::exchange(other.handle_, -1)) {}
TcpStream& TcpStream::operator=(TcpStream&& other) noexcept {
  std::swap(handle_, other.handle_);
  return *this;
}

std::expected<std::optional<std::size_t>, Trouble> TcpStream::read_some(std::span<std::uint8_t> into) {
  const auto count = ::recv(handle_, into.data(), into.size(), 0);
  if (count >= 0) return static_cast<std::size_t>(count);
  if (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR) return std::nullopt;
  return std::unexpected(lost("receiving"));
}

std::expected<std::size_t, Trouble> TcpStream::write_some(View octets) {
  const auto count = ::send(handle_, octets.data(), octets.size(), MSG_NOSIGNAL);
  if (count >= 0) return static_cast<std::size_t>(count);
  if (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR) return 0U;
  return std::unexpected(lost("sending"));
}

void TcpStream::wait(bool to_write, std::optional<Clock::time_point> until) {
  pollfd waiting{handle_, static_cast<short>(POLLIN | (to_write ? POLLOUT : 0)), 0};
  ::poll(&waiting, 1, milliseconds_until(until));
}

void TcpStream::end_sending() { ::shutdown(handle_, SHUT_WR); }

std::string TcpStream::local_address() const {
  sockaddr_storage address{};
  socklen_t length = sizeof address;
  if (::getsockname(handle_, reinterpret_cast<sockaddr*>(&address), &length) != 0) return {};
  return host_text(reinterpret_cast<const sockaddr*>(&address), length);
}

}  // namespace coffer::net
