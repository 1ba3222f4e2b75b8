// What a run's workers do side by side, each with an adapter and its reader: in the lane of ThreadSanitizer too, so no case of the suite is
// linked.
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <thread>

#include "judge/run.h"

namespace coffer::conformance {
namespace {

TEST(Run, cases_that_hold_one_computer_of_the_fixture_never_overlap) {
  const std::string says_hello =
      "/usr/bin/python3 -u -c 'import json,sys\nfor line in sys.stdin:\n r=json.loads(line)\n print(json.dumps({\"id\":r[\"id\"],"
      "**({\"name\":\"n\",\"roles\":[\"client\"]} if r[\"verb\"] in (\"hello\",\"reset\",\"bye\") else "
      "{\"unimplemented\":\"no\"})}))'";
  std::atomic<int> inside = 0, most = 0;
  const auto subject = [&](std::string id, Needs needs) {
    return Case{.id = std::move(id),
                .requirements = {"FRM-001"},
                .role = Role::client,
                .needs = std::move(needs),
                .goal = "g",
                .script = [&](Context&) {
                  most = std::max<int>(most, ++inside);
                  std::this_thread::sleep_for(std::chrono::milliseconds(10));
                  --inside;
                }};
  };
  RunOptions options;
  options.subject.adapter_command = says_hello;
  options.jobs = 3;
  options.repeat = 8;
  const Needs holding{.holds = &Fixture::deauthorized_computer};
  const auto result = run({subject("one", holding), subject("two", holding)}, options);
  EXPECT_EQ(result.counts.pass, 16u);
  EXPECT_EQ(most, 1);
  most = 0;
  run({subject("one", {}), subject("two", {})}, options);
  EXPECT_GT(most, 1);  // others do, or this test shows nothing
}

}  // namespace
}  // namespace coffer::conformance
