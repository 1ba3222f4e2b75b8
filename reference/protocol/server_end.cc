// Every way a server's session ends: one Disconnect at most, one line in the event log, Close, and nothing after it.
#include "fault/switch.h"
#include "protocol/server_machine.h"

namespace coffer::protocol {

namespace at = server_state;
using spec::Reason;

namespace {

std::string reason_text(std::uint16_t reason) {
  const auto word = name(static_cast<Reason>(reason));
  return word.empty() ? std::to_string(reason) : std::string(word);
}

}  // namespace

std::string guid_text(std::uint64_t guid) {
  std::string text(16, '0');
  for (auto at = text.rbegin(); at != text.rend(); ++at, guid >>= 4U) *at = "0123456789abcdef"[guid & 0xFU];
  return text;
}

void ServerSession::Machine::note(std::string_view event, std::vector<std::pair<std::string_view, std::string>> fields) {
  actions.emplace_back(Note{event, std::move(fields)});
}

// [ERR-001] An endpoint that refuses anything MUST send one Disconnect with the reason that the first failing check gives, and close.
void ServerSession::Machine::end(std::optional<Fault> said, std::vector<std::pair<std::string_view, std::string>> account) {
  // [ARC-054] A server MUST log the end of each restore and whether it was complete, also of one that its session's end cuts short.
  if (const auto* restoring = std::get_if<at::Restoring>(&where)) note_restore_ended(*restoring, false);
  if (const auto* serving = std::get_if<at::ServingRestore>(&where)) {
    const auto* ending = std::get_if<at::End>(&serving->operation);
    note_restore_ended(serving->restoring, ending != nullptr && ending->complete);
  }
  if (said) {
    decided = decision(*said);
    send(Disconnect{std::to_underlying(said->reason)});
    if (fault::on(fault::ERR_001_says_it_twice)) send(Disconnect{std::to_underlying(said->reason)});
    account.emplace_back("reason", name(said->reason));
    account.emplace_back("requirement", said->requirement);
    if (!said->detail.empty()) account.emplace_back("cause", std::move(said->detail));
  }
  account.emplace_back("state", name(state()));
  note("session_closed", std::move(account));
  actions.emplace_back(Close{});
  where = at::Closed{};
  deadline.reset();
}

void ServerSession::Machine::on_refused(const Refused& refusal) {
  const auto index = static_cast<std::size_t>(refusal.reason);
  refuse<Handler::on_refused>({refusal.reason, spec::reason_rows.at(index).requirement, 0, refusal.cause});
}

// [ERR-006] An endpoint that fails for a reason of its own MUST close with internal_error.
void ServerSession::Machine::on_failed(const Failed& failure) {
  refuse<Handler::on_failed>({Reason::internal_error, "ERR-006", 0, failure.cause});
}

// [SES-030] A server MUST answer goodbye with a Disconnect of reason goodbye and close.
void ServerSession::Machine::on_goodbye() {
  if (fault::on(fault::SES_030_goodbye_unanswered)) return end(std::nullopt, {{"by", "client"}});
  refuse<Handler::on_goodbye>({Reason::goodbye, "SES-030"});
}

// [SES-032] A stopping server MUST send each session a Disconnect of reason server_stopping.
void ServerSession::Machine::on_stop() {
  if (fault::on(fault::SES_032_stops_without_a_word)) return end(std::nullopt, {{"by", "server"}});
  refuse<Handler::on_stop>({Reason::server_stopping, "SES-032"});
}

void ServerSession::Machine::on_timer() {
  const bool idle = state() == State::ready || state() == State::restoring;
  refuse<Handler::on_timer>({Reason::timeout, idle ? "SES-006" : "SES-005"});
}

// [FRM-017] After a failed check a receiver MUST NOT act on any later octet of the connection.
void ServerSession::Machine::on_malformed(Fault broken) {
  if (fault::on(fault::FRM_017_acts_on_what_follows))
    if (const auto next = reader.next(); next && *next) receive(**next);
  refuse<Handler::on_malformed>(std::move(broken));
}

// [SES-031] An endpoint whose peer disconnects or vanishes MUST close too and send nothing more.
// [ERR-003] An endpoint MUST treat a Disconnect whose reason it does not know as any other Disconnect.
void ServerSession::Machine::on_disconnect(const Disconnect& disconnect) {
  static_assert(spec::server_session::allowed(Handler::on_disconnect, State::closed));
  if (fault::on(fault::SES_031_answers_a_disconnect)) send(Disconnect{std::to_underlying(Reason::goodbye)});
  if (fault::on(fault::ERR_003_unknown_reason_refused) && name(static_cast<Reason>(disconnect.reason)).empty())
    return on_unexpected(Event::disconnect);
  end(std::nullopt, {{"by", "client"}, {"reason", reason_text(disconnect.reason)}, {"requirement", "SES-031"}});
}

void ServerSession::Machine::on_peer_closed() {
  static_assert(spec::server_session::allowed(Handler::on_peer_closed, State::closed));
  if (fault::on(fault::SES_031_answers_the_end)) send(Disconnect{std::to_underlying(Reason::goodbye)});
  end(std::nullopt, {{"by", "channel"}, {"requirement", "SES-031"}});
}

// [SES-002] An endpoint MUST close with unexpected_message when a message or data frame arrives for which its state has no row.
void ServerSession::Machine::on_unexpected(Event event) {
  if (fault::on(fault::SES_002_unexpected_overlooked)) return;
  if (fault::on(fault::FRM_017_acts_behind_the_unexpected))
    if (const auto next = reader.next(); next && *next) receive(**next);
  end(Fault{Reason::unexpected_message, "SES-002", 0, std::string(name(event))}, {{"by", "server"}});
}

}  // namespace coffer::protocol
