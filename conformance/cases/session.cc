// Chapter 5: the order of the steps, and the end.
#include "cases/all.h"
#include "judge/context.h"

namespace coffer::conformance {
namespace {

using State = spec::server_session::State;
using spec::Reason;

}  // namespace

std::vector<Case> session_cases() {
  return {
      {
          .id = "session.goodbye_is_answered",
          .requirements = {"SES-030", "SES-004"},
          .goal = "A server answers goodbye with a Disconnect of reason goodbye and ends the connection in order",
          .steps = {"walk to ready", "send goodbye", "expect Disconnect(goodbye), close_notify, end of stream"},
          .script =
              [](Context& c) {
                auto& client = c.at(State::ready);
                client.send(goodbye());
                client.expect_orderly_end(Reason::goodbye);
              },
      },
      {
          .id = "session.other_protocol_version",
          .requirements = {"SES-011"},
          .goal = "A client of protocol 7 is refused with version_invalid",
          .steps = {"connect", "send version with protocol 7", "expect Disconnect(version_invalid)"},
          .script =
              [](Context& c) {
                auto& client = c.connect();
                client.send(version().set("protocol", 7));
                client.expect_refusal(Reason::version_invalid);
              },
          .twin =
              [](Context& c) {
                auto& client = c.connect();
                client.send(version().set("protocol", 6));
                client.expect("proceed");
              },
      },
      {
          .id = "session.client_refuses_early_ready",
          .requirements = {"SES-002"},
          .role = Role::client,
          .goal = "A client that waits for proceed closes with unexpected_message when it is told ready instead",
          .steps = {"let the client connect", "answer its version with ready", "expect Disconnect(unexpected_message)"},
          .script =
              [](Context& c) {
                auto& server = c.client_in(spec::client_session::State::await_proceed);
                server.send(ready());
                server.expect_refusal(Reason::unexpected_message);
                c.require(c.driven().ended != "ok", "a client that reports no success", "ok");
              },
          .twin =
              [](Context& c) {
                auto& server = c.client_in(spec::client_session::State::await_proceed);
                server.answer(c.pending());
                server.serve_to_the_end();
                c.require(c.driven().ended == "ok", "ok", "a failure");
              },
      },
  };
}

}  // namespace coffer::conformance
