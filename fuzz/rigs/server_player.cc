#include "rigs/server_player.h"

#include <algorithm>
#include <array>

#include "protocol/samples.h"
#include "protocol/server_session.h"
#include "rigs/expected.h"
#include "rigs/octet_source.h"
#include "rigs/reach.h"
#include "rigs/server_model.h"
#include "rigs/shell.h"

namespace coffer::fuzz {

namespace p = protocol;
namespace samples = protocol::samples;
namespace table = spec::server_session;
using State = table::State;

namespace {

class Player {
 public:
  void play(const trace::Trace& trace) {
    for (std::size_t number = 0; const auto& step : trace) {
      journal::at_step(number++);
      saw(static_cast<std::size_t>(session_.state()), step);
      const auto before = session_.state();
      act(step);
      settle(before);
      const auto after = session_.state();
      expected_.settled(!table::held(after) && after != table::final);
      if (before == table::final && ++steps_after_the_end_ == steps_after_the_end_max) return;
    }
  }
  /// Octets of the wire, cut at these places, each question answered as it asks for.
  void play(View stream, std::span<const std::size_t> cuts) {
    for (std::size_t from = 0; const auto cut : cuts) {
      const auto at = [&](std::size_t octet) { return stream.begin() + static_cast<std::ptrdiff_t>(octet); };
      feed({{at(from), at(cut)}, {Intent{.means = Intent::Means::unknown}}});
      from = cut;
      for (int answers = 0; table::held(session_.state()) && answers < 64; ++answers) {
        const auto before = session_.state();
        answer({trace::Op::answer});
        settle(before);
      }
    }
  }

 private:
  void act(const trace::Step& step) {
    switch (step.op) {
      case trace::Op::message:
      case trace::Op::data:
      case trace::Op::header:
      case trace::Op::flip:
      case trace::Op::split:
      case trace::Op::join:
        for (const auto& piece : sender_.pieces(step)) feed(piece);
        return;
      case trace::Op::answer: return answer(step);
      case trace::Op::request:  // a server has no program
      case trace::Op::session:
      case trace::Op::channel:
      case trace::Op::restart: return;
      case trace::Op::wait:
        now_ += p::Time(step.c);
        session_.tick(now_);
        return;
      case trace::Op::stop: session_.stop(now_); return;
      case trace::Op::vanish: session_.peer_closed(now_); return;
    }
  }

  void feed(const Piece& piece) {
    const auto before = session_.state();
    expected_.sent(piece.intents);
    session_.feed(now_, piece.octets);
    if (!table::held(before)) return settle(before);
    demand(session_.state() == before && !session_.next_action(), "SES-022 in a held state nothing is read");
  }

  void answer(const trace::Step& step) {
    auto answer = make_answer(step, fitting_);
    model_.answered(answer, session_.state());
    session_.submit(now_, std::move(answer));
  }

  /// Takes what the session wants done, and asks the model and the table about it.
  void settle(State before) {
    const auto told = journal::take(instance_);
    for (const auto& step : told) {
      const auto* intent = expected_.met(step);
      if (expected_.lost() || (intent != nullptr && intent->means == Intent::Means::anything)) {
        model_.lose_track();  // of what was heard, not of what is done
      } else if (intent != nullptr && intent->step.op == trace::Op::message && intent->event == step.way->event &&
                 step.way->row != "default") {
        model_.heard(
            make_message(static_cast<spec::MessageKind>(intent->step.a), static_cast<trace::Variant>(intent->step.b), intent->step.c),
            step.way->to);
      }
    }
    while (const auto action = session_.next_action()) {
      model_.did(*action);
      if (const auto fits = fitting_answer(*action)) fitting_ = *fits;
    }
    demand_frames(told, model_.words());
    const auto after = session_.state();
    demand(reachable(before, after), "SES-001 the state moves along the table");
    demand(model_.closed() == (after == table::final), "ERR-001 a closed session has said Close");
    demand(session_.deadline().has_value() == (!table::held(after) && after != table::final),
           "SES-005 every state but a held one has its timer");
    demand(session_.wants_input() == session_.deadline().has_value(), "SES-022 a held state reads nothing");
  }

  /// One input may carry several steps of the walk (held frames, two pieces): any path of the table's rows is allowed.
  static bool reachable(State from, State to) {
    static const auto closure = [] {
      std::array<std::uint32_t, table::state_count> reach{};
      for (std::size_t s = 0; s < reach.size(); ++s) reach[s] = std::uint32_t{1} << s | bit(table::final);
      for (std::size_t round = 0; round < reach.size(); ++round)
        for (const auto& row : table::rows)
          for (std::size_t t = 0; t < reach.size(); ++t)
            if ((row.targets >> t & 1U) != 0) reach[static_cast<std::size_t>(row.state)] |= reach[t];
      return reach;
    }();
    return (closure[static_cast<std::size_t>(from)] & bit(to)) != 0;
  }

  p::Time now_{1000};
  p::ServerSettings settings_{samples::server, {7, 0, 0}, {6, 5, 0}, spec::timer_milliseconds};
  p::ServerSession session_{settings_, now_};
  const void* instance_ = journal::newest("server_session");
  Sender sender_;
  Expected expected_;
  ServerModel model_;
  trace::Answer fitting_ = trace::Answer::failed;
  unsigned steps_after_the_end_ = 0;
};

}  // namespace

void play_against_server(const trace::Trace& trace) {
  journal::begin();
  Player().play(trace);
}

void play_octets_against_server(View octets) {
  OctetSource source(octets);
  source.octet();
  std::vector<std::size_t> cuts(source.octet() % 8);
  for (auto& cut : cuts) cut = source.below(65'536);
  const auto stream = source.rest();
  std::erase_if(cuts, [&](auto cut) { return cut >= stream.size(); });
  cuts.push_back(stream.size());
  std::ranges::sort(cuts);
  journal::begin();
  Player().play(stream, cuts);
}

}  // namespace coffer::fuzz
