// Chapter 14.2 for servers: what only a fixture that declares the test profile may ask for. The adapter says whether the server serves such
// a fixture.
#include "cases/all.h"
#include "cases/scenes.h"

namespace coffer::conformance {
namespace {

void production(Fixture& fixture) {
  fixture.profile = "production";
  fixture.rounds = 100'000;
}

Case only_for_tests(std::string id, std::string requirement, std::string goal, std::function<void(Fixture&)> cheapen) {
  return {
      .id = "profile." + std::move(id),
      .requirements = {std::move(requirement)},
      .needs = {.verbs = {"prepare"}, .own_server = true},
      .goal = std::move(goal),
      .steps = {"prepare a server with the fixture that the first line names", "serve", "expect that it refuses to"},
      .script =
          [=](Context& c) {
            Fixture cheap = c.fixture();
            production(cheap);
            cheapen(cheap);
            c.stage().expected_refusal = true;
            c.require(c.serve_anew(cheap).has_value(), "a server that refuses the fixture", "it serves");
          },
      .twin =
          [](Context& c) {
            Fixture honest = c.fixture();
            production(honest);
            const auto refused = c.serve_anew(honest);
            c.require(!refused, "a server that serves the fixture", refused.value_or(""));
            auto& client = c.connect();
            client.send(version());
            client.expect("proceed");
          },
  };
}

}  // namespace

std::vector<Case> profile_cases() {
  return {
      only_for_tests("few_rounds_in_production", "LIM-005", "99,999 rounds in a fixture of the production profile are refused",
                     [](Fixture& fixture) { fixture.rounds = 99'999; }),
      only_for_tests("timers_in_production", "LIM-005", "Timers of its own in a fixture of the production profile are refused",
                     [](Fixture& fixture) {
                       fixture.timers_ms = {{"step", 500}};
                     }),
      only_for_tests("undeclared", "LIM-006", "A fixture that names no profile and asks for what the test profile alone allows is refused",
                     [](Fixture& fixture) {
                       fixture.profile.clear();
                       fixture.rounds = 1000;
                     }),
  };
}

}  // namespace coffer::conformance
