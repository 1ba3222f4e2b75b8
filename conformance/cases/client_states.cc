// Chapter 5.1: the client's table, every state in which it reads the wire against every message. What has no row closes with
// unexpected_message.
#include <fmt/core.h>

#include "cases/all.h"
#include "cases/client_scenes.h"

namespace coffer::conformance {
namespace {

namespace table = spec::client_session;
using State = ClientState;

Case unexpected(State state, std::string_view what, std::function<Frame(Context&)> frame) {
  return {
      .id = fmt::format("client.state.{}.{}", table::name(state), what),
      .requirements = {"SES-002", "SES-001"},
      .role = Role::client,
      .goal = fmt::format("{} is unexpected for a client in {}", what, table::name(state)),
      .steps = {fmt::format("let the client come to {}", table::name(state)), fmt::format("send {}", what),
                "expect Disconnect(unexpected_message)"},
      .script =
          [=](Context& c) {
            auto& server = c.client_in(state);
            server.send(frame(c));
            server.expect_refusal(Reason::unexpected_message);
            if (state != State::leaving) require_no_success(c);  // what it was asked to do is done by then
          },
      .twin = honest_twin(state),
      .shown = {.sent = shown_frame(frame), .reason = Reason::unexpected_message},
  };
}

/// A state that the client leaves by itself: the message comes in the record that leads there, so that it meets the client in this state
/// or, if the client was quick, in the next, where it has no row either.
Case unexpected_on_the_way(State before, MessageKind leads_on, std::string_view state, std::string_view what,
                           std::function<Frame(Context&)> frame) {
  return {
      .id = fmt::format("client.state.{}.{}", state, what),
      .requirements = {"SES-002", "SES-001"},
      .role = Role::client,
      .goal = fmt::format("{} is unexpected for a client that has just come to {}", what, state),
      .steps = {fmt::format("let the client come to {}", table::name(before)),
                fmt::format("send {} and {} in one record", spec::name(leads_on), what), "expect Disconnect(unexpected_message)"},
      .script =
          [=](Context& c) {
            auto& server = c.client_in(before);
            server.send_together({control_frame(valid_answer(c, before, leads_on)), frame(c)});
            expect_refusal_soon(c, server, Reason::unexpected_message);
            if (before != State::await_ready) require_no_success(c);  // a client that only connects has succeeded in ready
          },
      .twin = honest_twin(before),
      .shown = {.sent = shown_frame(frame), .reason = Reason::unexpected_message},
  };
}

Case disconnected(State state) {
  return {
      .id = fmt::format("client.state.{}.disconnect", table::name(state)),
      .requirements = {"SES-031", "ERR-003"},
      .role = Role::client,
      .goal = fmt::format(
          "A client that is disconnected in {}, for a reason that it has never heard of, ends without an answer and reports no success",
          table::name(state)),
      .steps = {fmt::format("let the client come to {}", table::name(state)), "send Disconnect of reason 999",
                "expect the end, without a frame"},
      .script =
          [=](Context& c) {
            auto& server = c.client_in(state);
            server.send(disconnect(Reason::goodbye).set("reason", 999));
            server.expect_end_without_frame();
            if (state != State::leaving) require_no_success(c);
          },
      .twin = honest_twin(state),
  };
}

/// The same on the way to a state that the client leaves by itself. A client that was quick has said one thing more by then.
Case disconnected_on_the_way(State before, MessageKind leads_on, std::string_view state) {
  return {
      .id = fmt::format("client.state.{}.disconnect", state),
      .requirements = {"SES-031"},
      .role = Role::client,
      .goal = fmt::format("A client that is disconnected when it has just come to {} ends, and says no Disconnect of its own", state),
      .steps = {fmt::format("let the client come to {}", table::name(before)),
                fmt::format("send {} and Disconnect(server_stopping) in one record", spec::name(leads_on)),
                "expect the end, and before it at most what the client says next of itself"},
      .script =
          [=](Context& c) {
            auto& server = c.client_in(before);
            server.send_together({control_frame(valid_answer(c, before, leads_on)), control_frame(disconnect(Reason::server_stopping))});
            c.stage().expected_refusal = true;
            const auto first = server.next();
            if (first.what == Received::What::end) return;
            c.require(first.what == Received::What::message && !first.is("disconnect"), "the end", first.text());
            server.expect_end_without_frame();
          },
      .twin = honest_twin(before),
  };
}

Frame any_data_frame(Context& c) {
  const auto block = opaque_block(c.random());
  return data_frame(block.id, block.checksum, block.sealed);
}

}  // namespace

std::vector<Case> client_states_cases() {
  std::vector<Case> cases;
  for (const auto& stand : client_stands()) {
    for (const auto& row : spec::message_rows)
      if (row.kind == MessageKind::disconnect)
        cases.push_back(disconnected(stand.state));
      else if (table::find(stand.state, static_cast<table::Event>(row.kind)) == nullptr)
        cases.push_back(unexpected(stand.state, row.name, [kind = row.kind](Context&) { return control_frame(example(kind)); }));
    if (table::find(stand.state, table::Event::data) == nullptr) cases.push_back(unexpected(stand.state, "data", any_data_frame));
  }
  for (const auto& row : spec::message_rows)
    if (row.kind != MessageKind::disconnect) {
      const auto frame = [kind = row.kind](Context&) { return control_frame(example(kind)); };
      cases.push_back(unexpected_on_the_way(State::await_ready, MessageKind::ready, "ready", row.name, frame));
      if (row.kind != MessageKind::blocks_fetched)
        cases.push_back(unexpected_on_the_way(State::await_restore_begun, MessageKind::restore_begun, "restoring", row.name, frame));
    }
  cases.push_back(unexpected_on_the_way(State::await_ready, MessageKind::ready, "ready", "data", any_data_frame));
  cases.push_back(disconnected_on_the_way(State::await_ready, MessageKind::ready, "ready"));
  cases.push_back(disconnected_on_the_way(State::await_restore_begun, MessageKind::restore_begun, "restoring"));
  return cases;
}

}  // namespace coffer::conformance
