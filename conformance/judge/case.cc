#include "judge/case.h"

#include <fmt/format.h>

#include "judge/context.h"

namespace coffer::conformance {

std::string_view name(Role role) {
  switch (role) {
    case Role::server: return "server";
    case Role::client: return "client";
    case Role::endpoint: return "endpoint";
  }
  return {};
}
std::string_view name(Level level) { return level == Level::must ? "MUST" : "SHOULD"; }

std::function<Frame()> shown_frame(std::function<Frame(Context&)> make, std::optional<Message> pending) {
  return [make = std::move(make), pending = std::move(pending)] {
    static const Fixture ordinary;
    Recorder recorder;
    Stage stage{.recorder = recorder, .random = Random(1, "shown"), .patience = {}};
    Context context(stage, {.fixture = &ordinary, .server = {}, .pin = {}, .scratch_parent = {}, .pending = pending});
    return make(context);
  };
}

Case server_rejects(Rejection rejection) {
  std::string_view reason;
  for (const auto& row : spec::reason_rows)
    if (row.reason == rejection.reason) reason = row.name;
  const auto state_name = spec::server_session::name(rejection.state);
  const std::string neighbour = rejection.answer.empty() ? "nothing said against it (a ping is answered)" : rejection.answer;
  Case made{
      .id = std::move(rejection.id),
      .requirements = std::move(rejection.requirements),
      .needs = std::move(rejection.needs),
      .goal = std::move(rejection.goal),
      .steps = {fmt::format("walk to {}", state_name), "send the frame below, which must be refused",
                fmt::format("expect Disconnect({}) and the end", reason),
                fmt::format("twin: walk to {}, send the frame's valid neighbour below, expect {}", state_name, neighbour)},
      .shown = {.sent = shown_frame(rejection.wrong), .reason = rejection.reason, .neighbour = shown_frame(rejection.right)},
  };
  made.script = [state = rejection.state, wrong = std::move(rejection.wrong), reason = rejection.reason](Context& c) {
    auto& client = c.at(state);
    client.send(wrong(c));
    client.expect_refusal(reason);
  };
  made.twin = [state = rejection.state, right = std::move(rejection.right), answer = std::move(rejection.answer)](Context& c) {
    auto& client = c.at(state);
    client.send(right(c));
    if (answer.empty())
      client.barrier();
    else
      client.expect(answer);
  };
  return made;
}

}  // namespace coffer::conformance
