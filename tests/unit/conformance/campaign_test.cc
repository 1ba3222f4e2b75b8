// What a campaign judges by: the model of a server, ranges of fields, what there is to be seen of a machine, and grading.
#include <gtest/gtest.h>

#include "campaign/client_model.h"
#include "campaign/process_watch.h"
#include "campaign/ranges.h"
#include "campaign/reach.h"
#include "campaign/speaker.h"
#include "campaign/trial.h"
#include "campaign/walks.h"

#include <unistd.h>

namespace coffer::conformance {
namespace {

using spec::MessageKind;
using spec::Reason;
using State = ServerModel::State;

/// A session of the fixture's alice, and all that it says is good.
struct Session {
  Fixture fixture;
  World world{fixture};
  ServerModel model{world};
  Identity alice{fixture.alice, 0x1234};

  Octets frame(MessageKind kind, trace::Variant variant = trace::Variant::good, std::uint32_t value = 0) {
    return encode(control_frame(client_says(kind, variant, value, alice, world, model)));
  }
  Answer says(MessageKind kind, trace::Variant variant = trace::Variant::good, std::uint32_t value = 0) {
    return model.hear(frame(kind, variant, value)).at(0).answer;
  }
  void brings(std::uint8_t blocks) {
    for (std::uint8_t block = 0; block < blocks; ++block) model.hear(data_of(block, trace::Flaw::none));
  }
  void up() {
    for (const auto kind :
         {MessageKind::version, MessageKind::computer, MessageKind::login, MessageKind::config_state, MessageKind::config_ack})
      says(kind);
  }
};

TEST(campaign, a_good_session_comes_to_ready) {
  Session session;
  session.up();
  EXPECT_EQ(session.model.state(), State::ready);
  EXPECT_EQ(session.says(MessageKind::ping).frames.at(0).name, "pong");
}

TEST(campaign, SES_002_what_no_state_admits_is_due_a_refusal) {
  Session session;
  const auto answer = session.says(MessageKind::ping);
  EXPECT_EQ(answer.refusal, std::vector{Reason::unexpected_message});
  EXPECT_TRUE(answer.ends);
  EXPECT_FALSE(session.model.open());
}

TEST(campaign, FRM_010_a_strangers_header_is_refused_at_once) {
  Session session;
  const auto met = session.model.hear(encode(header_only(kind_control, 0, 4097)));
  EXPECT_EQ(met.at(0).answer.refusal, std::vector{Reason::frame_too_large});
}

TEST(campaign, FRM_013_a_frame_is_met_once_it_is_whole) {
  Session session;
  const auto frame = session.frame(MessageKind::version);
  EXPECT_TRUE(session.model.hear(View(frame).first(9)).empty());
  EXPECT_TRUE(session.model.waits_for_more());
  EXPECT_EQ(session.model.hear(View(frame).subspan(9)).size(), 1u);
}

TEST(campaign, MSG_005_a_field_out_of_range_is_due_its_reason) {
  for (std::uint32_t value = 0; value < 8; ++value) {
    Session session;
    EXPECT_EQ(session.says(MessageKind::version, trace::Variant::out_of_range, value).refusal, std::vector{Reason::field_out_of_range})
        << value;
  }
}

TEST(campaign, IDN_017_a_login_for_another_computer_is_refused) {
  Session session;
  session.says(MessageKind::version);
  session.says(MessageKind::computer);
  EXPECT_EQ(session.says(MessageKind::login, trace::Variant::varied, 6).refusal, std::vector{Reason::login_refused});
}

TEST(campaign, IDN_004_a_computer_has_one_session) {
  Session session;
  session.up();
  ServerModel second(session.world);
  second.hear(encode(control_frame(version())));
  EXPECT_EQ(second.hear(encode(control_frame(computer(0x1234)))).at(0).answer.refusal, std::vector{Reason::computer_refused});
}

TEST(campaign, ARC_036_a_commit_waits_for_the_blocks) {
  Session session;
  session.up();
  const auto named = session.says(MessageKind::offer_blocks);
  EXPECT_EQ(named.frames.at(0).complaint(missing_blocks({0, 1, 2})), "");
  EXPECT_NE(named.frames.at(0).complaint(missing_blocks({0, 2})), "");
  session.brings(2);
  EXPECT_EQ(session.says(MessageKind::commit_version).refusal, std::vector{Reason::blocks_outstanding});
}

TEST(campaign, ARC_109_what_a_session_released_stays_without_its_commit) {
  Session session;
  session.up();
  session.says(MessageKind::offer_blocks);
  session.brings(3);
  session.says(MessageKind::commit_version);
  session.says(MessageKind::release_blocks);
  EXPECT_EQ(session.says(MessageKind::goodbye).refusal, std::vector{Reason::goodbye});
  EXPECT_TRUE(session.world.archives.at({1, 0x1234}).has(known_block(0).id));
}

TEST(campaign, blocks_of_a_session_without_a_commit_may_be_gone) {
  Session session;
  session.up();
  session.says(MessageKind::offer_blocks);
  session.model.hear(data_of(0, trace::Flaw::none));
  session.says(MessageKind::goodbye);
  const auto& archive = session.world.archives.at({1, 0x1234});
  EXPECT_FALSE(archive.has(known_block(0).id));
  EXPECT_FALSE(archive.lacks(known_block(0).id));
}

TEST(campaign, MSG_007_text_is_utf_8) {
  EXPECT_TRUE(in_range(version().set("operating_system", "Ünï 漢 🙂")));
  for (const auto* wrong : {"a\xc0\xaf", "a\xed\xa0\x80", "a\xf4\x90\x80\x80", "a\xe2\x82", "a\x80"})
    EXPECT_FALSE(in_range(version().set("operating_system", wrong)));
}

TEST(campaign, MSG_011_addresses_have_their_forms) {
  for (const auto* good : {"0.0.0.0", "2001:db8::1", "::ffff:192.0.2.7"}) EXPECT_TRUE(in_range(version().set("address", good))) << good;
  for (const auto* wrong : {"192.0.2.07", "192.0.2.256", "fe80::1%eth0", "[::1]", "host"})
    EXPECT_FALSE(in_range(version().set("address", wrong))) << wrong;
}

TEST(campaign, whatever_is_put_out_of_range_is_out_of_range) {
  for (const auto& row : spec::message_rows)
    for (std::uint32_t value = 0; value < 64; ++value) {
      auto message = example(row.kind);
      ASSERT_TRUE(in_range(message)) << row.name;
      put_out_of_range(message, value);
      EXPECT_TRUE(message == example(row.kind) || !in_range(message)) << row.name << value;
    }
}

TEST(campaign, a_client_is_due_the_end_for_another_server) {
  const Asked asked{ClientState::await_server_identity, computer(1), 7};
  EXPECT_TRUE(client_due(asked, encode(control_frame(server_identity(7))))->may_go_on);
  EXPECT_EQ(client_due(asked, encode(control_frame(server_identity(8))))->refusals, std::vector{Reason::server_refused});
  EXPECT_EQ(client_due(asked, encode(control_frame(ready())))->refusals, std::vector{Reason::unexpected_message});
  EXPECT_FALSE(client_due(asked, encode(header_only(kind_control, 0, 24))));
}

TEST(campaign, reach_counts_against_the_table) {
  Reach reach("server_session");
  EXPECT_EQ(reach.states().total, 7u);
  const Played played{.seen = {{"await_version", "version", false, ""}}};
  EXPECT_TRUE(reach.take(played));
  EXPECT_FALSE(reach.take(played));
  EXPECT_EQ(reach.transitions().seen, 1u);
  EXPECT_EQ(reach.missing().size() + 1, reach.transitions().total);
  EXPECT_TRUE(reach.take({.seen = {{"await_version", "version", true, "version_invalid"}}}));
  EXPECT_EQ(reach.reasons().seen, 1u);
}

TEST(campaign, a_signature_leaves_out_what_differs_each_time) {
  const Complaint one{"SES-020", "ready", "ping", "pong as it must be", "token 7 in place of 8"};
  auto other = one;
  other.actual = "token 9 in place of 12";
  EXPECT_EQ(one.signature(), other.signature());
  other.actual = "disconnect{reason=5}";
  EXPECT_NE(one.signature(), other.signature());
}

TEST(campaign, what_a_process_costs) {
  const auto own = cost_of(::getpid());
  ASSERT_TRUE(own);
  EXPECT_GT(own->memory_octets, 1u << 20);
  EXPECT_FALSE(cost_of(0x7ffffff0));
}

/// Complains of a trace that has a `vanish`, as often as `times` says.
struct Faulty : Target {
  explicit Faulty(int times_) : times(times_) {}
  Played play(const trace::Trace& trace, Stage&) override {
    const auto at = std::ranges::find(trace, trace::Op::vanish, &trace::Step::op);
    if (at == trace.end() || times-- <= 0) return {};
    return {.complaints = {{"ARC-038", "ready", "commit_version", "a", "b", static_cast<std::size_t>(at - trace.begin())}}};
  }
  bool renew() override { return true; }
  int times;
};

Finding graded(int times) {
  const CampaignOptions options;
  Trial trial(options, std::make_unique<Faulty>(times), "test");
  const trace::Trace trace{{trace::Op::join}, {trace::Op::stop}, {trace::Op::vanish}, {trace::Op::stop}};
  return trial.examine(trace, trial.play(trace).complaints.at(0));
}

TEST(campaign, what_comes_again_each_time_is_stable_and_made_short) {
  const auto finding = graded(1000);
  EXPECT_EQ(finding.grade, Grade::stable);
  EXPECT_EQ(finding.trace, trace::Trace{{trace::Op::vanish}});
}

TEST(campaign, what_does_not_come_each_time_is_flaky) {
  const auto finding = graded(3);
  EXPECT_EQ(finding.grade, Grade::flaky);
  EXPECT_EQ(finding.again, 2u);
}

/// Its process grows by what a trace has `wait`s.
struct Growing : Target {
  Played play(const trace::Trace& trace, Stage&) override {
    for (const auto& step : trace) now.memory_octets += step.c, now.processor_ms += step.b;
    return {};
  }
  bool renew() override { return true; }
  std::optional<Cost> cost() const override { return now; }
  Cost now;
};

TEST(campaign, memory_and_processor_time_are_bounded) {
  CampaignOptions options;
  options.run_memory_octets = 1000;
  options.run_processor_ms = 10;
  Trial trial(options, std::make_unique<Growing>(), "test");
  EXPECT_TRUE(trial.play({{trace::Op::wait, 0, 10, 1000}}).complaints.empty());
  EXPECT_EQ(trial.play({{trace::Op::wait, 0, 0, 1001}}).complaints.at(0).rule, "memory");
  EXPECT_EQ(trial.play({{trace::Op::wait, 0, 11, 0}}).complaints.at(0).rule, "processor time");
}

}  // namespace
}  // namespace coffer::conformance
