#include "rigs/metered_peer.h"

#include <algorithm>

#include "rigs/meter.h"
#include "rigs/shell.h"

namespace coffer::fuzz {

void MeteredPeer::play(const trace::Trace& trace) {
  for (const auto& step : trace) {
    forged_ = forged_ || step.op == trace::Op::header || step.op == trace::Op::flip;
    for (auto& piece : sender_.pieces(step)) waiting_.push_back(std::move(piece.octets));
    come();
    if (step.op != trace::Op::answer) continue;
    act([&] {
      auto answer = make_answer(step, fitting_);
      admitted_ = admitted_ || std::holds_alternative<protocol::LoginAdmitted>(answer);
      session_.submit(now_, std::move(answer));
    });
    come();
  }
}

void MeteredPeer::hang_up() {
  act([&] { session_.peer_closed(now_); });
}

/// What waits, as long as the session reads [SES-022].
void MeteredPeer::come() {
  for (; session_.wants_input() && !waiting_.empty(); waiting_.pop_front()) {
    came_ += waiting_.front().size();
    longest_ = std::max(longest_, waiting_.front().size());
    act([&] { session_.feed(now_, waiting_.front()); });
  }
}

void MeteredPeer::act(const std::function<void()>& what) {
  {
    const meter::On on;
    what();
    while (const auto action = session_.next_action()) {
      if (const auto* send = std::get_if<protocol::Send>(&*action)) sent_ += send->octets.size();
      if (const auto fits = fitting_answer(*action)) fitting_ = *fits;
    }
  }
  judge_(*this);
}

}  // namespace coffer::fuzz
