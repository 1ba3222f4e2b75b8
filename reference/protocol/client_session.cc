// The client's session: events, whatever they come from, find their row of the table, and the row's handler runs.
#include "protocol/client_session.h"

#include "fault/switch.h"
#include "protocol/client_machine.h"
#include "protocol/transition.h"

namespace coffer::protocol {

using spec::client_session::find;

// ---- Time ---------------------------------------------------------------------------------------------------------------------------

void ClientSession::Machine::arm() {
  const auto after = [this](spec::Timer timer) { return now + Time(settings.timers[static_cast<std::size_t>(timer)]); };
  switch (state()) {
    case State::connecting: deadline = after(spec::Timer::tls_handshake); return;
    case State::await_proceed:
    case State::await_server_identity:
    case State::await_login_accepted:
    case State::await_ready:
    case State::configured:
    case State::await_pong:
    case State::await_missing_blocks:
    case State::await_version_committed:
    case State::await_versions:
    case State::await_block_list:
    case State::await_blocks_released:
    case State::await_key_state:
    case State::await_key_stored:
    case State::await_key_recovered:
    case State::await_password_changed:
    case State::await_restore_begun:
    case State::await_blocks:
    case State::await_restore_ended:
    case State::leaving:
      // [SES-041] A client MUST close with timeout when an answer does not come within the answer timer.
      deadline = after(spec::Timer::answer);
      if (fault::on(fault::SES_041_waits_for_ever)) deadline.reset();
      return;
    case State::ready:
    case State::restoring:
    case State::closed: deadline.reset(); return;
  }
}

// ---- What arrives -------------------------------------------------------------------------------------------------------------------

// [SES-003] An endpoint MUST process and answer frames in the order in which they arrive.
void ClientSession::Machine::drive() {
  if (fault::on(fault::SES_003_last_frame_first)) return drive_backwards();
  while (state() != State::closed) {
    auto frame = reader.next();
    if (!frame) return take(Event::malformed, std::move(frame).error());
    if (!*frame) return;
    receive(**frame);
  }
}

/// What a fault does in place of drive(): the frames that are there from the last to the first, then what is wrong behind them.
void ClientSession::Machine::drive_backwards() {
  struct Kept {
    FrameKind kind;
    Octets metadata, body;  // a frame's own views end with the next frame
  };
  std::vector<Kept> frames;
  auto frame = reader.next();
  for (; frame && *frame; frame = reader.next())
    frames.push_back(
        {(*frame)->kind, {(*frame)->metadata.begin(), (*frame)->metadata.end()}, {(*frame)->body.begin(), (*frame)->body.end()}});
  for (auto kept = frames.rbegin(); kept != frames.rend() && state() != State::closed; ++kept)
    receive({kept->kind, kept->metadata, kept->body});
  if (!frame && state() != State::closed) take(Event::malformed, std::move(frame).error());
}

// [ERR-002] An endpoint MUST make the checks in the order header, encoding, state, fields, permission, meaning.
void ClientSession::Machine::receive(const Frame& frame) {
  // [FRM-016] A receiver MUST check a data frame's state before its metadata part and its metadata part before its data part.
  if (frame.kind == FrameKind::data) return take(Event::data, frame);
  // [MSG-006] A receiver MUST check the encoding of a message first, whether the state admits it second, and its fields third.
  auto message = decode(frame.body);
  if (!message) return take(Event::malformed, std::move(message).error());
  const auto event = static_cast<Event>(kind(*message));
  if (event == Event::key_state) reader.wipe_used();
  if (fault::on(fault::ERR_002_meaning_before_fields) && event == Event::versions && state() == State::await_versions)
    return take(event, std::move(*message));
  if (find(state(), event) != nullptr || fault::on(fault::MSG_006_fields_before_state))
    if (auto fields = check_fields(*message); !fields) return take(Event::malformed, std::move(fields).error());
  take(event, std::move(*message));
}

void ClientSession::Machine::take(Event event, Input input) {
  const auto from = state();
  decided = {};
  const auto row = step(event, std::move(input));
  tell("client_session", this, from, event, state(), row, decided);
}

std::string_view ClientSession::Machine::step(Event event, Input input) {
  // [SES-001] An endpoint MUST walk the steps … in this order, as the tables of server_session and client_session say.
  if (const auto* row = find(state(), event)) {
    run(row->handler, std::move(input));
    return name(row->handler);
  }
  // The table's default: wire events close, all others cannot matter to a state that has no row for them.
  const bool message = static_cast<std::size_t>(event) < spec::client_session::message_event_count;
  const bool of_the_wire = message || event == Event::data || event == Event::malformed;
  if (!of_the_wire || state() == State::closed) return ignored;
  on_unexpected(event);
  return by_default;
}

void ClientSession::Machine::run(Handler handler, Input input) {
  const auto message = [&]<typename M>(std::in_place_type_t<M>) -> M { return std::get<M>(std::get<Message>(std::move(input))); };
  const auto request = [&]<typename R>(std::in_place_type_t<R>) -> R { return std::get<R>(std::get<ClientRequest>(std::move(input))); };
  switch (handler) {
    case Handler::on_connected: return on_connected();
    case Handler::on_proceed: return on_proceed();
    case Handler::on_server_identity: return on_server_identity(message(std::in_place_type<ServerIdentity>));
    case Handler::on_login_accepted: return on_login_accepted(message(std::in_place_type<LoginAccepted>));
    case Handler::on_config_push: return on_config_push(message(std::in_place_type<ConfigPush>));
    case Handler::on_ready: return on_ready();
    case Handler::on_begin_ping: return on_begin_ping(request(std::in_place_type<BeginPing>));
    case Handler::on_pong: return on_pong(message(std::in_place_type<Pong>));
    case Handler::on_begin_offer: return on_begin_offer(request(std::in_place_type<BeginOffer>));
    case Handler::on_missing_blocks: return on_missing_blocks(message(std::in_place_type<MissingBlocks>));
    case Handler::on_send_block: return on_send_block(request(std::in_place_type<SendBlock>));
    case Handler::on_begin_commit: return on_begin_commit(request(std::in_place_type<BeginCommit>));
    case Handler::on_version_committed: return on_version_committed(message(std::in_place_type<VersionCommitted>));
    case Handler::on_begin_list: return on_begin_list(request(std::in_place_type<BeginList>));
    case Handler::on_versions: return on_versions(message(std::in_place_type<Versions>));
    case Handler::on_begin_list_blocks: return on_begin_list_blocks(request(std::in_place_type<BeginListBlocks>));
    case Handler::on_block_list: return on_block_list(message(std::in_place_type<BlockList>));
    case Handler::on_begin_release: return on_begin_release(request(std::in_place_type<BeginRelease>));
    case Handler::on_blocks_released: return on_blocks_released();
    case Handler::on_begin_fetch_key: return on_begin_fetch_key();
    case Handler::on_key_state: return on_key_state(message(std::in_place_type<KeyState>));
    case Handler::on_begin_store_key: return on_begin_store_key(request(std::in_place_type<BeginStoreKey>));
    case Handler::on_key_stored: return on_key_stored(message(std::in_place_type<KeyStored>));
    case Handler::on_begin_recover_key: return on_begin_recover_key(request(std::in_place_type<BeginRecoverKey>));
    case Handler::on_key_recovered: return on_key_recovered(message(std::in_place_type<KeyRecovered>));
    case Handler::on_begin_change_password: return on_begin_change_password(request(std::in_place_type<BeginChangePassword>));
    case Handler::on_password_changed: return on_password_changed();
    case Handler::on_begin_restore: return on_begin_restore(request(std::in_place_type<RequestRestore>));
    case Handler::on_restore_begun: return on_restore_begun();
    case Handler::on_begin_fetch: return on_begin_fetch(request(std::in_place_type<BeginFetch>));
    case Handler::on_data: return on_data(std::get<Frame>(input));
    case Handler::on_blocks_fetched: return on_blocks_fetched(message(std::in_place_type<BlocksFetched>));
    case Handler::on_end_restore: return on_end_restore(request(std::in_place_type<FinishRestore>));
    case Handler::on_restore_ended: return on_restore_ended();
    case Handler::on_leave: return on_leave();
    case Handler::on_timer: return on_timer();
    case Handler::on_disconnect: return on_disconnect(message(std::in_place_type<Disconnect>));
    case Handler::on_peer_closed: return on_peer_closed();
    case Handler::on_malformed: return on_malformed(std::get<Fault>(std::move(input)));
  }
}

// ---- The session as the program sees it ---------------------------------------------------------------------------------------------

ClientSession::ClientSession(ClientSettings settings, Time now) : machine_(new Machine{.settings = std::move(settings), .now = now}) {
  machine_->reader.set_verified();  // [FRM-010] binds servers alone
  machine_->arm();
  tell_beginning("client_session", machine_.get(), machine_->state());
}
ClientSession::~ClientSession() = default;
ClientSession::ClientSession(ClientSession&&) noexcept = default;
ClientSession& ClientSession::operator=(ClientSession&&) noexcept = default;

void ClientSession::connected(Time now) {
  machine_->now = now;
  machine_->take(Machine::Event::connected, {});
}

void ClientSession::feed(Time now, View octets) {
  machine_->now = now;
  machine_->reader.feed(octets);
  // Blocks are one long answer: each part of it that comes is a sign that the rest is coming.
  if (!octets.empty() && machine_->state() == Machine::State::await_blocks) machine_->arm();
  machine_->drive();
}

bool ClientSession::submit(Time now, ClientRequest request) {
  struct EventOf {
    Machine::Event operator()(const BeginPing&) const { return Machine::Event::begin_ping; }
    Machine::Event operator()(const BeginOffer&) const { return Machine::Event::begin_offer; }
    Machine::Event operator()(const SendBlock&) const { return Machine::Event::send_block; }
    Machine::Event operator()(const BeginCommit&) const { return Machine::Event::begin_commit; }
    Machine::Event operator()(const BeginList&) const { return Machine::Event::begin_list; }
    Machine::Event operator()(const BeginListBlocks&) const { return Machine::Event::begin_list_blocks; }
    Machine::Event operator()(const BeginRelease&) const { return Machine::Event::begin_release; }
    Machine::Event operator()(const BeginFetchKey&) const { return Machine::Event::begin_fetch_key; }
    Machine::Event operator()(const BeginStoreKey&) const { return Machine::Event::begin_store_key; }
    Machine::Event operator()(const BeginRecoverKey&) const { return Machine::Event::begin_recover_key; }
    Machine::Event operator()(const BeginChangePassword&) const { return Machine::Event::begin_change_password; }
    Machine::Event operator()(const RequestRestore&) const { return Machine::Event::begin_restore; }
    Machine::Event operator()(const BeginFetch&) const { return Machine::Event::begin_fetch; }
    Machine::Event operator()(const FinishRestore&) const { return Machine::Event::end_restore; }
    Machine::Event operator()(const Leave&) const { return Machine::Event::leave; }
  };
  const auto event = std::visit(EventOf{}, request);
  if (find(machine_->state(), event) == nullptr || !machine_->sound(request)) return false;
  machine_->now = now;
  machine_->take(event, std::move(request));
  return true;
}

void ClientSession::tick(Time now) {
  machine_->now = now;
  if (machine_->deadline && now >= *machine_->deadline) machine_->take(Machine::Event::timer_expired, {});
}

void ClientSession::peer_closed(Time now) {
  machine_->now = now;
  machine_->take(Machine::Event::peer_closed, {});
}

std::optional<ClientAction> ClientSession::next_action() {
  auto& actions = machine_->actions;
  if (actions.empty()) return std::nullopt;
  auto action = std::move(actions.front());
  actions.pop_front();
  return action;
}

std::optional<Time> ClientSession::deadline() const { return machine_->deadline; }
spec::client_session::State ClientSession::state() const { return machine_->state(); }

}  // namespace coffer::protocol
