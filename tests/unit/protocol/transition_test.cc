// What a watcher is told: every step of a session with the state before and after, and the rule that decided; nothing when nobody watches.
#include "protocol/transition.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "coffer/spec/timers.h"
#include "protocol/client_session.h"
#include "protocol/server_session.h"

namespace coffer::protocol {
namespace {

using testing::ElementsAre;

std::vector<std::string> seen;

void note(const Transition& told) {
  auto line = std::string(told.machine).append(": ").append(told.from);
  if (told.event.empty())
    line += " begins";
  else
    line.append(" ").append(told.event).append(" ").append(told.row).append(" ").append(told.to);
  if (!told.guard.empty()) line.append(" by ").append(told.guard);
  if (!told.decided.rule.empty()) line.append(" by ").append(told.decided.rule).append(" ").append(told.decided.reason);
  seen.push_back(line);
}

class Transitions : public testing::Test {
 protected:
  void SetUp() override {
    seen.clear();
    transition_watcher = note;
  }
  void TearDown() override { transition_watcher = before_; }

  ServerSettings settings_{.guid = 7, .version = {7, 0, 0}, .minimum_version = {6, 5, 0}};

 private:
  TransitionWatcher before_ = transition_watcher;
};

TEST_F(Transitions, each_step_is_told_with_the_rule_that_decided) {
  ServerSession session(settings_, Time(0));
  Version version;
  version.protocol = 5;
  version.operating_system = "x";
  version.address = "127.0.0.1";
  session.feed(Time(0), control_frame(encode(version)));
  EXPECT_THAT(seen, ElementsAre("server_session: await_version begins", "frame_reader: header header_accepted begin_body body",
                                "frame_reader: body body_complete deliver header",
                                "server_session: await_version version on_version closed by SES-011 version_invalid"));
}

TEST_F(Transitions, a_refused_header_is_told_of_reader_and_session) {
  ServerSession session(settings_, Time(0));
  session.feed(Time(0), Octets{9, 0, 0, 0, 0, 0});
  EXPECT_THAT(seen, ElementsAre("server_session: await_version begins",
                                "frame_reader: header header_refused refuse failed by FRM-004 unknown_frame_kind",
                                "server_session: await_version malformed on_malformed closed by FRM-004 unknown_frame_kind"));
}

TEST_F(Transitions, the_default_is_told_too) {
  ServerSession session(settings_, Time(0));
  session.feed(Time(0), control_frame(encode(Ping{})));
  EXPECT_EQ(seen.back(), "server_session: await_version ping default closed by SES-002 unexpected_message");
}

TEST_F(Transitions, what_comes_after_the_end_is_decided_by_nothing) {
  ServerSession session(settings_, Time(0));
  session.feed(Time(0), control_frame(encode(Ping{})));
  session.stop(Time(0));
  EXPECT_EQ(seen.back(), "server_session: closed stop ignored closed");
}

TEST_F(Transitions, a_client_tells_its_steps) {
  ClientSession session({}, Time(0));
  session.peer_closed(Time(0));
  EXPECT_THAT(seen, ElementsAre("client_session: connecting begins", "client_session: connecting peer_closed on_peer_closed closed"));
}

TEST_F(Transitions, a_row_of_several_ways_tells_its_guard) {
  for (const std::uint64_t stated : {3U, 2U}) {
    ServerSession session(settings_, Time(0));
    Version version;
    version.protocol = 6;
    version.major = 7;
    version.operating_system = "x";
    version.address = "127.0.0.1";
    session.feed(Time(0), control_frame(encode(version)));
    session.feed(Time(0), control_frame(encode(Computer{5})));
    session.submit(Time(0), ComputerAdmitted{});
    session.feed(Time(0), control_frame(encode(Login{"ABCDEFGH12345678", "alice", {'s', 'e'}, 5, false})));
    session.submit(Time(0), LoginAdmitted{.user = 1, .permissions = 3, .config_version = 3, .settings = {}});
    session.feed(Time(0), control_frame(encode(ConfigState{stated})));
    EXPECT_EQ(seen.back(), stated == 3 ? "server_session: await_config config_state on_config_state ready by current"
                                       : "server_session: await_config config_state on_config_state await_config_ack by another_version");
  }
}

TEST_F(Transitions, without_a_watcher_nothing_is_told) {
  transition_watcher = nullptr;
  ServerSession session(settings_, Time(0));
  session.stop(Time(0));
  EXPECT_THAT(seen, ElementsAre());
}

}  // namespace
}  // namespace coffer::protocol
