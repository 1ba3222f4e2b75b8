#include "net/server_shell.h"

#include <fmt/format.h>

#include <asio/executor_work_guard.hpp>
#include <asio/ip/tcp.hpp>
#include <asio/post.hpp>
#include <asio/steady_timer.hpp>
#include <cerrno>
#include <deque>
#include <list>
#include <system_error>
#include <thread>
#include <vector>

#include "net/server_connection.h"
#include "net/server_room.h"

namespace coffer::net {
namespace {

using asio::ip::tcp;
constexpr std::chrono::milliseconds pause_without_room{100};

}  // namespace

class ServerShell::Impl {
 public:
  Impl(ServerShellSettings settings, const ServerIdentity& identity, Backend& backend)
      : room_(std::move(settings), identity, backend), acceptor_(loop()), pause_(loop()) {}
  ~Impl() { stop(); }

  /// Throws what the system says.
  void listen() {
    const tcp::endpoint endpoint{asio::ip::make_address(room_.settings.address), room_.settings.port};
    acceptor_.open(endpoint.protocol());
    acceptor_.set_option(tcp::acceptor::reuse_address{true});
    acceptor_.bind(endpoint);
    acceptor_.listen();
    acceptor_.non_blocking(true);
    port_ = acceptor_.local_endpoint().port();
  }

  void start() {
    asio::post(loop(), [this] { await_next(); });
    for (Loop& loop : room_.loops) {
      work_.emplace_back(loop.io.get_executor());
      threads_.emplace_back([&loop] { loop.io.run(); });
    }
  }

  void stop() {
    if (threads_.empty()) return;
    asio::post(loop(), [this] {
      stopping_ = true;
      std::error_code ignored;
      acceptor_.close(ignored);
      pause_.cancel();
      for (const auto& connection : connections_)
        if (const auto alive = connection.lock()) alive->stop();
      work_.clear();
    });
    for (auto& thread : threads_) thread.join();
    threads_.clear();
    room_.logins.stop();  // whose checks are still queued is gone already
    room_.logins.join();
    room_.storage.join();
    if (const auto events = room_.stranger_events.report_rest())
      room_.backend.note(0, {"events_left_out", {{"left_out", std::to_string(*events)}}}, Whose::stranger);
    // What the workers brought back meanwhile is for connections that are over.
    for (Loop& loop : room_.loops) {
      loop.io.restart();
      loop.io.run();
    }
  }

  std::uint16_t port() const { return port_; }

 private:
  using Acceptor = asio::basic_socket_acceptor<tcp, ServerConnection::Executor>;

  /// The one that the acceptor is served by, and the list of connections.
  asio::io_context& loop() { return room_.loops.front().io; }

  void await_next() noexcept {
    surely([this] {
      acceptor_.async_wait(Acceptor::wait_read, [this](std::error_code) {
        if (!stopping_) accept();
      });
    });
  }

  // [ERR-008] A server that fails in one connection for a reason of its own MUST go on with all others: those to come, too.
  void accept() noexcept {
    std::error_code error;
    try {
      Loop& least_busy = room_.least_busy();
      auto socket = acceptor_.accept(least_busy.io, error);
      if (!error) admit(least_busy, std::move(socket));
    } catch (const std::exception& e) {
      error = asio::error::no_memory;
      refused({}, e.what());
    }
    const bool no_room = error == asio::error::no_descriptors || error == asio::error::no_buffer_space || error == asio::error::no_memory;
    if (!no_room) return await_next();
    surely([this] {
      pause_.expires_after(pause_without_room);
      pause_.async_wait([this](std::error_code cancelled) {
        if (!cancelled) accept();
      });
    });
  }

  void admit(Loop& loop, ServerConnection::Socket socket) {
    // Far over the limit a connection is not worth a handshake: it is closed as it is.
    if (!room_.strangers.take()) return refused(address_of(socket), "too many connections without a verified user");
    std::erase_if(connections_, [](const auto& connection) { return connection.expired(); });
    const auto connection = [&] {
      try {
        return std::make_shared<ServerConnection>(room_, loop, ++last_id_, std::move(socket));
      } catch (...) {
        room_.strangers.give_back();  // which nobody has
        throw;
      }
    }();
    connections_.push_back(connection);
    connection->start();
  }

  void refused(const std::string& address, const char* why) noexcept {
    if (!room_.stranger_events.take(now())) return room_.stranger_events.leave_out(1);
    surely([&] {
      protocol::Note note{"connection_refused", {{"address", address}, {"why", why}}};
      asio::post(room_.storage, [this, note = std::move(note)] { room_.note(0, note, Whose::stranger); });
    });
  }

  ServerRoom room_;
  Acceptor acceptor_;
  asio::steady_timer pause_;
  std::deque<asio::executor_work_guard<asio::io_context::executor_type>> work_;
  std::list<std::weak_ptr<ServerConnection>> connections_;
  ConnectionId last_id_ = 0;
  bool stopping_ = false;
  std::uint16_t port_ = 0;
  std::vector<std::thread> threads_;
};

ServerShell::ServerShell(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
ServerShell::~ServerShell() = default;

std::expected<std::unique_ptr<ServerShell>, std::string> ServerShell::start(ServerShellSettings settings, const ServerIdentity& identity,
                                                                            Backend& backend) {
  const auto where = fmt::format("{} port {}", settings.address, settings.port);
  try {
    auto impl = std::make_unique<Impl>(std::move(settings), identity, backend);
    impl->listen();
    impl->start();
    return std::unique_ptr<ServerShell>{new ServerShell{std::move(impl)}};
  } catch (const std::system_error& e) {
    const auto what_it_means = [&] {
      switch (e.code().value()) {
        case EADDRINUSE: return "another program listens there; choose another port, or 0 for any that is free";
        case EADDRNOTAVAIL: return "no network interface here has this address";
        case EACCES: return "this account may not listen on this port";
        default: return "choose another address or port";
      }
    }();
    return std::unexpected(fmt::format("cannot listen on {}: {} ({})", where, e.code().message(), what_it_means));
  } catch (const std::exception& e) {
    return std::unexpected(fmt::format("cannot listen on {}: {}", where, e.what()));
  }
}

std::uint16_t ServerShell::port() const { return impl_->port(); }
void ServerShell::stop() { impl_->stop(); }

}  // namespace coffer::net
