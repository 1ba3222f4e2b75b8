// Every way a client's session ends: one Disconnect at most, Close, the account of it, and nothing after that.
#include "fault/switch.h"
#include "protocol/client_machine.h"

namespace coffer::protocol {

namespace at = client_state;
using spec::Reason;

// [ERR-001] An endpoint that refuses anything MUST send one Disconnect with the reason that the first failing check gives, and close.
void ClientSession::Machine::end(Ended how) {
  if (how.fault) decided = decision(*how.fault);
  const bool channel = state() != State::connecting;
  if (how.fault && channel) send(Disconnect{std::to_underlying(how.fault->reason)});
  if (fault::on(fault::ERR_001_says_it_twice) && how.fault && channel) send(Disconnect{std::to_underlying(how.fault->reason)});
  where = at::Closed{};
  deadline.reset();
  actions.emplace_back(Close{});
  actions.emplace_back(std::move(how));
}

// [SES-041] A client MUST close with timeout when an answer does not come within the answer timer.
void ClientSession::Machine::on_timer() { refuse<Handler::on_timer>({Reason::timeout, "SES-041"}); }

// [SES-031] An endpoint whose peer disconnects or vanishes MUST close too and send nothing more.
// [ERR-003] An endpoint MUST treat a Disconnect whose reason it does not know as any other Disconnect.
void ClientSession::Machine::on_disconnect(const Disconnect& disconnect) {
  static_assert(spec::client_session::allowed(Handler::on_disconnect, State::closed));
  if (fault::on(fault::SES_031_answers_a_disconnect)) send(Disconnect{std::to_underlying(Reason::goodbye)});
  if (fault::on(fault::ERR_003_unknown_reason_refused) && name(static_cast<Reason>(disconnect.reason)).empty())
    return on_unexpected(Event::disconnect);
  end({disconnect.reason, std::nullopt});
}

void ClientSession::Machine::on_peer_closed() {
  static_assert(spec::client_session::allowed(Handler::on_peer_closed, State::closed));
  if (fault::on(fault::SES_031_answers_the_end)) send(Disconnect{std::to_underlying(Reason::goodbye)});
  end({});
}

// [FRM-017] After a failed check a receiver MUST NOT act on any later octet of the connection.
void ClientSession::Machine::on_malformed(Fault broken) {
  if (fault::on(fault::FRM_017_acts_on_what_follows))
    if (const auto next = reader.next(); next && *next) receive(**next);
  refuse<Handler::on_malformed>(std::move(broken));
}

// [SES-002] An endpoint MUST close with unexpected_message when a message or data frame arrives for which its state has no row.
void ClientSession::Machine::on_unexpected(Event event) {
  if (fault::on(fault::SES_002_unexpected_overlooked)) return;
  if (fault::on(fault::FRM_017_acts_behind_the_unexpected))
    if (const auto next = reader.next(); next && *next) receive(**next);
  end({std::nullopt, Fault{Reason::unexpected_message, "SES-002", 0, std::string(name(event))}});
}

}  // namespace coffer::protocol
