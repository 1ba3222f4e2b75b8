// The inside of ClientSession: its state, what it waits for, and one member function per handler of the table.
// A handler changes the state only by to<>() or ends the session by refuse<>() or end(), which ask the table at compile time.
#pragma once

#include <deque>
#include <optional>
#include <set>
#include <string_view>
#include <utility>

#include "protocol/checksum.h"
#include "protocol/client_session.h"
#include "protocol/client_states.h"
#include "protocol/transition.h"
#include "protocol/wipe.h"

namespace coffer::protocol {

struct ClientSession::Machine {
  using State = spec::client_session::State;
  using Event = spec::client_session::Event;
  using Handler = spec::client_session::Handler;
  /// What an event carries: nothing, a message, a data frame, a request of the program, or the rule that was broken.
  using Input = std::variant<std::monostate, Message, Frame, ClientRequest, Fault>;

  ClientSettings settings;
  Time now;
  client_state::Any where = client_state::Connecting{};
  std::optional<Time> deadline = {};
  std::set<Digest> to_send = {};  // named missing in this session and not yet sent
  Decision decided = {};          // the rule by which the step under way ended the session
  FrameReader reader = {};
  Checksum checksum = {};
  std::deque<ClientAction> actions = {};

  State state() const { return static_cast<State>(where.index()); }

  // ---- client_session.cc: events find their handler ----
  void arm();
  void drive();
  void drive_backwards();
  void receive(const Frame& frame);
  void take(Event event, Input input);
  /// The row that was taken, as Transition names it.
  std::string_view step(Event event, Input input);
  void run(Handler handler, Input input);
  bool sound(const ClientRequest& request) const;

  // ---- client_steps.cc: the steps to ready ----
  void on_connected();
  void on_proceed();
  void on_server_identity(const ServerIdentity& identity);
  void on_login_accepted(const LoginAccepted& accepted);
  void on_config_push(ConfigPush push);
  void on_ready();

  // ---- client_ready.cc: requests and their answers ----
  void on_begin_ping(const BeginPing& request);
  void on_pong(const Pong& pong);
  void on_begin_offer(BeginOffer request);
  void on_missing_blocks(MissingBlocks missing);
  void on_send_block(const SendBlock& request);
  void on_begin_commit(BeginCommit request);
  void on_version_committed(const VersionCommitted& committed);
  void on_begin_list(const BeginList& request);
  void on_versions(Versions versions);
  void on_begin_list_blocks(const BeginListBlocks& request);
  void on_block_list(BlockList list);
  void on_begin_release(BeginRelease request);
  void on_blocks_released();
  void on_begin_restore(const RequestRestore& request);
  void on_restore_begun();
  void on_begin_fetch(BeginFetch request);
  void on_data(const Frame& frame);
  void on_blocks_fetched(BlocksFetched fetched);
  void on_end_restore(const FinishRestore& request);
  void on_restore_ended();
  void on_leave();

  // ---- client_keys.cc: the archive's key and the account's password ----
  void on_begin_fetch_key();
  void on_key_state(KeyState state);
  void on_begin_store_key(BeginStoreKey request);
  void on_key_stored(const KeyStored& stored);
  void on_begin_recover_key(BeginRecoverKey request);
  void on_key_recovered(KeyRecovered recovered);
  void on_begin_change_password(BeginChangePassword request);
  void on_password_changed();

  // ---- client_end.cc: every way a session ends ----
  void on_timer();
  void on_disconnect(const Disconnect& disconnect);
  void on_peer_closed();
  void on_malformed(Fault fault);
  void on_unexpected(Event event);

  // ---- the tools of handlers ----
  void send(const Message& message) {
    auto payload = encode(message);
    actions.emplace_back(Send{control_frame(payload)});
    wipe(payload);  // the login's holds a password
  }
  void end(Ended how);

  /// The state's own knowledge; the handler was found by the table, so the state is the one it names.
  template <typename S>
  S& in() {
    return std::get<S>(where);
  }

  template <Handler handler, typename Next>
  void to(Next next) {
    static_assert(spec::client_session::allowed(handler, Next::state), "the table does not let this handler go there");
    where = std::move(next);
    arm();
  }

  /// Sends Disconnect with the fault's reason, and closes.
  template <Handler handler>
  void refuse(Fault fault) {
    static_assert(spec::client_session::allowed(handler, State::closed), "the table does not let this handler close");
    end({std::nullopt, std::move(fault)});
  }
};

}  // namespace coffer::protocol
