// What each machine does with every event in every state, written down: server_pairs.txt and client_pairs.txt are the snapshots.
// A changed outcome shows as a changed line. After a change that is meant, COFFER_WRITE_SNAPSHOTS=1 writes them anew.
#include <cstdlib>
#include <fstream>
#include <functional>
#include <map>
#include <sstream>

#include <gtest/gtest.h>

#include "protocol/describe.h"
#include "protocol/rigs.h"

namespace coffer::protocol {
namespace {

void expect_snapshot(const std::string& file, const std::string& actual) {
  const auto path = std::string(SNAPSHOTS) + "/" + file;
  if (std::getenv("COFFER_WRITE_SNAPSHOTS") != nullptr) std::ofstream(path) << actual;
  std::ifstream stored(path);
  std::stringstream expected;
  expected << stored.rdbuf();
  std::istringstream was(expected.str()), is(actual);
  for (std::string old_line, new_line; std::getline(was, old_line) || is.good();) {
    if (!std::getline(is, new_line)) new_line.clear();
    ASSERT_EQ(new_line, old_line) << "in " << file;
    old_line.clear();
  }
  EXPECT_EQ(actual.size(), expected.str().size());
}

template <typename State, typename Action>
std::string line(std::string_view event, State next, const std::vector<Action>& actions) {
  return "  " + std::string(event) + " -> " + std::string(name(next)) + ": " + describe(actions) + "\n";
}

/// The table has the last word: a row's handler goes where the row says, and a wire event without a row closes.
template <typename State, typename Event, typename Row, typename Action>
void expect_by_the_table(const Row* row, State state, Event event, State next, bool of_the_wire, const std::vector<Action>& actions) {
  SCOPED_TRACE(std::string(name(state)) + " × " + std::string(name(event)));
  const auto bit = std::uint32_t{1} << static_cast<unsigned>(next);
  if (row != nullptr) {
    EXPECT_NE(row->targets & bit, 0U) << "went to " << name(next);
  } else if (of_the_wire) {
    EXPECT_EQ(name(next), "closed");
    EXPECT_EQ(disconnect_reason(actions), std::to_underlying(spec::Reason::unexpected_message));
  } else {
    EXPECT_EQ(name(next), name(state));
    EXPECT_TRUE(actions.empty());
  }
}

ServerAnswer done_in(spec::server_session::State state) {
  if (state == spec::server_session::State::serving_restore) return BlocksLoaded{{0, 1}};
  return MissingFound{{0, 1}};
}

const auto wrong_header = Octets{9, 0, 0, 0, 0, 0};
constexpr auto far_future = std::chrono::hours(24);

TEST(Pairs, SES_001_the_server_does_with_each_event_what_its_table_says) {
  namespace table = spec::server_session;
  using table::Event;
  std::string text;
  for (std::size_t s = 0; s < table::state_count; ++s) {
    const auto state = static_cast<table::State>(s);
    text += std::string(name(state)) + "\n";
    for (std::size_t e = 0; e < table::event_count; ++e) {
      const auto event = static_cast<Event>(e);
      ServerRig rig;
      rig.reach(state);
      auto& session = rig.session;
      const bool of_the_wire = e < table::message_event_count || event == Event::data || event == Event::malformed;
      const std::map<Event, std::function<void()>> inputs{
          {Event::computer_admitted, [&] { session.submit(rig.now, ComputerAdmitted{}); }},
          {Event::computer_refused, [&] { session.submit(rig.now, ComputerRefused{"blocked"}); }},
          {Event::login_admitted,
           [&] {
             session.submit(rig.now, LoginAdmitted{samples::user, 3, samples::server_config, {}});
           }},
          {Event::login_refused, [&] { session.submit(rig.now, LoginRefused{"wrong password"}); }},
          {Event::done, [&] { session.submit(rig.now, done_in(state)); }},
          {Event::refused,
           [&] {
             session.submit(rig.now, Refused{spec::Reason::no_such_version, "none such"});
           }},
          {Event::failed, [&] { session.submit(rig.now, Failed{"disk full"}); }},
          {Event::timer_expired, [&] { session.tick(rig.now + far_future); }},
          {Event::stop, [&] { session.stop(rig.now); }},
          {Event::peer_closed, [&] { session.peer_closed(rig.now); }},
          {Event::malformed, [&] { session.feed(rig.now, wrong_header); }},
          {Event::data, [&] { session.feed(rig.now, frame_of(samples::block(0))); }},
      };
      if (const auto input = inputs.find(event); input != inputs.end()) {
        input->second();
      } else {
        session.feed(rig.now, control_frame(encode(samples::message(static_cast<spec::MessageKind>(e)))));
      }
      const auto actions = rig.pull();
      const auto* row = table::find(state, event);
      // An answer that nobody waits for in a held state is the server's own failure; one that comes elsewhere is dropped.
      const bool stray = row == nullptr && table::held(state) && !of_the_wire && event <= Event::failed;
      if (stray) {
        EXPECT_EQ(disconnect_reason(actions), std::to_underlying(spec::Reason::internal_error)) << name(state) << " × " << name(event);
      } else {
        const bool read = of_the_wire && state != table::State::closed && !table::held(state);
        expect_by_the_table(row, state, event, session.state(), read, actions);
      }
      text += line(name(event), session.state(), actions);
    }
  }
  expect_snapshot("server_pairs.txt", text);
}

TEST(Pairs, SES_001_the_client_does_with_each_event_what_its_table_says) {
  namespace table = spec::client_session;
  using table::Event;
  std::string text;
  for (std::size_t s = 0; s < table::state_count; ++s) {
    const auto state = static_cast<table::State>(s);
    text += std::string(name(state)) + "\n";
    for (std::size_t e = 0; e < table::event_count; ++e) {
      const auto event = static_cast<Event>(e);
      ClientRig rig;
      rig.reach(state);
      auto& session = rig.session;
      const auto request = [&](ClientRequest wanted) {
        EXPECT_EQ(session.submit(rig.now, std::move(wanted)), table::find(state, event) != nullptr);
      };
      const bool of_the_wire = e < table::message_event_count || event == Event::data || event == Event::malformed;
      const auto block = samples::block(0);
      if (event == Event::send_block && state == table::State::ready) {  // a block is sent only when it was named missing
        rig.submit(BeginOffer{samples::ids(0, 1)});
        rig.send(MissingBlocks{{0}});
      }
      const std::map<Event, std::function<void()>> inputs{
          {Event::connected, [&] { session.connected(rig.now); }},
          {Event::begin_ping, [&] { request(BeginPing{1}); }},
          {Event::begin_offer, [&] { request(BeginOffer{samples::ids(0, 2)}); }},
          {Event::send_block,
           [&] {
             request(SendBlock{block.id, block.checksum, block.sealed});
           }},
          {Event::begin_commit, [&] { request(BeginCommit{samples::commit()}); }},
          {Event::begin_list, [&] { request(BeginList{1}); }},
          {Event::begin_list_blocks, [&] { request(BeginListBlocks{}); }},
          {Event::begin_release, [&] { request(BeginRelease{samples::ids(0, 2)}); }},
          {Event::begin_fetch_key, [&] { request(BeginFetchKey{}); }},
          {Event::begin_store_key,
           [&] {
             request(BeginStoreKey{Octets(98, 0x11), 1});
           }},
          {Event::begin_recover_key, [&] { request(BeginRecoverKey{Octets(32, 0x11)}); }},
          {Event::begin_change_password,
           [&] {
             request(BeginChangePassword{{1}, {2}});
           }},
          {Event::begin_restore,
           [&] {
             request(RequestRestore{1, 0});
           }},
          {Event::begin_fetch, [&] { request(BeginFetch{samples::ids(0, 2)}); }},
          {Event::end_restore, [&] { request(FinishRestore{true}); }},
          {Event::leave, [&] { request(Leave{}); }},
          {Event::timer_expired, [&] { session.tick(rig.now + far_future); }},
          {Event::peer_closed, [&] { session.peer_closed(rig.now); }},
          {Event::malformed, [&] { session.feed(rig.now, wrong_header); }},
          {Event::data, [&] { session.feed(rig.now, frame_of(block)); }},
      };
      if (const auto input = inputs.find(event); input != inputs.end()) {
        input->second();
      } else {
        session.feed(rig.now, control_frame(encode(samples::message(static_cast<spec::MessageKind>(e)))));
      }
      const auto actions = rig.pull();
      if (of_the_wire && state == table::State::connecting) {
        EXPECT_EQ(name(session.state()), "closed");  // there is no channel yet to say so on
      } else {
        expect_by_the_table(table::find(state, event), state, event, session.state(), of_the_wire && state != table::State::closed,
                            actions);
      }
      text += line(name(event), session.state(), actions);
    }
  }
  expect_snapshot("client_pairs.txt", text);
}

}  // namespace
}  // namespace coffer::protocol
