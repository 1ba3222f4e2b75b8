#include "peer/socket.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <stdexcept>
#include <utility>

namespace coffer::conformance {
namespace {

/// Waits until the descriptor is ready; false at the deadline.
bool await(int descriptor, short events, Deadline deadline) {
  for (;;) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - Clock::now()).count();
    pollfd entry{descriptor, events, 0};
    const int ready = ::poll(&entry, 1, static_cast<int>(std::clamp<std::int64_t>(left, 0, 3'600'000)));
    if (ready > 0) return true;
    if (ready == 0) return false;
    if (errno != EINTR) return false;
  }
}

void make_ready(int descriptor) {
  ::fcntl(descriptor, F_SETFL, ::fcntl(descriptor, F_GETFL) | O_NONBLOCK);
  ::fcntl(descriptor, F_SETFD, FD_CLOEXEC);
  const int on = 1;
  ::setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}

}  // namespace

Socket::~Socket() { close(); }

Socket::Socket(Socket&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}

Socket& Socket::operator=(Socket&& other) noexcept {
  std::swap(descriptor_, other.descriptor_);
  return *this;
}

std::expected<Socket, std::string> Socket::connect(const Endpoint& to, Deadline deadline) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_NUMERICSERV;
  addrinfo* found = nullptr;
  if (const int code = ::getaddrinfo(to.host.c_str(), std::to_string(to.port).c_str(), &hints, &found); code != 0)
    return std::unexpected(fmt::format("{}: {}", to.host, ::gai_strerror(code)));
  std::string why = "no address";
  for (const addrinfo* at = found; at != nullptr; at = at->ai_next) {
    Socket socket(::socket(at->ai_family, at->ai_socktype, at->ai_protocol));
    if (!socket.open()) continue;
    make_ready(socket.descriptor_);
    int error = 0;
    if (::connect(socket.descriptor_, at->ai_addr, at->ai_addrlen) != 0) {
      error = errno;
      if (error == EINPROGRESS) {
        socklen_t size = sizeof error;
        error = await(socket.descriptor_, POLLOUT, deadline) ? 0 : ETIMEDOUT;
        if (error == 0) ::getsockopt(socket.descriptor_, SOL_SOCKET, SO_ERROR, &error, &size);
      }
    }
    if (error == 0) {
      ::freeaddrinfo(found);
      return socket;
    }
    why = std::strerror(error);
  }
  ::freeaddrinfo(found);
  return std::unexpected(fmt::format("{}:{}: {}", to.host, to.port, why));
}

bool Socket::send(View octets, Deadline deadline) {
  while (!octets.empty()) {
    if (!open()) return false;
    const ssize_t sent = ::send(descriptor_, octets.data(), octets.size(), MSG_NOSIGNAL);
    if (sent > 0) {
      octets = octets.subspan(static_cast<std::size_t>(sent));
    } else if (errno == EAGAIN || errno == EWOULDBLOCK) {
      if (!await(descriptor_, POLLOUT, deadline)) return false;
    } else if (errno != EINTR) {
      return false;
    }
  }
  return true;
}

Arrival Socket::receive(Octets& into, Deadline deadline) {
  std::uint8_t buffer[32 * 1024];
  for (;;) {
    if (!open()) return Arrival::ended;
    const ssize_t got = ::recv(descriptor_, buffer, sizeof buffer, 0);
    if (got > 0) {
      into.insert(into.end(), buffer, buffer + got);
      return Arrival::octets;
    }
    if (got == 0) return Arrival::ended;
    if (errno == EAGAIN || errno == EWOULDBLOCK) {
      if (!await(descriptor_, POLLIN, deadline)) return Arrival::nothing;
    } else if (errno != EINTR) {
      return Arrival::reset;
    }
  }
}

void Socket::shut_sending() {
  if (open()) ::shutdown(descriptor_, SHUT_WR);
}

void Socket::abort() {
  if (!open()) return;
  const linger now{1, 0};
  ::setsockopt(descriptor_, SOL_SOCKET, SO_LINGER, &now, sizeof now);
  close();
}

void Socket::close() {
  if (open()) ::close(std::exchange(descriptor_, -1));
}

ListeningSocket::ListeningSocket() : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  auto* generic = reinterpret_cast<sockaddr*>(&address);
  if (!socket_.open() || ::bind(socket_.descriptor(), generic, size) != 0 || ::listen(socket_.descriptor(), 16) != 0 ||
      ::getsockname(socket_.descriptor(), generic, &size) != 0)
    throw std::runtime_error(fmt::format("cannot listen on the loopback interface: {}", std::strerror(errno)));
  port_ = ntohs(address.sin_port);
}

std::optional<Socket> ListeningSocket::accept(Deadline deadline) {
  if (!await(socket_.descriptor(), POLLIN, deadline)) return std::nullopt;
  const int descriptor = ::accept(socket_.descriptor(), nullptr, nullptr);
  if (descriptor < 0) return std::nullopt;
  make_ready(descriptor);
  return Socket(descriptor);
}

}  // namespace coffer::conformance
