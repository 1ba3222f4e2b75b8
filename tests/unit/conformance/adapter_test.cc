// Adapters that keep the contract, and ones that break it in every way one can think of: each is a fault with a name, and none hangs the
// suite.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <thread>

#include "adapter/adapter.h"
#include "adapter/child_process.h"
#include "adapter/replies.h"
#include "peer/outcome.h"

namespace coffer::conformance {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

/// A Python adapter whose reply to each request is an expression over `r`, the request.
std::string python(const std::string& reply) {
  return "/usr/bin/python3 -u -c 'import json,sys\nfor line in sys.stdin:\n r=json.loads(line)\n print(json.dumps(" + reply + "))'";
}

std::string fault_of(const std::string& command, std::chrono::milliseconds patience = 20s) {
  try {
    Adapter adapter(command);
    adapter.call("serve", {}, patience);
  } catch (const SuiteFault& fault) {
    return fault.what();
  }
  return "no fault";
}

const std::string honest = python(
    "{\"id\":r[\"id\"],\"name\":\"n\",\"version\":\"1\",\"roles\":[\"server\"]} if r[\"verb\"] in (\"hello\",\"reset\",\"bye\") else "
    "{\"id\":r[\"id\"],\"unimplemented\":\"no\"}");

TEST(Adapter, an_honest_one_has_no_faults) {
  EXPECT_THAT(preflight(honest), testing::IsEmpty());
  Adapter adapter(honest);
  const auto said = hello(adapter);
  EXPECT_EQ(said.name, "n");
  EXPECT_EQ(said.roles, std::vector<std::string>{"server"});
  EXPECT_THROW(adapter.call("serve"), Unimplemented);
  EXPECT_FALSE(adapter.broken());
}

std::string fault_at_the_end(const std::string& command, std::chrono::milliseconds patience = 20s) {
  try {
    Adapter adapter(command);
    hello(adapter);
    adapter.bye(patience);
  } catch (const SuiteFault& fault) {
    return fault.what();
  }
  return "no fault";
}

TEST(Adapter, is_heard_out_at_the_end) {
  const std::string said = "{\"id\":r[\"id\"],\"name\":\"n\",\"version\":\"1\",\"roles\":[\"client\"]}";
  EXPECT_EQ(fault_at_the_end(honest), "no fault");
  EXPECT_EQ(fault_at_the_end("/usr/bin/python3 -u -c 'import json,sys\nr=json.loads(sys.stdin.readline())\nprint(json.dumps(" + said +
                             "))\nsys.stdin.readline()'"),
            "no fault");  // to bye it may say nothing
  const std::string twice =
      python("{\"id\":r[\"id\"],\"name\":\"n\",\"version\":\"1\",\"roles\":[\"client\"]})+\"\\n\"+json.dumps({\"id\":r[\"id\"]}");
  EXPECT_THAT(fault_at_the_end(twice), HasSubstr("no open request"));
  const std::string dies = python(said + " if r[\"verb\"]==\"hello\" else sys.exit(9)");
  EXPECT_THAT(fault_at_the_end(dies), HasSubstr("exit status 9"));
  EXPECT_THAT(fault_at_the_end("/usr/bin/python3 -u -c 'import json,signal,sys\nr=json.loads(sys.stdin.readline())\nprint(json.dumps(" +
                                   said + "))\nsignal.pause()'",
                               500ms),
              HasSubstr("did not end within 0.5 s of `bye`"));
}

TEST(Adapter, garbage_is_a_fault_that_shows_it) {
  EXPECT_THAT(fault_of("sh -c 'read line; echo hello world; read line'"), HasSubstr("expected a JSON object on one line"));
  EXPECT_THAT(fault_of("sh -c 'read line; echo hello world; read line'"), HasSubstr("hello world"));
  EXPECT_THAT(fault_of("sh -c 'read line; echo \"[1]\"; read line'"), HasSubstr("expected a JSON object"));
}

TEST(Adapter, a_reply_without_its_id_is_a_fault) {
  EXPECT_THAT(fault_of(python("{\"port\":1}")), HasSubstr("carries its request"));
  EXPECT_THAT(fault_of(python("{\"id\":r[\"id\"]+5}")), HasSubstr("no open request"));
}

TEST(Adapter, one_that_ends_is_a_fault_that_says_how) {
  EXPECT_THAT(fault_of("sh -c 'read line; exit 3'"), HasSubstr("exit status 3"));
  EXPECT_THAT(fault_of("sh -c 'read line; exit 3'"), HasSubstr("`serve`"));
  EXPECT_THAT(fault_of("/nowhere/at/all"), HasSubstr("cannot start /nowhere/at/all: not found"));
}

TEST(Adapter, one_that_says_nothing_is_a_fault_in_time) {
  EXPECT_THAT(fault_of("sh -c 'read request; read another'", 50ms),
              testing::AllOf(HasSubstr("did not reply to `serve`"), HasSubstr("flushed")));
}

TEST(Adapter, a_line_that_never_ends_is_a_fault_at_once) {
  EXPECT_THAT(fault_of("sh -c 'read line; head -c 17000000 /dev/zero | tr \"\\0\" x; read line'", 60s),
              HasSubstr("without ending the line"));
}

TEST(Adapter, a_port_is_a_port) {
  const auto port_of = [](const char* text) { return port_member(nlohmann::json::parse(text), "serve"); };
  EXPECT_EQ(port_of(R"({"port":65535})"), 65535);
  for (const char* wrong : {R"({"port":0})", R"({"port":65536})", R"({"port":70000})", R"({"port":-1})", "{}"})
    EXPECT_THROW(port_of(wrong), SuiteFault) << wrong;
}

TEST(Adapter, an_error_reply_is_a_fault) {
  EXPECT_THAT(fault_of(python("{\"id\":r[\"id\"],\"error\":\"no disk\"}")), HasSubstr("no disk"));
}

TEST(Adapter, replies_come_in_any_order) {
  Adapter adapter(
      "/usr/bin/python3 -u -c 'import json,sys\nfirst=json.loads(sys.stdin.readline())\nsecond=json.loads(sys.stdin.readline())\n"
      "print(json.dumps({\"id\":second[\"id\"],\"port\":2}))\nprint(json.dumps({\"id\":first[\"id\"],\"port\":1}))\nsys.stdin.read()'");
  const auto first = adapter.begin("serve");
  const auto second = adapter.begin("serve");
  EXPECT_EQ(adapter.await(first, 20s)["port"], 1);
  EXPECT_EQ(adapter.await(second, 20s)["port"], 2);
}

TEST(Adapter, a_late_reply_to_what_was_given_up_is_no_fault) {
  Adapter adapter(
      "/usr/bin/python3 -u -c 'import json,sys\nfirst=json.loads(sys.stdin.readline())\nsecond=json.loads(sys.stdin.readline())\n"
      "print(json.dumps({\"id\":first[\"id\"]}))\nprint(json.dumps({\"id\":second[\"id\"],\"port\":2}))\nsys.stdin.read()'");
  EXPECT_THROW(adapter.await(adapter.begin("serve"), 50ms), SuiteFault);
  EXPECT_EQ(adapter.call("serve", {}, 20s)["port"], 2);
}

TEST(Adapter, one_that_is_given_up_is_asked_nothing_more) {
  Adapter adapter("sh -c 'read request; read another'");
  EXPECT_THROW(adapter.await_or_give_up(adapter.begin("drive"), 50ms), SuiteFault);
  EXPECT_TRUE(adapter.hung());
  EXPECT_TRUE(adapter.broken());
  Adapter other(honest);
  EXPECT_THROW(other.await_or_give_up(other.begin("drive"), 20s), Unimplemented);
  EXPECT_FALSE(other.hung());
  Adapter third("sh -c 'read request; read another'");
  EXPECT_THROW(third.call("serve", {}, 50ms), SuiteFault);
  EXPECT_TRUE(third.hung());
}

TEST(Adapter, one_that_does_not_read_is_given_up_in_time) {
  Adapter adapter("sleep 600");
  const std::string more_than_a_pipe_holds(1u << 20, 'x');
  try {
    adapter.begin("vector", {{"input", more_than_a_pipe_holds}}, 50ms);
    ADD_FAILURE() << "the request was taken";
  } catch (const SuiteFault& fault) {
    EXPECT_THAT(fault.what(), testing::AllOf(HasSubstr("does not read its standard input"), HasSubstr("`vector`")));
  }
  EXPECT_TRUE(adapter.hung());
  EXPECT_TRUE(adapter.broken());
}

TEST(Adapter, one_that_reads_slowly_is_waited_for) {
  Adapter adapter(
      "/usr/bin/python3 -u -c 'import json,os\ntext=b\"\"\nwhile not text.endswith(b\"\\n\"): text+=os.read(0,65536)\n"
      "print(json.dumps({\"id\":json.loads(text)[\"id\"],\"length\":len(text)}))\nos.read(0,1)'");
  EXPECT_GT(adapter.call("vector", {{"input", std::string(3u << 20, 'x')}}, 60s)["length"], 3u << 20);
}

TEST(Adapter, what_it_said_before_it_stopped_reading_is_shown) {
  for (const char* command : {"sh -c 'echo hello world; exec <&-; sleep 600'", "echo hello world"}) {
    Adapter adapter(command);
    try {
      // However soon it ends: sooner or later a request cannot be written.
      for (;;) adapter.begin("serve", {{"input", std::string(1u << 20, 'x')}}, 20s);
    } catch (const SuiteFault& fault) {
      EXPECT_THAT(fault.what(), HasSubstr("got: hello world"));
    }
  }
}

TEST(Adapter, a_flood_of_lines_is_read_no_further) {
  Adapter adapter("yes '{\"id\":1}'");
  try {
    for (;;) adapter.await(adapter.begin("serve"), 20s);
  } catch (const SuiteFault& fault) {
    EXPECT_THAT(fault.what(), HasSubstr("no open request"));
  }
  for (const char* flood : {"yes", "yes $(printf %050000d)"}) {
    auto child = ChildProcess::start(flood);
    ASSERT_TRUE(child);
    const auto deadline = std::chrono::steady_clock::now() + 60s;
    while (!(*child)->ended() && std::chrono::steady_clock::now() < deadline) std::this_thread::yield();
    EXPECT_THAT((*child)->ended().value_or("no end"), HasSubstr("lines that nobody had read"));
    std::size_t lines = 0, octets = 0;
    for (; const auto line = (*child)->read_line(std::chrono::steady_clock::now()); ++lines) octets += line->size();
    EXPECT_LT(lines, 4096u + 16384u);
    EXPECT_LT(octets, 65u << 20);
  }
}

TEST(Adapter, more_chatter_than_a_pipe_holds_blocks_nobody) {
  Adapter adapter(
      "/usr/bin/python3 -u -c 'import json,sys\nfor line in sys.stdin:\n sys.stderr.write(\"x\"*300000+\"the end\")\n "
      "print(json.dumps({\"id\":json.loads(line)[\"id\"]}))'");
  adapter.call("serve", {}, 20s);
  adapter.call("serve", {}, 20s);
  // The reply may be read before the last of what was written to the other pipe.
  std::string errors;
  for (const auto end = std::chrono::steady_clock::now() + 20s; !errors.ends_with("the end") && std::chrono::steady_clock::now() < end;) {
    const auto taken = adapter.take_errors();
    EXPECT_LE(taken.size(), 8192u);
    errors += taken;
    std::this_thread::yield();
  }
  EXPECT_THAT(errors, testing::EndsWith("the end"));
}

TEST(Preflight, one_that_says_yes_to_everything_is_not_fit) {
  const auto faults = preflight(python("{\"id\":r[\"id\"],\"name\":\"n\",\"roles\":[\"client\"]}"));
  ASSERT_EQ(faults.size(), 1u);
  EXPECT_THAT(faults[0], HasSubstr("unknown verb"));
}

TEST(Preflight, a_bad_hello_is_not_fit) {
  EXPECT_THAT(preflight(python("{\"id\":r[\"id\"],\"name\":\"n\"}")), testing::ElementsAre(HasSubstr("roles")));
  EXPECT_THAT(preflight(python("{\"id\":r[\"id\"],\"name\":\"n\",\"roles\":[\"cook\"]}")), testing::ElementsAre(HasSubstr("cook")));
  EXPECT_THAT(preflight(python("{\"id\":r[\"id\"],\"unimplemented\":\"all\"}")), testing::ElementsAre(HasSubstr("must be implemented")));
}

}  // namespace
}  // namespace coffer::conformance
