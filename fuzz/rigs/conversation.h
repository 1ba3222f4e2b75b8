// Both ends of one session, a client's and a server's of ours, and the wires between them, which somebody else has in hand. Each end is
// held against the tables and its model, and against what the other end said.
// Must not know: traces' meaning, who asks and who answers.
#pragma once

#include <array>

#include "rigs/agreement.h"
#include "rigs/channel.h"
#include "rigs/client_model.h"
#include "rigs/ear.h"
#include "rigs/server_model.h"
#include "rigs/wire.h"

namespace coffer::fuzz {

/// The server's shell and the client's program.
class Parties {
 public:
  virtual ~Parties() = default;
  /// All answers to a question, in order.
  virtual std::vector<protocol::ServerAnswer> answer(const protocol::ServerAction& question) = 0;
  /// What the server's session wants done without an answer; one comes where it fails.
  virtual std::optional<protocol::ServerAnswer> perform(const protocol::ServerAction& action) = 0;
  virtual void told(const protocol::ClientAction& action) = 0;
};

class Conversation {
 public:
  enum Direction : std::uint8_t { to_server, to_client };
  using ServerState = spec::server_session::State;
  using ClientState = spec::client_session::State;

  /// `parties` must outlive it.
  Conversation(ChannelPair channels, const protocol::ClientSettings& settings, protocol::Time now, Parties& parties);
  Conversation(const Conversation&) = delete;  // the session holds on to the settings
  Conversation& operator=(const Conversation&) = delete;

  // ---- The ends --------------------------------------------------------------------------------------------------------------------
  /// The client begins to speak, once its channel is up.
  void begin();
  bool begun() const { return begun_; }
  void ask(protocol::ClientRequest request);
  /// What the server's shell has not answered yet.
  const std::optional<protocol::ServerAction>& question() const { return question_; }
  void answer(protocol::ServerAnswer answer);
  /// As the parties do.
  void answer();
  void tick(protocol::Time now);
  void stop_server();
  ClientState client_state() const { return client_.state(); }
  ServerState server_state() const { return server_.state(); }
  /// Both sessions are closed.
  bool over() const { return client_state() == spec::client_session::final && server_state() == spec::server_session::final; }

  // ---- What is between them --------------------------------------------------------------------------------------------------------
  /// Deliver, drop, replay, damage, reflect or end.
  void tamper(trace::Tamper how, Direction where, std::size_t record);
  /// A record is taken away, and put where it does not belong.
  const Octets* steal(Direction where, std::size_t record) { return wires_[where].take(record); }
  void inject(Direction where, View record);
  void vanish();
  /// Until nobody has anything to say.
  void let_go();

 private:
  bool reads(Direction where) const;
  void deliver(Direction where, View record);
  void cut(Direction where);
  Channel& end_of(Direction where) { return where == to_server ? *server_channel_ : *client_channel_; }
  void connect();
  void settle_client();
  void settle_server();
  void settle_server(const std::vector<Told>& told);
  void say(Direction where, View octets);
  void hang_up(Direction where);

  protocol::Time now_;
  const protocol::ServerSettings server_settings_;
  const protocol::ClientSettings settings_;
  Parties& parties_;
  protocol::ServerSession server_;
  protocol::ClientSession client_;
  const void* const server_instance_;
  const void* const client_instance_;
  std::unique_ptr<Channel> client_channel_, server_channel_;
  std::array<Wire, 2> wires_;
  std::array<Ear, 2> ears_;
  ServerModel server_model_;
  ClientModel client_model_;
  Agreement agreement_;
  std::optional<protocol::ServerAction> question_;
  bool begun_ = false, connected_ = false;
};

}  // namespace coffer::fuzz
