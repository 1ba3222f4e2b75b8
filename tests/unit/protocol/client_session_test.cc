// The client's session, requirement by requirement: what it says, and how it judges what it is told.
#include "protocol/client_session.h"

#include <gtest/gtest.h>

#include "protocol/block_frame.h"
#include "protocol/describe.h"
#include "protocol/rigs.h"

namespace coffer::protocol {
namespace {

using spec::Reason;
using State = ClientRig::State;

void expect_ended(const ClientRig& rig, const std::vector<ClientAction>& actions, Reason reason, std::string_view requirement) {
  EXPECT_EQ(name(rig.session.state()), "closed");
  ASSERT_GE(actions.size(), 3U) << describe(actions);
  ASSERT_TRUE(disconnect_reason(actions).has_value());
  EXPECT_EQ(name(static_cast<Reason>(*disconnect_reason(actions))), name(reason));
  EXPECT_TRUE(std::holds_alternative<Close>(actions[actions.size() - 2]));
  const auto& ended = std::get<Ended>(actions.back());
  ASSERT_TRUE(ended.fault.has_value());
  EXPECT_EQ(ended.fault->reason, reason);
  EXPECT_EQ(ended.fault->requirement, requirement);
}

/// The first message these actions send.
Message first_message(const std::vector<ClientAction>& actions) {
  FrameReader reader;
  reader.set_verified();
  reader.feed(sent(actions));
  return decode(reader.next().value().value().body).value();
}

TEST(ClientSteps, SES_010_the_first_message_is_version) {
  ClientRig rig;
  rig.session.connected(rig.now);
  const auto version = std::get<Version>(first_message(rig.pull()));
  EXPECT_EQ(version.protocol, 6);
  EXPECT_EQ(version.operating_system, "Debian 12");
}

TEST(ClientSteps, IDN_001_IDN_010_computer_then_login_with_everything_in_it) {
  ClientRig rig;
  rig.reach(State::await_proceed);
  EXPECT_EQ(std::get<Computer>(first_message(rig.send(Proceed{7, 0, 0}))).guid, samples::computer);
  const auto login = std::get<Login>(first_message(rig.send(ServerIdentity{samples::server})));
  EXPECT_EQ(login.registration_key, "ABCDEFGH12345678");
  EXPECT_EQ(login.computer, samples::computer);
}

TEST(ClientSteps, IDN_006_another_server_gets_no_login) {
  ClientRig rig;
  rig.reach(State::await_server_identity);
  const auto actions = rig.send(ServerIdentity{samples::server + 1});
  expect_ended(rig, actions, Reason::server_refused, "IDN-006");
  EXPECT_EQ(frames_as_text(sent(actions)), std::vector<std::string>{"disconnect(server_refused)"});
}

TEST(ClientSteps, IDN_006_without_an_expectation_the_first_server_is_reported) {
  ClientRig rig;
  rig.settings.expected_server.reset();
  rig.reach(State::await_server_identity);
  const auto actions = rig.send(ServerIdentity{99});
  EXPECT_EQ(describe(actions), "server seen, send login");
  EXPECT_EQ(std::get<ServerSeen>(actions[0]).guid, 99U);
}

TEST(ClientSteps, CFG_001_CFG_003_states_applies_and_acknowledges_its_configuration) {
  ClientRig rig;
  rig.reach(State::await_login_accepted);
  EXPECT_EQ(std::get<ConfigState>(first_message(rig.send(LoginAccepted{7, 1}))).version, samples::client_config);
  const auto actions = rig.send(ConfigPush{9, {{"a", "b", true}}});
  EXPECT_EQ(describe(actions), "configured, send config_ack");  // applied before the acknowledgement is taken
  EXPECT_EQ(std::get<Configured>(actions[0]).settings, (std::vector<Setting>{{"a", "b", true}}));
  EXPECT_EQ(std::get<ConfigAck>(first_message(actions)).version, 9U);
}

TEST(ClientAnswers, SES_042_a_pong_brings_back_its_token) {
  ClientRig rig;
  rig.reach(State::await_pong);
  expect_ended(rig, rig.send(Pong{1}), Reason::bad_answer, "SES-042");
}

TEST(ClientAnswers, SES_040_missing_indices_name_blocks_of_the_offer_each_once) {
  ClientRig rig;
  rig.reach(State::await_missing_blocks);  // two were offered
  expect_ended(rig, rig.send(MissingBlocks{{0, 2}}), Reason::bad_answer, "SES-040");
  rig.reach(State::ready);
  auto twice = samples::ids(0, 1);
  const auto again = samples::ids(0, 1);
  twice.insert(twice.end(), again.begin(), again.end());
  rig.submit(BeginOffer{twice});
  expect_ended(rig, rig.send(MissingBlocks{{0, 1}}), Reason::bad_answer, "SES-040");
}

TEST(ClientBackup, ARC_034_only_blocks_that_were_named_missing_are_sent_and_once) {
  ClientRig rig;
  rig.reach(State::await_missing_blocks);
  rig.send(MissingBlocks{{1}});
  const auto block = [](unsigned number) {
    const auto made = samples::block(number);
    return SendBlock{made.id, made.checksum, made.sealed};
  };
  EXPECT_FALSE(rig.session.submit(rig.now, block(0)));
  EXPECT_EQ(sent(rig.submit(block(1))), frame_of(samples::block(1)));
  EXPECT_FALSE(rig.session.submit(rig.now, block(1)));
}

TEST(ClientBackup, ARC_035_a_commit_waits_for_every_block_that_was_named_missing) {
  ClientRig rig;
  rig.reach(State::await_missing_blocks);
  rig.send(MissingBlocks{{1}});
  EXPECT_FALSE(rig.session.submit(rig.now, BeginCommit{samples::commit()}));
  const auto block = samples::block(1);
  rig.submit(SendBlock{block.id, block.checksum, block.sealed});
  EXPECT_TRUE(rig.session.submit(rig.now, BeginCommit{samples::commit()}));
}

TEST(ClientBackup, ARC_030_nothing_out_of_range_is_sent) {
  ClientRig rig;
  rig.reach(State::ready);
  EXPECT_FALSE(rig.session.submit(rig.now, BeginOffer{}));
  EXPECT_FALSE(rig.session.submit(rig.now, BeginOffer{Octets(32 * 1025)}));
  EXPECT_FALSE(rig.session.submit(rig.now, BeginCommit{}));
  EXPECT_FALSE(rig.session.submit(rig.now, RequestRestore{0, 0}));
  EXPECT_TRUE(rig.pull().empty());
}

TEST(ClientBackup, ARC_039_the_acknowledged_number_is_the_committed_one) {
  ClientRig rig;
  rig.reach(State::await_version_committed);
  expect_ended(rig, rig.send(VersionCommitted{2}), Reason::bad_answer, "ARC-039");
}

TEST(ClientVersions, ARC_042_versions_ascend_from_the_number_asked_for) {
  const auto entry = [](std::uint64_t number) { return VersionEntry{number, Octets(32, 1), Octets(9, 2)}; };
  const auto outcome = [&](std::vector<VersionEntry> entries, bool more) {
    ClientRig rig;
    rig.reach(State::ready);
    rig.submit(BeginList{5});
    const auto actions = rig.send(Versions{std::move(entries), more});
    return describe(actions);
  };
  EXPECT_EQ(outcome({entry(5), entry(6)}, true), "versions listed");
  EXPECT_EQ(outcome({}, false), "versions listed");
  const auto refused = "send disconnect(bad_answer), close, ended by fault (ARC-042)";
  EXPECT_EQ(outcome({entry(4)}, false), refused);
  EXPECT_EQ(outcome({entry(6), entry(5)}, false), refused);
  EXPECT_EQ(outcome({entry(5), entry(5)}, false), refused);
  EXPECT_EQ(outcome({}, true), "send disconnect(bad_answer), close, ended by fault (SES-040)");
}

TEST(ClientRestore, ARC_055_a_block_without_its_checksum_ends_the_session_undelivered) {
  ClientRig rig;
  rig.reach(State::await_blocks);
  auto block = samples::block(0);
  block.sealed[3] ^= 1;
  expect_ended(rig, rig.feed(frame_of(block)), Reason::checksum_mismatch, "ARC-055");
}

TEST(ClientRestore, ARC_055_every_octet_of_the_checksum_counts) {
  for (std::size_t octet = 0; octet < 32; ++octet) {
    ClientRig rig;
    rig.reach(State::await_blocks);
    auto block = samples::block(0);
    block.checksum[octet] ^= 1;
    expect_ended(rig, rig.feed(frame_of(block)), Reason::checksum_mismatch, "ARC-055");
  }
}

TEST(ClientRestore, ARC_056_blocks_come_in_order_less_those_named_missing) {
  const auto fetched = [](std::vector<unsigned> arrive, std::vector<std::uint16_t> missing) {
    ClientRig rig;
    rig.reach(State::restoring);
    rig.submit(BeginFetch{samples::ids(0, 3)});
    std::string text;
    for (const auto number : arrive) text += describe(rig.feed(frame_of(samples::block(number)))) + "; ";
    return text + describe(rig.send(BlocksFetched{std::move(missing)}));
  };
  EXPECT_EQ(fetched({0, 1, 2}, {}), "block arrived; block arrived; block arrived; blocks ended");
  EXPECT_EQ(fetched({0, 2}, {1}), "block arrived; block arrived; blocks ended");
  EXPECT_EQ(fetched({}, {0, 1, 2}), "blocks ended");
  const std::string refused = "send disconnect(bad_answer), close, ended by fault (ARC-056)";
  EXPECT_EQ(fetched({1, 0}, {}), "block arrived; " + refused + "; nothing");
  EXPECT_EQ(fetched({0, 0}, {}), "block arrived; " + refused + "; nothing");
  EXPECT_EQ(fetched({7}, {}), refused + "; nothing");
  EXPECT_EQ(fetched({0, 2}, {}), "block arrived; block arrived; " + refused);
  EXPECT_EQ(fetched({0, 1}, {1, 2}), "block arrived; block arrived; " + refused);
  EXPECT_EQ(fetched({0, 1, 2}, {2}), "block arrived; block arrived; block arrived; " + refused);
}

TEST(ClientRestore, FRM_016_a_fetched_frames_checks_come_in_their_order) {
  ClientRig rig;
  rig.reach(State::restoring);
  expect_ended(rig, rig.feed(data_frame(Octets(16), {})), Reason::unexpected_message, "SES-002");
  rig.reach(State::await_blocks);
  expect_ended(rig, rig.feed(data_frame(Octets(16), {})), Reason::malformed_message, "FRM-015");
  rig.reach(State::await_blocks);
  expect_ended(rig, rig.feed(block_frame(samples::block(9).id, {}, Octets(29))), Reason::field_out_of_range, "FRM-018");
  rig.reach(State::await_blocks);
  expect_ended(rig, rig.feed(block_frame(samples::block(9).id, {}, Octets(30))), Reason::bad_answer, "ARC-056");
}

TEST(ClientTime, SES_041_every_answer_has_its_timer_and_the_program_none) {
  for (std::size_t s = 0; s < static_cast<std::size_t>(State::closed); ++s) {
    const auto state = static_cast<State>(s);
    ClientRig rig;
    rig.reach(state);
    if (state == State::ready || state == State::restoring) {
      EXPECT_FALSE(rig.session.deadline().has_value());
      continue;
    }
    ASSERT_TRUE(rig.session.deadline().has_value()) << name(state);
    const auto deadline = *rig.session.deadline();
    rig.session.tick(deadline - Time(1));
    EXPECT_EQ(name(rig.session.state()), name(state));
    rig.session.tick(deadline);
    const auto actions = rig.pull();
    if (state == State::connecting) {
      EXPECT_EQ(describe(actions), "close, ended by fault (SES-041)");  // no channel to say it on
    } else {
      expect_ended(rig, actions, Reason::timeout, "SES-041");
    }
  }
}

TEST(ClientEnd, SES_030_after_goodbye_the_servers_disconnect_ends_it) {
  ClientRig rig;
  rig.reach(State::leaving);
  const auto actions = rig.send(Disconnect{0});
  EXPECT_EQ(describe(actions), "close, ended by peer (goodbye)");
}

TEST(ClientEnd, SES_031_nothing_is_sent_to_a_peer_that_disconnects_or_vanishes) {
  ClientRig rig;
  rig.reach(State::await_versions);
  EXPECT_EQ(describe(rig.send(Disconnect{21})), "close, ended by peer (server_stopping)");
  rig.reach(State::await_versions);
  rig.session.peer_closed(rig.now);
  EXPECT_EQ(describe(rig.pull()), "close, ended");
}

TEST(ClientEnd, FRM_017_after_a_fault_nothing_more_happens) {
  ClientRig rig;
  rig.reach(State::ready);
  expect_ended(rig, rig.feed(Octets{1, 0, 0, 1, 0, 1}), Reason::frame_too_large, "FRM-008");
  rig.session.feed(rig.now, control_frame(encode(Pong{1})));
  rig.session.peer_closed(rig.now);
  rig.session.tick(rig.now + std::chrono::hours(24));
  EXPECT_FALSE(rig.session.submit(rig.now, BeginPing{1}));
  EXPECT_TRUE(rig.pull().empty());
}

TEST(ClientEnd, FRM_010_a_client_takes_large_frames_from_the_beginning) {
  ClientRig rig;
  rig.reach(State::await_proceed);
  EXPECT_TRUE(rig.feed(Octets{1, 0, 0, 0, 0x10, 1}).empty());
}

}  // namespace
}  // namespace coffer::protocol
