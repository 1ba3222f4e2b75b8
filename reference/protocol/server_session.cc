// The server's session: events, whatever they come from, find their row of the table, and the row's handler runs.
#include "protocol/server_session.h"

#include <algorithm>
#include <functional>

#include "coffer/spec/permissions.h"
#include "fault/slip.h"
#include "fault/switch.h"
#include "protocol/server_machine.h"
#include "protocol/transition.h"

namespace coffer::protocol {

using spec::server_session::find;

// ---- Time ---------------------------------------------------------------------------------------------------------------------------

void ServerSession::Machine::arm() {
  const auto after = [this](spec::Timer timer) { return now + Time(settings->timers[static_cast<std::size_t>(timer)]); };
  switch (state()) {
    case State::await_version:
    case State::await_computer:
    case State::await_login:
    case State::await_config:
    case State::await_config_ack:
      // [SES-005] A server MUST close with timeout when a step before ready does not come within the step timer.
      deadline = after(spec::Timer::step);
      if (fault::on(fault::SES_005_no_step_timer)) deadline.reset();
      return;
    case State::ready:
    case State::restoring:
      // [SES-006] A server MUST close with timeout when nothing arrives within the idle timer in ready or restoring.
      deadline = after(spec::Timer::idle);
      if (fault::on(fault::SES_006_no_idle_timer)) deadline.reset();
      return;
    case State::checking_computer:
    case State::checking_login:
    case State::serving:
    case State::serving_restore:
    case State::closed: deadline.reset(); return;
  }
}

// ---- What arrives -------------------------------------------------------------------------------------------------------------------

// [SES-003] An endpoint MUST process and answer frames in the order in which they arrive.
// [SES-022] A server MUST read nothing further from a connection while an operation of it is under way.
void ServerSession::Machine::drive() {
  while (wants_input()) {
    auto frame = reader.next();
    if (!frame) return take(Event::malformed, std::move(frame).error());
    if (!*frame) return;
    receive(**frame);
  }
}

// [ERR-002] An endpoint MUST make the checks in the order header, encoding, state, fields, permission, meaning.
void ServerSession::Machine::receive(const Frame& frame) {
  if (state() == State::ready || state() == State::restoring) arm();  // a whole frame came: the idle timer starts anew
  // [FRM-016] A receiver MUST check a data frame's state before its metadata part and its metadata part before its data part.
  if (frame.kind == FrameKind::data) return take(Event::data, frame);
  // [MSG-006] A receiver MUST check the encoding of a message first, whether the state admits it second, and its fields third.
  auto message = decode(frame.body);
  if (!message) return take(Event::malformed, std::move(message).error());
  const auto event = static_cast<Event>(kind(*message));
  if (event == Event::login || event == Event::change_password) reader.wipe_used();
  if (fault::on(fault::ERR_002_permission_before_fields) && state() == State::ready && event == Event::offer_blocks &&
      in<server_state::Ready>().who.permissions == spec::permissions::restore)
    return take(event, std::move(*message));
  if (find(state(), event) != nullptr || fault::on(fault::MSG_006_fields_before_state))
    if (auto fields = check_fields(*message); !fields) return take(Event::malformed, std::move(fields).error());
  take(event, std::move(*message));
}

void ServerSession::Machine::take(Event event, Input input) {
  decided = {};
  guard = {};
  const auto row = step(event, std::move(input));
  tell("server_session", this, whole, event, state(), row, decided, guard);
  whole = state();
}

std::string_view ServerSession::Machine::step(Event event, Input input) {
  // [SES-001] An endpoint MUST walk the steps … in this order, as the tables of server_session and client_session say.
  if (const auto* row = find(state(), event)) {
    run(row->handler, std::move(input));
    return name(row->handler);
  }
  // The table's default: wire events close, all others cannot matter to a state that has no row for them.
  const bool of_the_wire = static_cast<std::size_t>(event) < spec::server_session::message_event_count || event == Event::data;
  if (!of_the_wire || state() == State::closed) return ignored;
  on_unexpected(event);
  return by_default;
}

void ServerSession::Machine::run(Handler handler, Input input) {
  const auto message = [&]<typename M>(std::in_place_type_t<M>) -> M { return std::get<M>(std::get<Message>(std::move(input))); };
  const auto answer = [&]<typename A>(std::in_place_type_t<A>) -> A { return std::get<A>(std::get<ServerAnswer>(std::move(input))); };
  switch (handler) {
    case Handler::on_version: return on_version(message(std::in_place_type<Version>));
    case Handler::on_computer: return on_computer(message(std::in_place_type<Computer>));
    case Handler::on_computer_admitted: return on_computer_admitted();
    case Handler::on_computer_refused: return on_computer_refused(answer(std::in_place_type<ComputerRefused>));
    case Handler::on_login: return on_login(message(std::in_place_type<Login>));
    case Handler::on_login_admitted: return on_login_admitted(answer(std::in_place_type<LoginAdmitted>));
    case Handler::on_login_refused: return on_login_refused(answer(std::in_place_type<LoginRefused>));
    case Handler::on_place_taken: return on_place_taken(answer(std::in_place_type<ComputerRefused>));
    case Handler::on_config_state: return on_config_state(message(std::in_place_type<ConfigState>));
    case Handler::on_config_ack: return on_config_ack(message(std::in_place_type<ConfigAck>));
    case Handler::on_ping: return on_ping(message(std::in_place_type<Ping>));
    case Handler::on_offer_blocks: return on_offer_blocks(message(std::in_place_type<OfferBlocks>));
    case Handler::on_data: return on_data(std::get<Frame>(input));
    case Handler::on_commit_version: return on_commit_version(message(std::in_place_type<CommitVersion>));
    case Handler::on_list_versions: return on_list_versions(message(std::in_place_type<ListVersions>));
    case Handler::on_list_blocks: return on_list_blocks(message(std::in_place_type<ListBlocks>));
    case Handler::on_release_blocks: return on_release_blocks(message(std::in_place_type<ReleaseBlocks>));
    case Handler::on_fetch_key: return on_fetch_key();
    case Handler::on_store_key: return on_store_key(message(std::in_place_type<StoreKey>));
    case Handler::on_recover_key: return on_recover_key(message(std::in_place_type<RecoverKey>));
    case Handler::on_change_password: return on_change_password(message(std::in_place_type<ChangePassword>));
    case Handler::on_restore_begin: return on_restore_begin(message(std::in_place_type<RestoreBegin>));
    case Handler::on_done: return on_done(std::get<ServerAnswer>(std::move(input)));
    case Handler::on_fetch_blocks: return on_fetch_blocks(message(std::in_place_type<FetchBlocks>));
    case Handler::on_restore_end: return on_restore_end(message(std::in_place_type<RestoreEnd>));
    case Handler::on_restore_done: return on_restore_done(std::get<ServerAnswer>(std::move(input)));
    case Handler::on_refused: return on_refused(answer(std::in_place_type<Refused>));
    case Handler::on_failed: return on_failed(answer(std::in_place_type<Failed>));
    case Handler::on_goodbye: return on_goodbye();
    case Handler::on_stop: return on_stop();
    case Handler::on_timer: return on_timer();
    case Handler::on_malformed: return on_malformed(std::get<Fault>(std::move(input)));
    case Handler::on_disconnect: return on_disconnect(message(std::in_place_type<Disconnect>));
    case Handler::on_peer_closed: return on_peer_closed();
  }
}

// ---- What was asked for -------------------------------------------------------------------------------------------------------------

/// Whether the answer is one that the check or operation under way can have.
bool ServerSession::Machine::awaited(const ServerAnswer& answer) const {
  namespace at = server_state;
  const auto is = [&]<typename A>(std::in_place_type_t<A>) { return std::holds_alternative<A>(answer); };
  if (is(std::in_place_type<Failed>)) return true;
  if (std::holds_alternative<at::CheckingComputer>(where))
    return is(std::in_place_type<ComputerAdmitted>) || is(std::in_place_type<ComputerRefused>);
  if (std::holds_alternative<at::CheckingLogin>(where))
    return is(std::in_place_type<LoginAdmitted>) || is(std::in_place_type<LoginRefused>) || is(std::in_place_type<ComputerRefused>);
  const bool serves = std::holds_alternative<at::Serving>(where) || std::holds_alternative<at::ServingRestore>(where);
  // A block that came before may be refused when it is stored.
  if ((serves || std::holds_alternative<at::Ready>(where)) && is(std::in_place_type<Refused>)) return true;
  if (const auto* serving = std::get_if<at::Serving>(&where)) {
    if (const auto* offer = std::get_if<at::Offer>(&serving->operation)) {
      const auto* found = std::get_if<MissingFound>(&answer);
      const auto offered = offer->ids.size() / sizeof(Digest);
      return found != nullptr &&
             (found->indices.empty() || found->indices.back() < offered ||
              (slip::on(slip::missing_index_off_by_one) && found->indices.back() == offered)) &&
             std::ranges::adjacent_find(found->indices, std::greater_equal<>()) == found->indices.end();
    }
    if (std::holds_alternative<at::List>(serving->operation)) return is(std::in_place_type<VersionsFound>);
    if (std::holds_alternative<at::ListIds>(serving->operation)) return is(std::in_place_type<BlockIdsFound>);
    if (std::holds_alternative<at::Release>(serving->operation)) return is(std::in_place_type<ReleaseStaged>);
    if (std::holds_alternative<at::FetchKey>(serving->operation)) return is(std::in_place_type<KeyFound>);
    if (std::holds_alternative<at::KeepKey>(serving->operation)) return is(std::in_place_type<KeyKept>);
    if (std::holds_alternative<at::OpenKey>(serving->operation)) return is(std::in_place_type<KeyOpened>);
    if (std::holds_alternative<at::SetPassword>(serving->operation)) return is(std::in_place_type<PasswordSet>);
    return std::holds_alternative<at::Commit>(serving->operation) ? is(std::in_place_type<Committed>)
                                                                  : is(std::in_place_type<RestoreAdmitted>);
  }
  if (const auto* serving = std::get_if<at::ServingRestore>(&where)) {
    if (std::holds_alternative<at::End>(serving->operation)) return is(std::in_place_type<RestoreClosed>);
    return is(std::in_place_type<BlockLoaded>) || is(std::in_place_type<BlocksLoaded>);
  }
  return false;
}

void ServerSession::Machine::answered(ServerAnswer answer) {
  if (!awaited(answer)) {
    if (!spec::server_session::held(state())) return;  // the session ended, or never asked
    answer = Failed{"an answer that does not fit what was asked"};
  }
  struct EventOf {
    Event operator()(const ComputerAdmitted&) const { return Event::computer_admitted; }
    Event operator()(const ComputerRefused&) const { return Event::computer_refused; }
    Event operator()(const LoginAdmitted&) const { return Event::login_admitted; }
    Event operator()(const LoginRefused&) const { return Event::login_refused; }
    Event operator()(const MissingFound&) const { return Event::done; }
    Event operator()(const Committed&) const { return Event::done; }
    Event operator()(const VersionsFound&) const { return Event::done; }
    Event operator()(const BlockIdsFound&) const { return Event::done; }
    Event operator()(const ReleaseStaged&) const { return Event::done; }
    Event operator()(const KeyFound&) const { return Event::done; }
    Event operator()(const KeyKept&) const { return Event::done; }
    Event operator()(const KeyOpened&) const { return Event::done; }
    Event operator()(const PasswordSet&) const { return Event::done; }
    Event operator()(const RestoreAdmitted&) const { return Event::done; }
    Event operator()(const BlockLoaded&) const { return Event::done; }
    Event operator()(const BlocksLoaded&) const { return Event::done; }
    Event operator()(const RestoreClosed&) const { return Event::done; }
    Event operator()(const Refused&) const { return Event::refused; }
    Event operator()(const Failed&) const { return Event::failed; }
  };
  // One block of several: the operation goes on, so it is no event of the table.
  if (const auto* block = std::get_if<BlockLoaded>(&answer)) return on_block_loaded(*block);
  const auto event = std::visit(EventOf{}, answer);
  take(event, std::move(answer));
}

// ---- The session as the shell sees it -----------------------------------------------------------------------------------------------

ServerSession::ServerSession(const ServerSettings& settings, Time now) : machine_(new Machine{.settings = &settings, .now = now}) {
  machine_->arm();
  tell_beginning("server_session", machine_.get(), machine_->state());
}
ServerSession::~ServerSession() = default;
ServerSession::ServerSession(ServerSession&&) noexcept = default;
ServerSession& ServerSession::operator=(ServerSession&&) noexcept = default;

void ServerSession::feed(Time now, View octets) {
  auto& machine = *machine_;
  machine.now = now;
  if (machine.state() == Machine::State::closed || octets.empty()) return;
  machine.reader.feed(octets);
  machine.drive();
}

void ServerSession::submit(Time now, ServerAnswer answer) {
  machine_->now = now;
  machine_->answered(std::move(answer));
  machine_->drive();
}

void ServerSession::tick(Time now) {
  machine_->now = now;
  if (machine_->deadline && now >= *machine_->deadline) machine_->take(Machine::Event::timer_expired, {});
}

void ServerSession::stop(Time now) {
  machine_->now = now;
  machine_->take(Machine::Event::stop, {});
}

void ServerSession::peer_closed(Time now) {
  machine_->now = now;
  machine_->take(Machine::Event::peer_closed, {});
}

std::optional<ServerAction> ServerSession::next_action() {
  auto& actions = machine_->actions;
  if (actions.empty()) return std::nullopt;
  auto action = std::move(actions.front());
  actions.pop_front();
  return action;
}

std::optional<Time> ServerSession::deadline() const { return machine_->deadline; }
bool ServerSession::wants_input() const { return machine_->wants_input(); }
bool ServerSession::holds_octets() const { return machine_->reader.buffered() != 0; }
spec::server_session::State ServerSession::state() const { return machine_->state(); }
bool ServerSession::verified() const { return machine_->verified; }

}  // namespace coffer::protocol
