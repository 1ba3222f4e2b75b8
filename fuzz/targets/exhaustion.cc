// What a peer costs a server's session: octets allocated, allocations made, octets held, and octets sent, each bounded by the octets that
// the peer sent; tighter before the user is verified.
#include <algorithm>
#include <deque>

#include "coffer/spec/limits.h"
#include "protocol/samples.h"
#include "protocol/server_session.h"
#include "rigs/meter.h"
#include "rigs/oracle.h"
#include "rigs/pieces.h"
#include "rigs/shell.h"
#include "rigs/trace_mutator.h"
#include "rigs/walks.h"

const coffer::trace::Stock coffer::fuzz::stock{coffer::fuzz::server_walk(), coffer::trace::ops_of_one_session};

namespace {

using namespace coffer;
using namespace coffer::fuzz;

class Peer {
 public:
  void play(const trace::Trace& trace) {
    for (const auto& step : trace) {
      forged_ = forged_ || step.op == trace::Op::header || step.op == trace::Op::flip;
      for (auto& piece : sender_.pieces(step)) waiting_.push_back(std::move(piece.octets));
      come();
      if (step.op != trace::Op::answer) continue;
      costs([&, answer = make_answer(step, fitting_)]() mutable { session_.submit(now_, std::move(answer)); });
      come();
    }
  }

 private:
  /// What waits, as long as the session reads [SES-022].
  void come() {
    for (; session_.wants_input() && !waiting_.empty(); waiting_.pop_front()) {
      came_ += waiting_.front().size();
      longest_ = std::max(longest_, waiting_.front().size());
      costs([&] { session_.feed(now_, waiting_.front()); });
    }
  }
  template <typename Act>
  void costs(Act act) {
    const meter::On on;
    act();
    take_actions();
    const auto& spent = meter::reading();
    const bool verified = session_.verified();
    // Once a header may state a long body, room for one is made; whoever states none, gets none.
    const std::size_t body = !verified ? 4'096 : forged_ ? spec::limits::data_octets_max : 131'072;
    demand(spent.octets <= 8'192 + 2 * body + 24 * came_, "LIM-003 octets allocated are bounded by octets that came");
    demand(spent.allocations <= 100 + came_, "LIM-003 allocations are bounded by octets that came");
    // What comes at once is taken in before its header is looked at; a channel gives it in records.
    demand(spent.held_max <= 8'192 + 4 * (body + longest_), "FRM-014 octets held are bounded by the longest frame");
    if (!verified) demand(sent_ <= 64 + came_, "LIM-003 a stranger is sent no more than it sent");
  }
  void take_actions() {
    while (const auto action = session_.next_action()) {
      if (const auto* send = std::get_if<protocol::Send>(&*action)) sent_ += send->octets.size();
      if (const auto fits = fitting_answer(*action)) fitting_ = *fits;
    }
  }

  const protocol::ServerSettings settings_{protocol::samples::server, {7, 0, 0}, {6, 5, 0}, spec::timer_milliseconds};
  const protocol::Time now_{1000};
  protocol::ServerSession session_{settings_, now_};
  Sender sender_;
  trace::Answer fitting_ = trace::Answer::failed;
  std::deque<Octets> waiting_;
  std::size_t came_ = 0, longest_ = 0, sent_ = 0;
  bool forged_ = false;  // lengths that are none of a message's
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  meter::start();
  Peer().play(trace::from_either({data, size}));
  return 0;
}
