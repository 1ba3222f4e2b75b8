#include "campaign/client_player.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "campaign/client_model.h"
#include "campaign/ranges.h"
#include "campaign/speaker.h"

namespace coffer::conformance {

namespace {

using trace::Op;

std::string_view drive_of(const trace::Trace& trace) {
  const auto asked = std::ranges::find(trace, Op::request, &trace::Step::op);
  if (asked == trace.end()) return "connect";
  switch (static_cast<trace::Request>(asked->a)) {
    case trace::Request::ping: return "ping";
    case trace::Request::offer:
    case trace::Request::block:
    case trace::Request::commit:
    case trace::Request::fetch_key:
    case trace::Request::store_key: return "backup";
    case trace::Request::list: return "versions";
    case trace::Request::restore:
    case trace::Request::fetch:
    case trace::Request::end_restore: return "restore";
    case trace::Request::leave:
    case trace::Request::list_blocks:
    case trace::Request::release:
    case trace::Request::recover_key:
    case trace::Request::change_password: return "connect";
  }
  return "connect";
}

/// A message of a server that is well-formed; where the client waits for it, it fits what was asked.
Message server_says(const trace::Step& step, const Asked& asked, const Holdings& held) {
  const auto kind = static_cast<spec::MessageKind>(step.a);
  auto message = example(kind);
  if (kind == spec::MessageKind::server_identity) message.set("guid", held.server_guid);
  if (kind == spec::MessageKind::pong && asked.state == ClientState::await_pong) message.set("token", asked.message.number("token"));
  if (kind == spec::MessageKind::version_committed && asked.state == ClientState::await_version_committed)
    message.set("number", asked.message.number("number"));
  const auto variant = static_cast<trace::Variant>(step.b);
  if (variant == trace::Variant::out_of_range) put_out_of_range(message, step.c);
  if (variant == trace::Variant::extreme) stretch(message);
  if (variant != trace::Variant::varied) return message;
  const auto add = [&](std::string_view field, std::uint64_t by) { message.set(field, message.number(field) + by); };
  if (kind == spec::MessageKind::server_identity) add("guid", step.c % 3);
  if (kind == spec::MessageKind::pong) add("token", step.c % 3);
  if (kind == spec::MessageKind::version_committed) add("number", step.c % 3);
  if (kind == spec::MessageKind::disconnect) message.set("reason", std::uint64_t{step.c % 40});
  if (kind == spec::MessageKind::missing_blocks) message.set("indices", std::vector{static_cast<std::uint16_t>(step.c % 2000)});
  if (kind == spec::MessageKind::versions)
    message.set("entries", std::vector{version_entry(1 + step.c % 3, repeated(32, 1), repeated(9, 2)),
                                       version_entry(1 + step.c / 3 % 3, repeated(32, 1), repeated(9, 2))});
  return message;
}

/// What an honest server answers there.
std::string_view honest_answer(const Asked& asked, const Holdings& held) {
  switch (asked.state) {
    case ClientState::await_proceed: return "proceed";
    case ClientState::await_server_identity: return "server_identity";
    case ClientState::await_login_accepted: return "login_accepted";
    case ClientState::await_ready: return asked.message.number("version") == held.config_version ? "ready" : "config_push";
    case ClientState::configured: return "ready";
    case ClientState::await_pong: return "pong";
    case ClientState::await_missing_blocks: return "missing_blocks";
    case ClientState::await_version_committed: return "version_committed";
    case ClientState::await_versions: return "versions";
    case ClientState::await_block_list: return "block_list";
    case ClientState::await_blocks_released: return "blocks_released";
    case ClientState::await_key_state: return "key_state";
    case ClientState::await_key_stored: return "key_stored";
    case ClientState::await_key_recovered: return "key_recovered";
    case ClientState::await_password_changed: return "password_changed";
    case ClientState::await_restore_begun: return "restore_begun";
    case ClientState::await_blocks: return "blocks_fetched";
    case ClientState::await_restore_ended: return "restore_ended";
    case ClientState::leaving: return "disconnect";
    case ClientState::connecting:
    case ClientState::ready:
    case ClientState::restoring:
    case ClientState::closed: break;
  }
  return {};
}

class Player {
 public:
  Player(const trace::Trace& trace, const Context::Setting& setting, Stage& stage) : trace_(trace), context_(stage, setting) {}

  Played play() {
    try {
      begin();
      serve();
    } catch (const Unmet& unmet) {
      complain(unmet.expected, unmet.actual);
    } catch (const NotReached& blocked) {
      rule_ = "liveness";
      complain(blocked.expected, blocked.actual);
    }
    return std::move(played_);
  }

 private:
  void begin() {
    const auto what = drive_of(trace_);
    Drive drive{.what = std::string(what)};
    const auto tree = [&] { return context_.make_tree({{"one.txt", octets("the first file")}, {"two.bin", repeated(3000, 0x5c)}}); };
    if (what == "restore") {
      context_.drive({.what = "backup", .paths = {tree()}});
      context_.accept().serve_to_any_end();
      if (const auto report = context_.driven(); report.ended != "ok") throw NotReached("a version to restore", report.detail);
      drive.target = context_.scratch() + "/restored";
    }
    if (what == "backup") drive.paths = {tree()};
    context_.drive(std::move(drive));
    ++played_.sessions;
  }

  void serve() {
    auto& server = context_.accept();
    std::vector<spec::Reason> may_refuse;  // the frame before may have been taken for wrong
    bool honest = true;
    for (;;) {
      auto received = server.next();
      if (received.what == Received::What::end) break;
      if (received.is("disconnect")) {
        const auto reason = received.decoded.message->number("reason");
        if (std::ranges::none_of(may_refuse, [&](spec::Reason one) { return static_cast<std::uint64_t>(one) == reason; }))
          throw Unmet("the session to go on", received.text());
        return finish(server, false);
      }
      if (received.what == Received::What::data) {
        server.answer(received);
        continue;
      }
      const auto state = received.what == Received::What::message && received.decoded.canonical()
                             ? state_behind(kind_of(*received.decoded.message))
                             : std::nullopt;
      if (!state) throw Unmet("a message of a client, in its one encoding", received.text());
      may_refuse.clear();
      const Asked asked{*state, *received.decoded.message, context_.holdings().server_guid};
      const auto* step = next_step();
      state_ = spec::client_session::name(*state);
      if (step == nullptr || step->op == Op::answer) {
        rule_ = "SES-001", event_ = honest_answer(asked, context_.holdings());
        server.answer(received);
        note(*state == ClientState::leaving);
        continue;
      }
      honest = false;
      const auto due = depart(server, *step, asked);
      if (!due) return finish(server, false);
      if (!due->may_go_on) return end_as(server, *due);
      may_refuse = due->refusals;
      note(false);
    }
    if (honest) finish(server, true);
  }

  /// The next step that sends something; those before it that wait for a frame are kept for it. nullptr: the steps are over.
  const trace::Step* next_step() {
    while (at_ < trace_.size()) {
      const auto& step = trace_[at_++];
      if (step.op == Op::message || step.op == Op::data || step.op == Op::header || step.op == Op::answer) return &step;
      if (step.op != Op::join) outgoing_.prepare(step);
    }
    return nullptr;
  }

  /// Sends what the step says. nullopt: the client waits for the rest of it, and was left alone.
  std::optional<ClientDue> depart(ServerPeer& server, const trace::Step& step, const Asked& asked) {
    Octets frame;
    if (step.op == Op::message) frame = encode(control_frame(server_says(step, asked, context_.holdings())));
    if (step.op == Op::data) frame = data_of(step.a, static_cast<trace::Flaw>(step.b));
    if (step.op == Op::header) frame = encode(header_only(step.a, static_cast<std::uint8_t>(step.b), step.c));
    Octets sent;
    for (const auto& piece : outgoing_.pieces(std::move(frame))) {
      server.send_octets(piece);
      sent.insert(sent.end(), piece.begin(), piece.end());
    }
    auto due = client_due(asked, sent);
    rule_ = due ? due->rule : "SES-031", event_ = due ? due->event : "the end";
    if (!due) {
      server.close_notify();
      server.shut_sending();
    }
    return due;
  }

  void end_as(ServerPeer& server, const ClientDue& due) {
    if (!due.ends_silently) {
      const auto received = server.next();
      const auto refused =
          received.is("disconnect") && received.decoded.canonical() && std::ranges::any_of(due.refusals, [&](spec::Reason reason) {
            return static_cast<std::uint64_t>(reason) == received.decoded.message->number("reason");
          });
      if (!refused) {
        std::vector<std::string_view> names;
        for (const auto reason : due.refusals) names.push_back(spec::name(reason));
        throw Unmet(fmt::format("disconnect({})", fmt::join(names, " or ")), received.text());
      }
      note(true, spec::name(static_cast<spec::Reason>(received.decoded.message->number("reason"))));
    } else {
      note(true);
    }
    finish(server, false);
  }

  /// The end of the connection, and what the client says of it.
  void finish(ServerPeer& server, bool well) {
    if (const auto received = server.end().any() ? Received{.what = Received::What::end} : server.next();
        received.what != Received::What::end && !well)
      throw Unmet("the end of the connection", received.text());
    const auto report = context_.driven();
    if (well != (report.ended == "ok"))
      throw Unmet(well ? "a client that reports ok" : "a client that does not report ok", report.ended + " " + report.detail);
  }

  void note(bool ended, std::string_view reason = {}) { played_.seen.push_back({state_, event_, ended, reason}); }

  void complain(std::string expected, std::string actual) {
    const bool silent = actual == "nothing in time";
    played_.complaints.push_back({.rule = silent ? "liveness (" + std::string(rule_) + ")" : std::string(rule_),
                                  .state = std::string(state_),
                                  .event = std::string(event_),
                                  .expected = std::move(expected),
                                  .actual = std::move(actual),
                                  .step = at_ == 0 ? 0 : at_ - 1});
  }

  const trace::Trace& trace_;
  Context context_;
  Outgoing outgoing_;
  std::size_t at_ = 0;
  std::string_view state_ = "connecting", event_ = "connected", rule_ = "liveness";
  Played played_;
};

}  // namespace

Played play_against_client(const trace::Trace& trace, const Context::Setting& setting, Stage& stage) {
  return Player(trace, setting, stage).play();
}

}  // namespace coffer::conformance
