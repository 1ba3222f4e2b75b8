// Chapter 5.2: the version step.
#include <fmt/core.h>

#include "cases/all.h"
#include "cases/scenes.h"

namespace coffer::conformance {
namespace {

using State = ServerState;

Message of_application(int major, int minor, int patch) { return version().set("major", major).set("minor", minor).set("patch", patch); }

Case refused(std::string id, std::string requirement, std::string goal, Reason reason, Message wrong, Message right) {
  return server_rejects({
      .id = std::move(id),
      .requirements = {std::move(requirement)},
      .state = State::await_version,
      .goal = std::move(goal),
      .wrong = [=](Context&) { return control_frame(wrong); },
      .reason = reason,
      .right = [=](Context&) { return control_frame(right); },
      .answer = "proceed",
  });
}

}  // namespace

std::vector<Case> version_cases() {
  std::vector<Case> cases = {
      {
          .id = "version.proceed_states_the_servers",
          .requirements = {"SES-013"},
          .goal = "An accepted version is answered with the server's own",
          .steps = {"connect", "send version", "expect proceed with the prepared server's version"},
          .script =
              [](Context& c) {
                auto& client = c.connect();
                client.send(version());
                const auto proceed = client.expect("proceed");
                const auto text = fmt::format("{}.{}.{}", proceed.number("major"), proceed.number("minor"), proceed.number("patch"));
                c.require(text == c.fixture().version, c.fixture().version, text);
              },
      },
      refused("version.too_old_before_identity", "SES-012",
              "A client older than the minimum is refused in the version step, before it could name its computer", Reason::version_too_old,
              of_application(6, 4, 0), of_application(6, 5, 0)),
  };
  for (const int protocol : {0, 5, 7, 65535})
    cases.push_back(refused(fmt::format("version.protocol_{}", protocol), "SES-011",
                            fmt::format("A client of protocol {} is refused", protocol), Reason::version_invalid,
                            version().set("protocol", protocol), version()));
  struct Application {
    int major, minor, patch;
  };
  for (const auto& [major, minor, patch] : {Application{6, 4, 65535}, {5, 9, 9}, {0, 0, 0}, {5, 65535, 65535}})
    cases.push_back(refused(fmt::format("version.application_{}_{}_{}", major, minor, patch), "SES-012",
                            fmt::format("Version {}.{}.{} is below 6.5.0", major, minor, patch), Reason::version_too_old,
                            of_application(major, minor, patch), of_application(6, 5, 0)));
  for (const auto& [major, minor, patch] : {Application{6, 5, 0}, {6, 10, 0}, {10, 0, 0}, {7, 0, 0}, {65535, 0, 0}})
    cases.push_back({
        .id = fmt::format("version.application_{}_{}_{}", major, minor, patch),
        .requirements = {"SES-016"},
        .goal = fmt::format("Version {}.{}.{} is not below 6.5.0: versions are compared as numbers", major, minor, patch),
        .steps = {"connect", fmt::format("send version with major {}, minor {}, patch {}", major, minor, patch), "expect proceed"},
        .script =
            [=](Context& c) {
              auto& client = c.connect();
              client.send(of_application(major, minor, patch));
              client.expect("proceed");
            },
    });
  return cases;
}

}  // namespace coffer::conformance
