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
      .steps = {fmt::format("walk to {}", state_name), "send what must be refused",
                fmt::format("expect Disconnect({}) and the end", reason),
                fmt::format("twin: walk to {}, send its nearest valid neighbour, expect {}", state_name, neighbour)},
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
