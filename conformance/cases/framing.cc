// Chapter 3.1: what a server does with frames that break the header's rules.
#include "cases/all.h"
#include "coffer/spec/limits.h"
#include "judge/context.h"

namespace coffer::conformance {
namespace {

using State = spec::server_session::State;
using spec::Reason;
namespace limits = spec::limits;

}  // namespace

std::vector<Case> framing_cases() {
  return {
      server_rejects({
          .id = "framing.control_length_over_limit",
          .requirements = {"FRM-008", "FRM-012"},
          .state = State::ready,
          .goal = "A control frame whose header announces one octet more than the limit is refused before any of its body",
          .wrong = [](Context&) { return header_only(kind_control, 0, limits::control_octets_max + 1); },
          .reason = Reason::frame_too_large,
          .right = [](Context&) { return control_frame(ping(1)); },
          .answer = "pong",
      }),
      {
          .id = "framing.cut_into_single_octets",
          .requirements = {"FRM-013"},
          .goal = "A frame that comes one octet per TLS record is taken like any other",
          .steps = {"walk to ready", "send ping, one octet per record", "expect pong with its token"},
          .script =
              [](Context& c) {
                auto& client = c.at(State::ready);
                client.send_in_pieces(encode(control_frame(ping(77))), 1);
                const auto pong = client.expect("pong");
                c.require(pong.number("token") == 77, "token 77", to_text(pong));
              },
      },
  };
}

}  // namespace coffer::conformance
