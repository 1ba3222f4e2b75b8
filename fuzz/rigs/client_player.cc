#include "rigs/client_player.h"

#include "protocol/client_session.h"
#include "protocol/samples.h"
#include "rigs/client_model.h"
#include "rigs/expected.h"
#include "rigs/program.h"
#include "rigs/reach.h"

namespace coffer::fuzz {

namespace p = protocol;
namespace samples = protocol::samples;
namespace table = spec::client_session;
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
      const auto told = journal::take(instance_);
      for (const auto& one : told) hear(one);
      while (const auto action = session_.next_action()) model_.did(*action);
      model_.settled();
      demand_frames(told, model_.words());
      const auto after = session_.state();
      expected_.settled(after != table::final && after != table::initial);
      demand(before != table::final || after == table::final, "SES-033 a closed session stays closed");
      demand(model_.ended() == (after == table::final), "ERR-001 a closed session has told its end");
      const bool driven = after == State::ready || after == State::restoring;
      demand(session_.deadline().has_value() == (!driven && after != table::final), "SES-041 every answer has its timer");
      if (before == table::final && ++steps_after_the_end_ == steps_after_the_end_max) return;
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
        for (const auto& piece : sender_.pieces(step)) {
          expected_.sent(piece.intents);
          session_.feed(now_, piece.octets);
        }
        return;
      case trace::Op::request: {
        auto request = make_request(step);
        auto copy = request;
        if (session_.submit(now_, std::move(request))) model_.asked(copy);
        return;
      }
      case trace::Op::answer:  // a client asks nobody
      case trace::Op::session:
      case trace::Op::channel:
      case trace::Op::restart: return;
      case trace::Op::wait:
        now_ += p::Time(step.c);
        session_.tick(now_);
        return;
      case trace::Op::stop: session_.connected(now_); return;
      case trace::Op::vanish: session_.peer_closed(now_); return;
    }
  }

  void hear(const Told& told) {
    const auto* intent = expected_.met(told);
    if (expected_.lost() || (intent != nullptr && intent->means == Intent::Means::anything)) return model_.lose_track();
    if (intent == nullptr || told.way->row == "default" || intent->event != told.way->event) return;
    if (intent->step.op == trace::Op::data && told.way->to == told.way->from) model_.heard_block();
    if (intent->step.op == trace::Op::message)
      model_.heard(
          make_message(static_cast<spec::MessageKind>(intent->step.a), static_cast<trace::Variant>(intent->step.b), intent->step.c),
          told.way->to);
  }

  p::Time now_{1000};
  p::ClientSession session_{
      {samples::version(), samples::computer, samples::login(), samples::server, samples::client_config, spec::timer_milliseconds}, now_};
  const void* instance_ = journal::newest("client_session");
  Sender sender_;
  Expected expected_;
  ClientModel model_;
  unsigned steps_after_the_end_ = 0;
};

}  // namespace

void play_against_client(const trace::Trace& trace) {
  journal::begin();
  Player().play(trace);
}

}  // namespace coffer::fuzz
