// Chapter 6.3: the configuration step.
#include <fmt/core.h>

#include "cases/all.h"
#include "cases/scenes.h"

namespace coffer::conformance {
namespace {

using State = ServerState;

Case pushed(std::string id, std::string goal, std::function<std::uint64_t(Context&)> stated) {
  return {
      .id = std::move(id),
      .requirements = {"CFG-002"},
      .goal = std::move(goal),
      .steps = {"log in", "state another version of the configuration", "expect the prepared configuration, pushed"},
      .script =
          [=](Context& c) {
            auto& client = c.at(State::await_config);
            client.send(config_state(stated(c)));
            const auto push = client.expect("config_push");
            c.require(push.number("version") == c.fixture().config_version, fmt::format("version {}", c.fixture().config_version),
                      to_text(push));
            c.require(push.items("settings") == c.fixture().settings, "the prepared settings", to_text(push));
            client.send(config_ack(push.number("version")));
            client.expect("ready");
          },
  };
}

Case wrongly_acknowledged(std::string id, std::function<std::uint64_t(Context&)> version) {
  return server_rejects({
      .id = std::move(id),
      .requirements = {"CFG-004"},
      .state = State::await_config_ack,
      .goal = "An acknowledgement of another version than the pushed one is refused",
      .wrong = [=](Context& c) { return control_frame(config_ack(version(c))); },
      .reason = Reason::bad_config_ack,
      .right = [](Context& c) { return control_frame(config_ack(c.fixture().config_version)); },
      .answer = "ready",
  });
}

}  // namespace

std::vector<Case> configuration_cases() {
  return {
      pushed("configuration.older_client", "A client whose configuration is older is pushed the server's",
             [](Context& c) { return c.fixture().config_version - 1; }),
      pushed("configuration.new_client", "A client that has none yet is pushed the server's", [](Context&) { return std::uint64_t{0}; }),
      pushed("configuration.newer_client", "A client whose configuration is newer is pushed the server's all the same",
             [](Context& c) { return c.fixture().config_version + 1; }),
      {
          .id = "configuration.current_client",
          .requirements = {"CFG-005"},
          .goal = "A client whose configuration is the server's is told ready at once",
          .steps = {"log in", "state the server's version", "expect ready"},
          .script =
              [](Context& c) {
                auto& client = c.at(State::await_config);
                client.send(config_state(c.fixture().config_version));
                client.expect("ready");
                client.now_in(State::ready);
                client.barrier();
              },
      },
      {
          .id = "configuration.ready_once_acknowledged",
          .requirements = {"SES-014", "CFG-002", "CFG-006"},
          .goal = "A client that acknowledges the pushed configuration is told ready",
          .steps = {"log in", "state an older version", "acknowledge what is pushed", "expect ready, and no second push"},
          .script =
              [](Context& c) {
                auto& client = c.at(State::await_config);
                client.send(config_state(0));
                client.expect("config_push");
                client.send(config_ack(c.fixture().config_version));
                client.expect("ready");
              },
      },
      wrongly_acknowledged("configuration.acknowledges_older", [](Context& c) { return c.fixture().config_version - 1; }),
      wrongly_acknowledged("configuration.acknowledges_newer", [](Context& c) { return c.fixture().config_version + 1; }),
      wrongly_acknowledged("configuration.acknowledges_zero", [](Context&) { return std::uint64_t{0}; }),
  };
}

}  // namespace coffer::conformance
