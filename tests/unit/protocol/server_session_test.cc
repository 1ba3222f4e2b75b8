// The server's session, requirement by requirement: order of checks, permissions, blocks, timers, ends.
#include "protocol/server_session.h"

#include <algorithm>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "coffer/spec/permissions.h"
#include "protocol/block_frame.h"
#include "protocol/checksum.h"
#include "protocol/describe.h"
#include "protocol/rigs.h"

namespace coffer::protocol {
namespace {

using spec::Reason;
using State = ServerRig::State;

void expect_closed(const ServerRig& rig, const std::vector<ServerAction>& actions, Reason reason) {
  EXPECT_EQ(name(rig.session.state()), "closed");
  ASSERT_TRUE(disconnect_reason(actions).has_value()) << describe(actions);
  EXPECT_EQ(name(static_cast<Reason>(*disconnect_reason(actions))), name(reason));
  ASSERT_FALSE(actions.empty());
  EXPECT_TRUE(std::holds_alternative<Close>(actions.back()));
}

const Note* note(const std::vector<ServerAction>& actions, std::string_view event) {
  for (const auto& action : actions)
    if (const auto* found = std::get_if<Note>(&action); found != nullptr && found->event == event) return found;
  return nullptr;
}

std::string field(const Note& note, std::string_view key) {
  for (const auto& [name, value] : note.fields)
    if (name == key) return value;
  return "(none)";
}

/// The first action of a type.
template <typename A>
const A* find_action(const std::vector<ServerAction>& actions) {
  for (const auto& action : actions)
    if (const auto* found = std::get_if<A>(&action)) return found;
  return nullptr;
}

// ---- Version ------------------------------------------------------------------------------------------------------------------------

TEST(ServerVersion, SES_011_another_protocol_is_version_invalid) {
  for (const auto protocol : std::vector<std::uint16_t>{0, 5, 7}) {
    ServerRig rig;
    auto version = samples::version();
    version.protocol = protocol;
    expect_closed(rig, rig.send(version), Reason::version_invalid);
  }
}

TEST(ServerVersion, SES_012_SES_016_versions_below_the_minimum_are_too_old_as_numbers) {
  const auto outcome = [](std::uint16_t major, std::uint16_t minor, std::uint16_t patch) {
    ServerRig rig;
    rig.settings.minimum_version = {6, 5, 3};
    auto version = samples::version();
    version.major = major, version.minor = minor, version.patch = patch;
    return disconnect_reason(rig.send(version));
  };
  const auto too_old = std::to_underlying(Reason::version_too_old);
  EXPECT_EQ(outcome(6, 5, 2), too_old);
  EXPECT_EQ(outcome(6, 4, 9), too_old);
  EXPECT_EQ(outcome(5, 99, 99), too_old);
  EXPECT_EQ(outcome(6, 5, 3), std::nullopt);
  EXPECT_EQ(outcome(6, 10, 0), std::nullopt);
  EXPECT_EQ(outcome(10, 0, 0), std::nullopt);
}

TEST(ServerVersion, SES_012_a_wrong_protocol_is_named_before_an_old_version_and_a_wrong_field_before_both) {
  ServerRig rig;
  Version version{5, 1, 0, 0, 0, "os", "", "192.0.2.1"};
  expect_closed(rig, rig.send(version), Reason::version_invalid);
  ServerRig second;
  version.address = "nowhere";
  expect_closed(second, second.send(version), Reason::field_out_of_range);
}

TEST(ServerVersion, SES_013_proceed_carries_the_servers_version) {
  ServerRig rig;
  const auto actions = rig.send(samples::version());
  const auto octets = sent(actions);
  FrameReader reader;
  reader.feed(octets);
  const auto proceed = std::get<Proceed>(decode(reader.next().value().value().body).value());
  EXPECT_EQ(proceed.major, 7);
  EXPECT_EQ(name(rig.session.state()), "await_computer");
}

TEST(ServerVersion, SES_015_the_clients_version_is_logged_with_every_field_even_when_it_is_refused) {
  ServerRig rig;
  const auto actions = rig.send(Version{5, 1, 2, 3, -60, "Debian", "kvm", "2001:db8::1"});
  const auto* logged = note(actions, "client_version");
  ASSERT_NE(logged, nullptr);
  EXPECT_EQ(field(*logged, "protocol"), "5");
  EXPECT_EQ(field(*logged, "version"), "1.2.3");
  EXPECT_EQ(field(*logged, "operating_system"), "Debian");
  EXPECT_EQ(field(*logged, "virtual_machine"), "kvm");
  EXPECT_EQ(field(*logged, "address"), "2001:db8::1");
  EXPECT_EQ(field(*logged, "time_zone_minutes"), "-60");
}

// ---- Computer and login -------------------------------------------------------------------------------------------------------------

TEST(ServerComputer, IDN_003_IDN_022_a_refusal_says_one_word_and_logs_the_cause) {
  ServerRig rig;
  rig.reach(State::checking_computer);
  const auto actions = rig.submit(ComputerRefused{"blocked"});
  expect_closed(rig, actions, Reason::computer_refused);
  const auto* logged = note(actions, "computer_refused");
  ASSERT_NE(logged, nullptr);
  EXPECT_EQ(field(*logged, "cause"), "blocked");
  EXPECT_EQ(field(*logged, "computer"), "0123456789abcdef");
}

TEST(ServerLogin, IDN_026_a_good_login_that_finds_the_place_taken_is_refused_as_a_computer) {
  ServerRig rig;
  rig.reach(State::checking_login);
  const auto actions = rig.submit(ComputerRefused{"another session"});
  expect_closed(rig, actions, Reason::computer_refused);
  EXPECT_FALSE(rig.session.verified());
  const auto* logged = note(actions, "computer_refused");
  ASSERT_NE(logged, nullptr);
  EXPECT_EQ(field(*logged, "cause"), "another session");
  EXPECT_EQ(field(*logged, "computer"), "0123456789abcdef");
}

TEST(ServerComputer, ERR_006_a_check_that_fails_or_a_session_that_cannot_go_on_is_an_internal_error) {
  for (const auto state : {State::await_version, State::await_computer, State::checking_computer, State::await_login, State::checking_login,
                           State::await_config, State::await_config_ack}) {
    ServerRig rig;
    rig.reach(state);
    expect_closed(rig, rig.submit(Failed{"database locked"}), Reason::internal_error);
  }
}

TEST(ServerLogin, IDN_017_another_computer_in_the_login_is_refused) {
  ServerRig rig;
  rig.reach(State::await_login);
  auto login = samples::login();
  login.computer = samples::computer + 1;
  const auto actions = rig.send(login);
  expect_closed(rig, actions, Reason::login_refused);
  EXPECT_EQ(find_action<CheckLogin>(actions), nullptr);
}

TEST(ServerLogin, IDN_014_IDN_022_a_refusal_says_one_word_and_logs_no_password) {
  ServerRig rig;
  rig.reach(State::checking_login);
  const auto actions = rig.submit(LoginRefused{"user_unknown"});
  expect_closed(rig, actions, Reason::login_refused);
  EXPECT_EQ(field(*note(actions, "login_refused"), "cause"), "user_unknown");
  for (const auto& action : actions) {
    if (!std::holds_alternative<Note>(action)) continue;
    for (const auto& [key, value] : std::get<Note>(action).fields) EXPECT_EQ(value.find("correct horse"), std::string::npos) << key;
  }
}

TEST(ServerLogin, IDN_015_the_answer_carries_user_and_permissions) {
  ServerRig rig;
  rig.reach(State::checking_login);
  const auto actions = rig.submit(LoginAdmitted{samples::user, 1, 1, {}});
  ASSERT_NE(note(actions, "login_accepted"), nullptr);
  EXPECT_EQ(field(*note(actions, "login_accepted"), "user"), std::to_string(samples::user));
  const auto octets = sent(actions);
  FrameReader reader;
  reader.feed(octets);
  const auto accepted = std::get<LoginAccepted>(decode(reader.next().value().value().body).value());
  EXPECT_EQ(accepted.user, samples::user);
  EXPECT_EQ(accepted.permissions, 1U);
}

TEST(ServerLogin, IDN_020_a_deferred_login_gets_no_permission_whatever_the_roles) {
  ServerRig rig;
  rig.deferred = true;
  rig.reach(State::ready);
  expect_closed(rig, rig.send(OfferBlocks{samples::ids(0, 1)}), Reason::not_permitted);
}

TEST(ServerLogin, FRM_010_larger_frames_are_allowed_from_the_login_on) {
  const auto large = Octets{1, 0, 0, 0, 0x10, 1};  // a control frame of 4,097 octets
  for (const auto state : {State::await_version, State::await_computer, State::await_login}) {
    ServerRig rig;
    rig.reach(state);
    expect_closed(rig, rig.feed(large), Reason::frame_too_large);
  }
  ServerRig rig;
  rig.reach(State::await_config);
  EXPECT_TRUE(rig.feed(large).empty());
  EXPECT_EQ(name(rig.session.state()), "await_config");
}

TEST(ServerLogin, FRM_010_a_larger_frame_sent_behind_the_login_is_judged_after_it) {
  ServerRig rig;
  rig.reach(State::checking_login);
  EXPECT_TRUE(rig.feed(Octets{1, 0, 0, 0, 0x10, 1}).empty());
  rig.submit(LoginAdmitted{samples::user, 3, 1, {}});
  EXPECT_EQ(name(rig.session.state()), "await_config");
}

// ---- Configuration ------------------------------------------------------------------------------------------------------------------

TEST(ServerConfig, CFG_005_a_current_configuration_is_not_pushed) {
  ServerRig rig;
  rig.reach(State::await_config);
  EXPECT_EQ(frames_as_text(sent(rig.send(ConfigState{samples::server_config}))), std::vector<std::string>{"ready"});
}

TEST(ServerConfig, CFG_002_another_configuration_is_pushed_newer_or_older) {
  for (const std::uint64_t version : {samples::server_config - 1, samples::server_config + 1}) {
    ServerRig rig;
    rig.reach(State::await_config);
    const auto octets = sent(rig.send(ConfigState{version}));
    FrameReader reader;
    reader.feed(octets);
    const auto push = std::get<ConfigPush>(decode(reader.next().value().value().body).value());
    EXPECT_EQ(push.version, samples::server_config);
    EXPECT_EQ(push.settings, (std::vector<Setting>{{"backup.frequency", "900", true}}));
  }
}

TEST(ServerConfig, CFG_004_another_version_acknowledged_closes) {
  ServerRig rig;
  rig.reach(State::await_config_ack);
  expect_closed(rig, rig.send(ConfigAck{samples::server_config + 1}), Reason::bad_config_ack);
}

// ---- Permissions --------------------------------------------------------------------------------------------------------------------

TEST(ServerPermission, SES_021_each_operation_needs_its_own) {
  using spec::permissions::backup;
  using spec::permissions::restore;
  const std::vector<std::pair<Message, std::uint32_t>> operations{{OfferBlocks{samples::ids(0, 1)}, backup},
                                                                  {samples::commit(), backup},
                                                                  {ListVersions{1}, backup | restore},
                                                                  {RestoreBegin{1, 0}, restore}};
  for (std::uint32_t granted = 0; granted < 4; ++granted) {
    for (const auto& [message, any_of] : operations) {
      ServerRig rig;
      rig.permissions = granted;
      rig.reach(State::ready);
      const auto actions = rig.send(message);
      SCOPED_TRACE(std::string(name(kind(message))) + " with " + std::to_string(granted));
      if ((granted & any_of) != 0) {
        EXPECT_EQ(name(rig.session.state()), "serving");
      } else {
        expect_closed(rig, actions, Reason::not_permitted);
      }
    }
  }
}

TEST(ServerPermission, ERR_002_fields_are_judged_before_permission_and_permission_before_meaning) {
  ServerRig rig;
  rig.permissions = 0;
  rig.reach(State::ready);
  expect_closed(rig, rig.send(OfferBlocks{}), Reason::field_out_of_range);
  rig.reach(State::ready);
  expect_closed(rig, rig.feed(frame_of(samples::block(0))), Reason::not_permitted);  // and not unwanted_block
}

// ---- Backup -------------------------------------------------------------------------------------------------------------------------

/// A session in ready of which these blocks were named missing.
void want(ServerRig& rig, unsigned count) {
  rig.reach(State::ready);
  rig.send(OfferBlocks{samples::ids(0, count)});
  std::vector<std::uint16_t> indices(count);
  for (unsigned i = 0; i < count; ++i) indices[i] = static_cast<std::uint16_t>(i);
  rig.submit(MissingFound{indices});
}

TEST(ServerBackup, ARC_031_a_wrong_checksum_closes_and_stores_nothing) {
  ServerRig rig;
  want(rig, 1);
  auto block = samples::block(0);
  block.sealed[0] ^= 1;
  const auto actions = rig.feed(frame_of(block));
  expect_closed(rig, actions, Reason::checksum_mismatch);
  EXPECT_EQ(find_action<StoreBlock>(actions), nullptr);
}

TEST(ServerBackup, ARC_031_every_octet_of_the_checksum_counts) {
  for (std::size_t octet = 0; octet < 32; ++octet) {
    ServerRig rig;
    want(rig, 1);
    auto block = samples::block(0);
    block.checksum[octet] ^= 1;
    expect_closed(rig, rig.feed(frame_of(block)), Reason::checksum_mismatch);
  }
}

TEST(ServerBackup, ARC_031_the_right_checksum_is_stored_as_it_came) {
  ServerRig rig;
  want(rig, 1);
  const auto block = samples::block(0);
  const auto actions = rig.feed(frame_of(block));
  const auto* store = find_action<StoreBlock>(actions);
  ASSERT_NE(store, nullptr);
  EXPECT_EQ(store->id, block.id);
  EXPECT_EQ(store->checksum, block.checksum);
  EXPECT_EQ(store->sealed, block.sealed);
  EXPECT_EQ(name(rig.session.state()), "ready");
}

TEST(ServerBackup, ARC_032_a_block_never_named_or_sent_twice_is_unwanted) {
  ServerRig rig;
  want(rig, 1);
  expect_closed(rig, rig.feed(frame_of(samples::block(5))), Reason::unwanted_block);
  want(rig, 2);
  EXPECT_FALSE(disconnect_reason(rig.feed(frame_of(samples::block(0)))));
  expect_closed(rig, rig.feed(frame_of(samples::block(0))), Reason::unwanted_block);
}

TEST(ServerBackup, FRM_016_the_checks_of_a_data_frame_come_in_their_order) {
  const auto good = samples::block(0);
  const auto bad_metadata = data_frame(Octets(16), good.sealed);
  const auto bad_field = data_frame(encode_metadata({Octets(31, 1), Octets(32, 1)}), Octets(29));
  const auto short_data = block_frame(samples::block(9).id, good.checksum, Octets(29));
  ServerRig rig;
  rig.reach(State::restoring);
  expect_closed(rig, rig.feed(bad_metadata), Reason::unexpected_message);
  want(rig, 1);
  expect_closed(rig, rig.feed(bad_metadata), Reason::malformed_message);
  want(rig, 1);
  expect_closed(rig, rig.feed(bad_field), Reason::field_out_of_range);
  want(rig, 1);
  expect_closed(rig, rig.feed(short_data), Reason::field_out_of_range);
  want(rig, 1);
  expect_closed(rig, rig.feed(block_frame(samples::block(9).id, samples::block(8).checksum, good.sealed)), Reason::unwanted_block);
}

TEST(ServerBackup, FRM_018_a_data_part_has_30_to_4194304_octets) {
  for (const std::size_t size : {29UL, 30UL, 4'194'304UL, 4'194'305UL}) {
    ServerRig rig;
    want(rig, 1);
    const Octets sealed(size, 7);
    const auto actions = rig.feed(block_frame(samples::block(0).id, Checksum().of(sealed), sealed));
    if (size == 29 || size == 4'194'305) {
      expect_closed(rig, actions, Reason::field_out_of_range);
    } else {
      EXPECT_NE(find_action<StoreBlock>(actions), nullptr) << size;
    }
  }
}

TEST(ServerBackup, ARC_036_a_commit_waits_for_every_block_named_missing) {
  ServerRig rig;
  want(rig, 2);
  rig.feed(frame_of(samples::block(0)));
  expect_closed(rig, rig.send(samples::commit()), Reason::blocks_outstanding);
  want(rig, 2);
  rig.feed(frame_of(samples::block(0)));
  rig.feed(frame_of(samples::block(1)));
  EXPECT_NE(find_action<CommitRequest>(rig.send(samples::commit())), nullptr);
}

TEST(ServerBackup, ARC_036_blocks_of_an_earlier_offer_are_outstanding_too) {
  ServerRig rig;
  want(rig, 1);
  rig.send(OfferBlocks{samples::ids(5, 1)});
  rig.submit(MissingFound{});
  expect_closed(rig, rig.send(samples::commit()), Reason::blocks_outstanding);
}

TEST(ServerBackup, ARC_037_a_conflict_is_passed_on) {
  ServerRig rig;
  rig.reach(State::ready);
  rig.send(samples::commit());
  expect_closed(rig, rig.submit(Refused{Reason::version_conflict, "the chain is at 3"}), Reason::version_conflict);
}

TEST(ServerBackup, ARC_038_nothing_is_acknowledged_before_the_store_says_so) {
  ServerRig rig;
  rig.reach(State::ready);
  EXPECT_TRUE(sent(rig.send(samples::commit())).empty());
  const auto actions = rig.submit(Committed{});
  EXPECT_EQ(frames_as_text(sent(actions)), std::vector<std::string>{"version_committed"});
  ASSERT_NE(note(actions, "version_committed"), nullptr);
  EXPECT_EQ(field(*note(actions, "version_committed"), "version"), "1");
}

TEST(ServerBackup, ERR_006_a_block_that_cannot_be_stored_ends_the_session_in_any_state_of_ready) {
  for (const auto state : {State::ready, State::serving, State::restoring, State::serving_restore}) {
    ServerRig rig;
    rig.reach(state);
    expect_closed(rig, rig.submit(Failed{"disk full"}), Reason::internal_error);
  }
}

TEST(ServerBackup, ARC_130_a_block_that_is_refused_when_it_is_stored_ends_the_session_with_the_reason) {
  for (const auto state : {State::ready, State::serving}) {
    ServerRig rig;
    rig.reach(state);
    expect_closed(rig, rig.submit(Refused{Reason::quota_exceeded, "user 1 has 600 octets of blocks, its quota is 1000"}),
                  Reason::quota_exceeded);
  }
}

TEST(ServerBackup, ERR_006_an_answer_that_names_what_was_not_offered_is_the_servers_failure) {
  for (const auto& wrong : {std::vector<std::uint16_t>{2}, std::vector<std::uint16_t>{1, 0}, std::vector<std::uint16_t>{0, 0}}) {
    ServerRig rig;
    rig.reach(State::serving);  // an offer of two
    expect_closed(rig, rig.submit(MissingFound{wrong}), Reason::internal_error);
  }
}

// ---- Restore ------------------------------------------------------------------------------------------------------------------------

TEST(ServerRestore, ARC_050_is_logged_before_it_is_answered) {
  ServerRig rig;
  rig.reach(State::ready);
  rig.send(RestoreBegin{4, 1});
  const auto actions = rig.submit(RestoreAdmitted{});
  ASSERT_EQ(describe(actions), "note restore_begun, send restore_begun");
  const auto& logged = *note(actions, "restore_begun");
  EXPECT_EQ(field(logged, "user"), "7");
  EXPECT_EQ(field(logged, "computer"), "0123456789abcdef");
  EXPECT_EQ(field(logged, "version"), "4");
  EXPECT_EQ(field(logged, "purpose"), "verify");
}

TEST(ServerRestore, ARC_051_a_version_that_is_not_there_closes) {
  ServerRig rig;
  rig.reach(State::ready);
  rig.send(RestoreBegin{4, 0});
  const auto actions = rig.submit(Refused{Reason::no_such_version, ""});
  expect_closed(rig, actions, Reason::no_such_version);
  EXPECT_EQ(note(actions, "restore_begun"), nullptr);
  EXPECT_EQ(field(*note(actions, "session_closed"), "requirement"), "ARC-051");
}

TEST(ServerRestore, ARC_052_ARC_053_ARC_057_blocks_go_out_as_they_were_stored_and_then_their_end) {
  ServerRig rig;
  rig.reach(State::serving_restore);
  const auto block = samples::block(1);
  const auto octets = sent(rig.submit(BlockLoaded{block.id, block.checksum, block.sealed}));
  EXPECT_EQ(octets, frame_of(block));
  EXPECT_EQ(name(rig.session.state()), "serving_restore");
  EXPECT_EQ(frames_as_text(sent(rig.submit(BlocksLoaded{{0}}))), std::vector<std::string>{"blocks_fetched"});
  EXPECT_EQ(name(rig.session.state()), "restoring");
}

TEST(ServerRestore, ARC_054_the_end_is_logged_also_when_the_session_ends_first) {
  ServerRig rig;
  rig.reach(State::restoring);
  rig.send(RestoreEnd{true});
  auto actions = rig.submit(RestoreClosed{});
  EXPECT_EQ(field(*note(actions, "restore_ended"), "complete"), "true");
  EXPECT_EQ(name(rig.session.state()), "ready");

  for (const auto state : {State::restoring, State::serving_restore}) {
    rig.reach(state);
    rig.session.peer_closed(rig.now);
    actions = rig.pull();
    ASSERT_NE(note(actions, "restore_ended"), nullptr);
    EXPECT_EQ(field(*note(actions, "restore_ended"), "complete"), "false");
    EXPECT_EQ(field(*note(actions, "restore_ended"), "version"), "1");
  }
}

// ---- Order, held states, time, ends -------------------------------------------------------------------------------------------------

TEST(ServerOrder, SES_022_what_arrives_in_a_held_state_waits_and_goes_on) {
  ServerRig rig;
  rig.reach(State::ready);
  auto stream = control_frame(encode(OfferBlocks{samples::ids(0, 1)}));
  for (const std::uint64_t token : {1, 2}) {
    const auto ping = control_frame(encode(Ping{token}));
    stream.insert(stream.end(), ping.begin(), ping.end());
  }
  EXPECT_EQ(describe(rig.feed(stream)), "find missing");
  EXPECT_FALSE(rig.session.wants_input());
  EXPECT_EQ(describe(rig.submit(MissingFound{})), "send missing_blocks, send pong, send pong");
  EXPECT_TRUE(rig.session.wants_input());
}

TEST(ServerOrder, SES_020_pings_are_answered_in_order_with_their_tokens) {
  for (const auto state : {State::ready, State::restoring}) {
    ServerRig rig;
    rig.reach(state);
    EXPECT_EQ(sent(rig.send(Ping{42})), control_frame(encode(Pong{42})));
    EXPECT_EQ(sent(rig.send(Ping{41})), control_frame(encode(Pong{41})));
  }
}

TEST(ServerOrder, SES_003_the_whole_walk_may_arrive_in_one_piece) {
  ServerRig rig;
  Octets stream;
  for (const Message& message : std::initializer_list<Message>{samples::version(), Computer{samples::computer}, samples::login(),
                                                               ConfigState{samples::server_config}, Ping{9}}) {
    const auto frame = control_frame(encode(message));
    stream.insert(stream.end(), frame.begin(), frame.end());
  }
  EXPECT_EQ(describe(rig.feed(stream)), "note client_version, send proceed, check computer");
  EXPECT_EQ(describe(rig.submit(ComputerAdmitted{})), "send server_identity, check login");
  EXPECT_EQ(describe(rig.submit(LoginAdmitted{samples::user, 3, samples::server_config, {}})),
            "note login_accepted, send login_accepted, send ready, send pong");
}

TEST(ServerOrder, MSG_006_encoding_is_judged_before_state_and_state_before_fields) {
  ServerRig rig;
  expect_closed(rig, rig.feed(control_frame(Octets(8))), Reason::malformed_message);
  rig.reach(State::await_version);
  expect_closed(rig, rig.send(Computer{0}), Reason::unexpected_message);
  rig.reach(State::await_computer);
  expect_closed(rig, rig.send(Computer{0}), Reason::field_out_of_range);
}

TEST(ServerTime, SES_005_each_step_has_the_step_timer_and_held_states_have_none) {
  for (const auto state : {State::await_version, State::await_computer, State::await_login, State::await_config, State::await_config_ack}) {
    ServerRig rig;
    rig.now = Time(5000);
    rig.reach(state);
    ASSERT_EQ(rig.session.deadline(), Time(5000 + 10'000)) << name(state);
    rig.session.tick(Time(14'999));
    EXPECT_EQ(name(rig.session.state()), name(state));
    rig.session.tick(Time(15'000));
    const auto actions = rig.pull();
    expect_closed(rig, actions, Reason::timeout);
    EXPECT_EQ(field(*note(actions, "session_closed"), "requirement"), "SES-005");
  }
  for (const auto state : {State::checking_computer, State::checking_login, State::serving, State::serving_restore, State::closed}) {
    ServerRig rig;
    rig.reach(state);
    EXPECT_FALSE(rig.session.deadline().has_value()) << name(state);
  }
}

TEST(ServerTime, SES_006_the_idle_timer_starts_anew_with_each_whole_frame) {
  for (const auto state : {State::ready, State::restoring}) {
    ServerRig rig;
    rig.reach(state);
    const auto first = rig.session.deadline();
    rig.now += Time(1000);
    const auto ping = control_frame(encode(Ping{1}));
    rig.feed(View(ping).first(7));
    EXPECT_EQ(rig.session.deadline(), first);  // not whole yet
    rig.feed(View(ping).subspan(7));
    EXPECT_EQ(rig.session.deadline(), rig.now + Time(900'000));
    rig.session.tick(rig.now + Time(900'000));
    const auto actions = rig.pull();
    expect_closed(rig, actions, Reason::timeout);
    EXPECT_EQ(field(*note(actions, "session_closed"), "requirement"), "SES-006");
  }
}

TEST(ServerEnd, SES_030_goodbye_is_answered_with_goodbye) {
  ServerRig rig;
  rig.reach(State::ready);
  expect_closed(rig, rig.send(Goodbye{}), Reason::goodbye);
}

TEST(ServerEnd, SES_031_nothing_is_sent_to_a_peer_that_disconnects_or_vanishes) {
  for (std::size_t s = 0; s < static_cast<std::size_t>(State::closed); ++s) {
    const auto state = static_cast<State>(s);
    ServerRig rig;
    rig.reach(state);
    rig.session.peer_closed(rig.now);
    const auto actions = rig.pull();
    EXPECT_TRUE(sent(actions).empty()) << name(state);
    ASSERT_FALSE(actions.empty());
    EXPECT_TRUE(std::holds_alternative<Close>(actions.back()));
  }
  ServerRig rig;
  rig.reach(State::ready);
  EXPECT_TRUE(sent(rig.send(Disconnect{7})).empty());
}

TEST(ServerEnd, ERR_003_an_unknown_reason_is_a_disconnect_like_any_other) {
  ServerRig rig;
  rig.reach(State::ready);
  const auto actions = rig.send(Disconnect{0xFFFF});
  EXPECT_EQ(describe(actions), "note session_closed, close");
  EXPECT_EQ(field(*note(actions, "session_closed"), "reason"), "65535");
}

TEST(ServerEnd, SES_032_a_stopping_server_says_so_in_every_state) {
  for (std::size_t s = 0; s < static_cast<std::size_t>(State::closed); ++s) {
    ServerRig rig;
    rig.reach(static_cast<State>(s));
    rig.session.stop(rig.now);
    expect_closed(rig, rig.pull(), Reason::server_stopping);
  }
}

TEST(ServerEnd, ERR_001_there_is_one_disconnect_and_after_it_nothing) {
  ServerRig rig;
  rig.reach(State::ready);
  expect_closed(rig, rig.feed(Octets{9, 0, 0, 0, 0, 0}), Reason::unknown_frame_kind);
  rig.session.feed(rig.now, control_frame(encode(Ping{1})));
  rig.session.submit(rig.now, Committed{});
  rig.session.submit(rig.now, Failed{"late"});
  rig.session.tick(rig.now + std::chrono::hours(24));
  rig.session.stop(rig.now);
  rig.session.peer_closed(rig.now);
  EXPECT_TRUE(rig.pull().empty());
  EXPECT_FALSE(rig.session.deadline().has_value());
  EXPECT_FALSE(rig.session.wants_input());
}

}  // namespace
}  // namespace coffer::protocol
