// The inside of ServerSession: its state, what it waits for, and one member function per handler of the table.
// A handler changes the state only by to<>() or ends the session by refuse<>() or finish<>(), which ask the table at compile time.
#pragma once

#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "fault/switch.h"
#include "protocol/checksum.h"
#include "protocol/server_session.h"
#include "protocol/server_states.h"
#include "protocol/transition.h"

namespace coffer::protocol {

struct ServerSession::Machine {
  using State = spec::server_session::State;
  using Event = spec::server_session::Event;
  using Handler = spec::server_session::Handler;
  /// What an event carries: nothing, a message, a data frame, an answer, or the rule that was broken.
  using Input = std::variant<std::monostate, Message, Frame, ServerAnswer, Fault>;

  const ServerSettings* settings;
  Time now;
  server_state::Any where = server_state::AwaitVersion{};
  std::optional<Time> deadline = {};
  State whole = spec::server_session::initial;  // in which the last whole step left the session: what fails within a step was no step
  bool verified = false;
  Decision decided = {};        // the rule by which the step under way ended the session
  std::string_view guard = {};  // what decided between the states to which its row leads
  FrameReader reader = {};
  Checksum checksum = {};
  std::deque<ServerAction> actions = {};

  State state() const { return static_cast<State>(where.index()); }
  bool wants_input() const {
    return state() != State::closed && (!spec::server_session::held(state()) || fault::on(fault::SES_022_reads_on));
  }

  // ---- server_session.cc: events find their handler ----
  void arm();
  void drive();
  void receive(const Frame& frame);
  void take(Event event, Input input);
  /// The row that was taken, as Transition names it.
  std::string_view step(Event event, Input input);
  void run(Handler handler, Input input);
  bool awaited(const ServerAnswer& answer) const;
  void answered(ServerAnswer answer);

  // ---- server_steps.cc: the steps to ready ----
  void on_version(const Version& version);
  void on_computer(const Computer& computer);
  void on_computer_admitted();
  void on_computer_refused(const ComputerRefused& refusal);
  void on_login(Login login);
  void on_login_admitted(LoginAdmitted admitted);
  void on_login_refused(const LoginRefused& refusal);
  void on_place_taken(const ComputerRefused& refusal);
  void on_config_state(const ConfigState& stated);
  void on_config_ack(const ConfigAck& acknowledged);

  // ---- server_ready.cc: the operations ----
  void on_ping(const Ping& ping);
  void on_offer_blocks(OfferBlocks offer);
  void on_data(const Frame& frame);
  void on_commit_version(CommitVersion commit);
  void on_list_versions(const ListVersions& list);
  void on_list_blocks(const ListBlocks& list);
  void on_release_blocks(ReleaseBlocks release);
  void on_restore_begin(const RestoreBegin& begin);
  void on_done(ServerAnswer answer);
  void on_fetch_blocks(FetchBlocks fetch);
  void on_block_loaded(const BlockLoaded& block);
  void on_restore_end(const RestoreEnd& end);
  void on_restore_done(ServerAnswer answer);
  void note_restore_ended(const server_state::Restoring& restoring, bool complete);

  // ---- server_keys.cc: the archive's key and the account's password ----
  void on_fetch_key();
  void on_store_key(StoreKey store);
  void on_recover_key(RecoverKey recover);
  void on_change_password(ChangePassword change);
  bool answer_about_keys(const ServerAnswer& answer);

  // ---- server_end.cc: every way a session ends ----
  void on_refused(const Refused& refusal);
  void on_failed(const Failed& failure);
  void on_goodbye();
  void on_stop();
  void on_timer();
  void on_malformed(Fault fault);
  void on_disconnect(const Disconnect& disconnect);
  void on_peer_closed();
  void on_unexpected(Event event);

  // ---- the tools of handlers ----
  void send(const Message& message) { actions.emplace_back(Send{control_frame(encode(message))}); }
  void note(std::string_view event, std::vector<std::pair<std::string_view, std::string>> fields);
  void end(std::optional<Fault> said, std::vector<std::pair<std::string_view, std::string>> account);

  /// The state's own knowledge; the handler was found by the table, so the state is the one it names.
  template <typename S>
  S& in() {
    return std::get<S>(where);
  }

  template <Handler handler, typename Next>
  void to(Next next) {
    static_assert(spec::server_session::allowed(handler, Next::state), "the table does not let this handler go there");
    where = std::move(next);
    arm();
  }

  /// Sends Disconnect with the fault's reason, writes the fault to the event log, and closes.
  template <Handler handler>
  void refuse(Fault fault) {
    static_assert(spec::server_session::allowed(handler, State::closed), "the table does not let this handler close");
    end(std::move(fault), {{"by", "server"}});
  }
};

/// A GUID as text has it everywhere: 16 lower-case hex digits.
std::string guid_text(std::uint64_t guid);

}  // namespace coffer::protocol
