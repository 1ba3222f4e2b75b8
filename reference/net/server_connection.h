// One connection of a server: its socket, TLS channel and session machine. Everything runs on the thread of the connection's loop; only
// start() and stop() may be called from elsewhere. It keeps itself alive while something is under way. No exception leaves it: what throws
// ends the connection, and no other.
// Must not know: other connections, accounts, stores.
#pragma once

#include <asio/ip/tcp.hpp>
#include <asio/steady_timer.hpp>
#include <asio/thread_pool.hpp>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "net/backend.h"
#include "net/tls_channel.h"
#include "protocol/server_session.h"

namespace coffer::net {

struct Loop;
struct ServerRoom;

class ServerConnection : public std::enable_shared_from_this<ServerConnection> {
 public:
  using Executor = asio::io_context::executor_type;
  using Socket = asio::basic_stream_socket<asio::ip::tcp, Executor>;

  /// A place among the room's strangers is already taken for it. `socket` is of `loop`.
  ServerConnection(ServerRoom& room, Loop& loop, ConnectionId id, Socket socket);
  ~ServerConnection();

  void start();
  void stop();

 private:
  enum class Phase { handshake, session, closing, done };
  using Clock = asio::steady_timer::clock_type;
  using Timer = asio::basic_waitable_timer<Clock, asio::wait_traits<Clock>, Executor>;

  // Blocks asked for and not yet sent.
  struct Loading {
    Octets ids;
    std::size_t next = 0;  // octets of ids before it are dealt with
    bool under_way = false;
    std::vector<std::uint16_t> missing;
  };

  template <class Happening>
  void handle(Happening happening) noexcept;
  void give_up(const char* why) noexcept;

  void proceed();
  void advance();
  void established();
  void take_actions();
  void perform(protocol::Send&& action);
  void perform(protocol::CheckComputer&& action);
  void perform(protocol::CheckLogin&& action);
  void perform(protocol::FindMissing&& action);
  void perform(protocol::StoreBlock&& action);
  void perform(protocol::CommitRequest&& action);
  void perform(protocol::FindVersions&& action);
  void perform(protocol::FindBlockIds&& action);
  void perform(protocol::StageRelease&& action);
  void perform(protocol::FindKey&& action);
  void perform(protocol::KeepKey&& action);
  void perform(protocol::OpenKey&& action);
  void perform(protocol::SetPassword&& action);
  void perform(protocol::BeginRestore&& action);
  void perform(protocol::LoadBlocks&& action);
  void perform(protocol::EndRestore&& action);
  void perform(protocol::Note&& action);
  void perform(protocol::Close&& action);

  template <class Call, class Take>
  void have_done(asio::thread_pool& pool, Call call, Take take);
  template <class Question>
  void ask(asio::thread_pool& pool, Question question, protocol::ServerAnswer (Backend::*answer)(ConnectionId, const Question&));
  void answered(protocol::ServerAnswer answer);
  void load_next();
  void loaded(std::vector<LoadedBlock> blocks);
  void store_arrived();
  void seal();
  void take_output();
  void note(protocol::Note note);
  void record(protocol::Note note, Whose whose);
  void write(ConnectionId connection, protocol::Note note, Whose whose);
  void record_kept_back();

  bool may_process() const;
  bool queue_is_full() const;
  void await_input();
  bool may_watch() const;
  void watch();
  void read();
  void flush();
  void await_output();
  void peer_gone();
  void begin_closing();
  void leave_backend() noexcept;
  void finish();
  void give_back_session();

  protocol::Time timer(spec::Timer which) const;
  std::optional<protocol::Time> deadline() const;
  void arm();
  void time_came();

  ServerRoom& room_;
  Loop& loop_;
  const ConnectionId id_;
  Socket socket_;
  TlsChannel channel_;
  std::optional<protocol::ServerSession> session_;
  Phase phase_ = Phase::handshake;
  std::string peer_;

  Octets out_;
  std::size_t sent_ = 0;                       // of out_
  Octets unsealed_;                            // what is to be sent next: frames share records
  std::size_t unstored_ = 0;                   // octets of blocks that wait for the storage thread
  std::vector<protocol::StoreBlock> arrived_;  // those of them that it has not been given
  bool storing_ = false;                       // it has some
  std::optional<Loading> loading_;
  std::vector<protocol::Note> kept_back_;  // came too fast to be recorded before a user is verified; a few at most

  bool awaiting_input_ = false, awaiting_output_ = false;
  bool octets_wait_ = false;                                        // in the socket, while the session takes none
  bool peer_ended_ = false;                                         // the peer sends no more
  bool sending_ended_ = false;                                      // nor do we
  bool with_backend_ = false;                                       // which is to hear that it is over
  bool stranger_ = true, in_session_ = false, unverified_ = false;  // places taken

  Timer timer_;
  std::optional<protocol::Time> armed_;
  protocol::Time handshake_until_, closing_until_{}, progressed_{};
};

/// "127.0.0.1 port 4287"; empty once nobody is there.
std::string address_of(const ServerConnection::Socket& socket);

}  // namespace coffer::net
