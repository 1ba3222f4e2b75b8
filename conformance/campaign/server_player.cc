#include "campaign/server_player.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace coffer::conformance {

namespace {

using trace::Op;

/// One of the sessions that a trace speaks of.
struct Line {
  const Account* account;
  std::uint64_t computer;
  std::unique_ptr<ClientPeer> peer = {};
  std::unique_ptr<ServerModel> model = {};
  Outgoing outgoing = {};
  std::optional<trace::Tamper> tamper = {};
};

std::string reasons_text(const std::vector<spec::Reason>& reasons) {
  std::vector<std::string_view> names;
  for (const auto reason : reasons) names.push_back(spec::name(reason));
  return fmt::format("disconnect({})", fmt::join(names, " or "));
}

class Player {
 public:
  Player(ServerUnderTest& server, Stage& stage) : server_(server), stage_(stage), world_(*server.fixture) {
    const auto guid = [&] { return stage_.random.guid(); };
    const auto shared = guid();  // the first and the last have one computer
    lines_ = {Line{&server.fixture->alice, shared}, Line{&server.fixture->bob, guid()}, Line{&server.fixture->carol, guid()},
              Line{&server.fixture->alice, shared}};
  }

  Played play(const trace::Trace& trace) {
    try {
      for (; step_ < trace.size(); ++step_) act(trace[step_]);
    } catch (const Unmet& unmet) {
      complain(unmet.expected, unmet.actual);
    } catch (const NotReached& blocked) {
      rule_ = "liveness";
      complain(blocked.expected, blocked.actual);
    }
    return std::move(played_);
  }

 private:
  void act(const trace::Step& step) {
    switch (step.op) {
      case Op::message: {
        if (!ready_to_speak()) return;
        const auto kind = static_cast<spec::MessageKind>(step.a);
        // Nobody is to be left with another password than the fixture's.
        if (kind == spec::MessageKind::change_password) line().outgoing = {};
        return say(encode(control_frame(client_says(kind, static_cast<trace::Variant>(step.b), step.c,
                                                    {*line().account, line().computer, step_ + 1}, world_, *line().model))));
      }
      case Op::data: return ready_to_speak() ? say(data_of(step.a, static_cast<trace::Flaw>(step.b))) : void();
      case Op::header: return ready_to_speak() ? say(encode(header_only(step.a, static_cast<std::uint8_t>(step.b), step.c))) : void();
      case Op::flip:
      case Op::split:
      case Op::join: line().outgoing.prepare(step); return;
      case Op::session:
        at_ = step.a;
        if (line().model && !line().model->open()) line() = {line().account, line().computer};
        return;
      case Op::channel:
        if (step.b == 0) line().tamper = static_cast<trace::Tamper>(step.a);
        return;
      case Op::vanish:
        if (line().peer) hang_up(false);
        return;
      case Op::restart: return restart();
      case Op::answer:  // a server asks itself
      case Op::request:
      case Op::wait:  // nothing here takes time that is not the server's own
      case Op::stop: return;
    }
  }

  Line& line() { return lines_[at_]; }

  /// A session that has not begun is begun; one that is over stays so.
  bool ready_to_speak() {
    auto& l = line();
    if (l.model) return l.model->open();
    l.model = std::make_unique<ServerModel>(world_);
    state_ = "connecting", event_ = "connected";
    l.peer = std::make_unique<ClientPeer>(stage_, server_.endpoint, Walker{}, ClientChannelOptions{.pin = server_.pin});
    ++played_.sessions;
    return true;
  }

  void say(Octets frame) {
    for (const auto& piece : line().outgoing.pieces(std::move(frame))) {
      if (!line().model->open()) return;
      if (const auto how = std::exchange(line().tamper, std::nullopt); how && spoilt(*how, piece)) return;
      speak(piece);
    }
  }

  /// A record altered, held back or brought twice on its way [CHN-012]; false: that cannot be done to what this side sends.
  bool spoilt(trace::Tamper how, const Octets& piece) {
    auto& l = line();
    if (how == trace::Tamper::damage) l.peer->corrupt_next_record();
    if (how == trace::Tamper::drop) l.peer->channel().keep_next_record();
    if (how == trace::Tamper::replay) speak(piece);
    if (how != trace::Tamper::damage && how != trace::Tamper::drop && how != trace::Tamper::replay) return false;
    if (!l.model->open()) return true;
    state_ = spec::server_session::name(l.model->state());
    rule_ = "CHN-012", event_ = "a record that fails its authentication";
    if (how == trace::Tamper::replay)
      l.peer->send_bare(l.peer->channel().last_sent(), "the same record again");
    else
      l.peer->send_octets(piece);
    // What was held back is missed with the next.
    if (how == trace::Tamper::drop) l.peer->send_octets(encode(control_frame(ping(step_))));
    const auto received = l.peer->next();
    if (received.what != Received::What::end) throw Unmet("the end of the connection", received.text());
    l.model->lose_channel();
    l.peer.reset();
    return true;
  }

  /// Sends octets, and sees what the model says is due for them.
  void speak(const Octets& piece) {
    auto& l = line();
    const auto met = l.model->hear(piece);
    const bool ends = !met.empty() && met.back().answer.ends;
    const auto probe = encode(control_frame(ping(step_)));
    // [FRM-017] What stands behind a refusal is not acted on: a server that does not refuse is known by its answer.
    l.peer->send_octets(ends ? joined({piece, probe}) : piece);
    for (const auto& one : met) expect(one);
    if (!l.model->open()) return l.peer.reset();
    const bool silent = !met.empty() && met.back().answer.frames.empty();
    if (silent && !l.model->waits_for_more()) speak(probe);
  }

  void expect(const Met& met) {
    auto& peer = *line().peer;
    const auto& due = met.answer;
    state_ = spec::server_session::name(met.state);
    event_ = met.event;
    rule_ = due.rule;
    std::optional<Received> early;
    const auto next = [&] {
      auto received = early ? std::move(*early) : peer.next();
      early.reset();
      return received;
    };
    for (const auto& frame : due.frames) {
      auto received = next();
      if (due.if_refused && refused_by(received, due.refusal)) {
        due.if_refused();
        expect_end(peer);
        return note(met, spec::name(due.refusal.front()), true);
      }
      if (frame.may_be_left_out && !is(received, frame)) {
        early = std::move(received);
        continue;
      }
      see(received, frame);
    }
    if (due.ends) {
      if (!due.refusal.empty())
        if (const auto received = next(); !refused_by(received, due.refusal)) throw Unmet(reasons_text(due.refusal), received.text());
      expect_end(peer);
    }
    note(met, due.refusal.empty() ? std::string_view() : spec::name(due.refusal.front()), due.ends);
  }

  static bool refused_by(const Received& received, const std::vector<spec::Reason>& reasons) {
    return received.is("disconnect") && received.decoded.canonical() && std::ranges::any_of(reasons, [&](spec::Reason reason) {
             return static_cast<std::uint64_t>(reason) == received.decoded.message->number("reason");
           });
  }

  static bool is(const Received& received, const Due& frame) {
    const bool data = received.what == Received::What::data;
    if (frame.name != "data") return received.is(frame.name);
    return data && received.decoded.canonical() && frame.complaint(*received.decoded.message).empty();
  }

  void see(const Received& received, const Due& frame) {
    const bool named = frame.name == "data" ? received.what == Received::What::data : received.is(frame.name);
    if (!named || !received.decoded.canonical()) throw Unmet(std::string(frame.name), received.text());
    auto wrong = frame.complaint ? frame.complaint(*received.decoded.message) : std::string();
    if (wrong.empty() && frame.data_complaint) wrong = frame.data_complaint(data_parts(received.frame).data);
    if (!wrong.empty()) throw Unmet(fmt::format("{} as it must be", frame.name), wrong);
  }

  /// [SES-004]
  void expect_end(ClientPeer& peer) {
    const auto received = peer.next();
    if (received.what != Received::What::end) throw Unmet("the end of the connection", received.text());
    if (!peer.end().close_notify) throw Unmet("close_notify before the end", peer.end().reset ? "a reset" : "the end alone");
  }

  void note(const Met& met, std::string_view reason, bool ended) {
    played_.seen.push_back({spec::server_session::name(met.state), met.event, ended, reason});
  }

  void hang_up(bool orderly) {
    line().peer.reset();
    line().model->leave(orderly);
  }

  void restart() {
    if (!server_.restart) return;
    for (at_ = 0; at_ < lines_.size(); ++at_)
      if (line().peer) hang_up(true);
    at_ = 0;
    server_.endpoint = server_.restart();
    world_.perhaps_taken.clear();
    for (auto& l : lines_) l = {l.account, l.computer};
  }

  void complain(std::string expected, std::string actual) {
    const bool silent = actual == "nothing in time";
    played_.complaints.push_back({.rule = silent ? "liveness (" + std::string(rule_) + ")" : std::string(rule_),
                                  .state = std::string(state_),
                                  .event = std::string(event_),
                                  .expected = std::move(expected),
                                  .actual = std::move(actual),
                                  .step = step_});
  }

  ServerUnderTest& server_;
  Stage& stage_;
  World world_;
  std::array<Line, trace::sessions_max> lines_;
  std::size_t at_ = 0, step_ = 0;
  std::string_view state_, event_, rule_;
  Played played_;
};

}  // namespace

Played play(const trace::Trace& trace, ServerUnderTest& server, Stage& stage) { return Player(server, stage).play(trace); }

}  // namespace coffer::conformance
