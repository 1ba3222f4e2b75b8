// Chapter 5.1: the server's table, every state against every message. A pair with a row is admitted; one without closes with
// unexpected_message.
#include <fmt/core.h>

#include "cases/all.h"
#include "cases/scenes.h"
#include "coffer/spec/requirements.h"

namespace coffer::conformance {
namespace {

using State = ServerState;
namespace table = spec::server_session;

const Admitted* admitted_in(State state, MessageKind kind) {
  for (const auto& admitted : admitted_messages())
    if (admitted.state == state && admitted.kind == kind) return &admitted;
  return nullptr;
}

Case unexpected(State state, std::string_view what, std::function<Frame(Context&)> frame) {
  return {
      .id = fmt::format("state.{}.{}", table::name(state), what),
      .requirements = {"SES-002", "SES-001"},
      .goal = fmt::format("{} is unexpected in {}", what, table::name(state)),
      .steps = {fmt::format("walk to {}", table::name(state)), fmt::format("send {}", what), "expect Disconnect(unexpected_message)"},
      .script =
          [=](Context& c) {
            auto& client = c.at(state);
            client.send(frame(c));
            client.expect_refusal(Reason::unexpected_message);
          },
      .twin =
          [=](Context& c) {
            auto& client = c.at(state);
            see_accepted(client, way_on(state), way_on(state).make(c, client));
          },
      .shown = {.sent = shown_frame(frame),
                .reason = Reason::unexpected_message,
                .neighbour = [state] { return control_frame(example(way_on(state).kind)); }},
  };
}

Case accepted(const Admitted& admitted, std::string_view requirement) {
  Case one{
      .id = fmt::format("state.{}.{}", table::name(admitted.state), spec::name(admitted.kind)),
      .requirements = {"SES-001"},
      .goal = fmt::format("{} is admitted in {}", spec::name(admitted.kind), table::name(admitted.state)),
      .steps = {fmt::format("walk to {}", table::name(admitted.state)), fmt::format("send {}", spec::name(admitted.kind)),
                admitted.answer.empty() ? "expect Disconnect(goodbye)" : "expect " + admitted.answer},
      .script =
          [=](Context& c) {
            auto& client = c.at(admitted.state);
            see_accepted(client, admitted, admitted.make(c, client));
          },
  };
  // A row names what its message is for, which may bind its sender alone.
  if (const auto* line = spec::requirement(requirement); line != nullptr && line->role != "client")
    one.requirements.emplace_back(requirement);
  return one;
}

Case disconnected(State state) {
  return {
      .id = fmt::format("state.{}.disconnect", table::name(state)),
      .requirements = {"SES-031", "ERR-003"},
      .goal = fmt::format("A client that disconnects in {}, for a reason that the server has never heard of, is not answered",
                          table::name(state)),
      .steps = {fmt::format("walk to {}", table::name(state)), "send Disconnect of reason 999", "expect the end, without a frame"},
      .script =
          [=](Context& c) {
            auto& client = c.at(state);
            client.send(disconnect(Reason::goodbye).set("reason", 999));
            client.expect_end_without_frame();
          },
      .twin = honest_twin(state),
  };
}

}  // namespace

std::vector<Case> states_cases() {
  std::vector<Case> cases;
  for (const auto state : server_wire_states) {
    for (const auto& row : spec::message_rows) {
      const auto* known = table::find(state, static_cast<table::Event>(row.kind));
      if (row.kind == MessageKind::disconnect)
        cases.push_back(disconnected(state));
      else if (known == nullptr)
        cases.push_back(unexpected(state, row.name, [kind = row.kind](Context&) { return control_frame(example(kind)); }));
      else if (const auto* admitted = admitted_in(state, row.kind))
        cases.push_back(accepted(*admitted, known->requirement));
      else
        throw std::logic_error(fmt::format("scenes.cc does not say how to send {} in {}", row.name, table::name(state)));
    }
    if (table::find(state, table::Event::data) == nullptr)
      cases.push_back(unexpected(state, "data", [](Context& c) {
        const auto block = opaque_block(c.random());
        return data_frame(block.id, block.checksum, block.sealed);
      }));
  }
  return cases;
}

}  // namespace coffer::conformance
