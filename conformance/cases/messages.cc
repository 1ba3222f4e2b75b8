// Chapter 3.3: one message, one encoding. Every message that a server admits, in every wrong encoding that it can have, in the state that
// admits it.
#include <fmt/core.h>

#include "cases/all.h"
#include "cases/malformations.h"
#include "cases/scenes.h"

namespace coffer::conformance {
namespace {

using State = ServerState;

std::string place(const Admitted& admitted) {
  return fmt::format("{}_in_{}", spec::name(admitted.kind), spec::server_session::name(admitted.state));
}

Message sample_of(MessageKind kind) { return kind == MessageKind::config_state ? config_state(1) : example(kind); }

/// `admitted`, but with its frame changed before it is sent; the twin sends it as it is.
Case wrongly_framed(const Admitted& admitted, std::string id, std::string requirement, std::string goal, Reason reason,
                    std::function<Frame(const Message&)> wrong) {
  return {
      .id = std::move(id),
      .requirements = {std::move(requirement)},
      .goal = std::move(goal),
      .steps = {fmt::format("walk to {}", spec::server_session::name(admitted.state)),
                fmt::format("send {} as it is below", spec::name(admitted.kind)), fmt::format("expect Disconnect({})", spec::name(reason)),
                fmt::format("twin: send {} as it ought to be, expect {}", spec::name(admitted.kind),
                            admitted.answer.empty() ? "Disconnect(goodbye)" : admitted.answer)},
      .script =
          [=](Context& c) {
            auto& client = c.at(admitted.state);
            client.send(wrong(admitted.make(c, client)));
            client.expect_refusal(reason);
          },
      .twin =
          [=](Context& c) {
            auto& client = c.at(admitted.state);
            see_accepted(client, admitted, admitted.make(c, client));
          },
      .shown = {.sent = [=, kind = admitted.kind] { return wrong(sample_of(kind)); },
                .reason = reason,
                .neighbour = [kind = admitted.kind] { return control_frame(sample_of(kind)); }},
  };
}

void add_malformations(std::vector<Case>& cases) {
  for (const auto& admitted : admitted_messages()) {
    const auto sample = sample_of(admitted.kind);
    for (const auto& [name, requirement, what, forge, everywhere] : malformations())
      if (encode(sample, forge) != encode(sample))
        cases.push_back(wrongly_framed(admitted, fmt::format("messages.{}.{}", place(admitted), name), std::string(requirement),
                                       fmt::format("{} is refused when {}", spec::name(admitted.kind), what), Reason::malformed_message,
                                       [=](const Message& message) { return control_frame(message, forge); }));
    cases.push_back(
        wrongly_framed(admitted, fmt::format("messages.{}.last_word_missing", place(admitted)), "MSG-002",
                       fmt::format("{} is refused when its last word is missing", spec::name(admitted.kind)), Reason::malformed_message,
                       [](const Message& message) { return control_frame(message, {.cut_to_octets = encode(message).size() - 8}); }));
    cases.push_back(
        wrongly_framed(admitted, fmt::format("messages.{}.last_octet_missing", place(admitted)), "MSG-002",
                       fmt::format("{} is refused when its last octet is missing", spec::name(admitted.kind)), Reason::malformed_message,
                       [](const Message& message) { return control_frame(message, {.cut_to_octets = encode(message).size() - 1}); }));
    const auto as_data = admitted.state == State::ready ? Reason::malformed_message : Reason::unexpected_message;
    cases.push_back(wrongly_framed(admitted, fmt::format("messages.{}.as_data_frame", place(admitted)), "FRM-016",
                                   fmt::format("{} in a data frame is not {}", spec::name(admitted.kind), spec::name(admitted.kind)),
                                   as_data, [](const Message& message) { return data_frame_of(encode(message), repeated(32, 0)); }));
  }
}

/// A malformed message in a state that would not admit it is malformed; one of a field out of range, there, is unexpected.
Case order(std::string id, std::string goal, State state, Reason reason, Message message, Forge forge, Message right, std::string answer) {
  return server_rejects({
      .id = std::move(id),
      .requirements = {"MSG-006", "ERR-002"},
      .state = state,
      .goal = std::move(goal),
      .wrong = [=](Context&) { return control_frame(message, forge); },
      .reason = reason,
      .right = [=](Context&) { return control_frame(right); },
      .answer = std::move(answer),
  });
}

}  // namespace

std::vector<Case> messages_cases() {
  std::vector<Case> cases;
  add_malformations(cases);
  cases.push_back(order("messages.order_encoding_before_state", "A malformed ping before the version step is malformed, not unexpected",
                        State::await_version, Reason::malformed_message, ping(1), {.trailing = Octets(8, 0)}, version(), "proceed"));
  cases.push_back(order("messages.order_state_before_fields",
                        "A computer of identity 0 before the version step is unexpected, not out of range", State::await_version,
                        Reason::unexpected_message, computer(0), {}, version(), "proceed"));
  cases.push_back(order("messages.order_encoding_before_fields", "A malformed version with a time zone out of range is malformed",
                        State::await_version, Reason::malformed_message, version().set("time_zone_minutes", 5000), {.segment_table = true},
                        version(), "proceed"));
  cases.push_back(order("messages.order_fields_before_meaning",
                        "A version of another protocol with a time zone out of range is out of range", State::await_version,
                        Reason::field_out_of_range, version().set("protocol", 7).set("time_zone_minutes", 5000), {}, version(), "proceed"));
  // Two hundred are more than a reader's guard against amplification lets pass; one passes it.
  for (const std::uint8_t count : std::initializer_list<std::uint8_t>{1, 200})
    cases.push_back(server_rejects({
        .id = fmt::format("messages.config_push.settings_of_nothing_{}", count),
        .requirements = {"MSG-008", "MSG-006"},
        .state = State::ready,
        .goal = "A list of structs whose elements take no octets is malformed, also in a message that no server expects",
        .wrong = [=](Context&) { return control_frame_of(settings_of_nothing(count)); },
        .reason = Reason::malformed_message,
        .right = [](Context&) { return control_frame(ping(1)); },
        .answer = "pong",
    }));
  return cases;
}

}  // namespace coffer::conformance
