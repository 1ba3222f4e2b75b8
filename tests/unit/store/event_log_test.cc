#include "store/event_log.h"

#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include "workshop.h"

namespace coffer::store {
namespace {

TEST_F(StoreTest, events_are_numbered_dated_and_chained_and_survive_a_restart) {
  open();
  const std::pair<std::string_view, std::string> first[] = {{"cause", "password wrong"}, {"odd", "quote \" line\n invalid \xff"}};
  ok(store->note("login_refused", first));
  ok(store->note("started", {}));
  open();
  ok(store->note("started", {}));
  std::vector<Event> all;
  ok(read_events(directory.path(), 0, [&](const Event& event) { all.push_back(event); }));
  ASSERT_EQ(all.size(), 3u);
  Digest previous{};
  for (std::size_t i = 0; i < all.size(); ++i) {
    EXPECT_EQ(all[i].number, i + 1);
    EXPECT_EQ(all[i].hash, event_hash(previous, all[i]));
    previous = all[i].hash;
  }
  const auto line = nlohmann::json::parse(event_json(all[0]));
  EXPECT_EQ(line["time"], "2023-11-14T22:13:20.123Z");
  EXPECT_EQ(line["event"], "login_refused");
  EXPECT_EQ(line["fields"]["cause"], "password wrong");
  EXPECT_THAT(event_line(all[0]),
              testing::StartsWith(R"(1 2023-11-14T22:13:20.123Z login_refused cause="password wrong" odd="quote \" line\n invalid)"));
  EXPECT_EQ(event_line(all[1]), "2 2023-11-14T22:13:20.123Z started");
  ok(store->note("version_committed", std::vector<std::pair<std::string_view, std::string>>{{"version", "7"}, {"note", ""}}));
  ok(read_events(directory.path(), 4,
                 [&](const Event& event) { EXPECT_THAT(event_line(event), testing::EndsWith(R"(version_committed version=7 note="")")); }));
}

TEST_F(StoreTest, events_can_be_read_from_a_number_on_beside_a_running_store_and_after_it) {
  open();
  for (int i = 0; i < 5; ++i) ok(store->note("tick", {}));
  const auto count = [&](std::uint64_t from) {
    int events = 0;
    ok(read_events(directory.path(), from, [&](const Event&) { ++events; }));
    return events;
  };
  EXPECT_EQ(count(0), 5);
  EXPECT_EQ(count(4), 2);
  EXPECT_EQ(count(~std::uint64_t{0}), 0);
  store.reset();
  EXPECT_EQ(count(0), 5);
}

TEST_F(StoreTest, LIM_007_of_events_kept_while_new_the_oldest_go_and_the_chain_goes_on) {
  options.passing_events_max = 3;
  open();
  const auto words = [&] {
    std::vector<std::string> all;
    ok(read_events(directory.path(), 0, [&](const Event& event) { all.push_back(std::to_string(event.number) + event.event); }));
    return all;
  };
  using Words = std::vector<std::string>;
  ok(store->note("restore", {}));
  for (int i = 0; i < 3; ++i) ok(store->note("knock", {}, Keep::while_new));
  EXPECT_EQ(words(), (Words{"1restore", "2knock", "3knock", "4knock"}));
  ok(store->note("commit", {}));
  for (int i = 0; i < 2; ++i) ok(store->note("knock", {}, Keep::while_new));
  EXPECT_EQ(words(), (Words{"1restore", "3", "4knock", "5commit", "6knock", "7knock"}));
  open();  // the count is the database's
  for (int i = 0; i < 100; ++i) ok(store->note("knock", {}, Keep::while_new));
  EXPECT_EQ(words(), (Words{"1restore", "4", "5commit", "104", "105knock", "106knock", "107knock"}));
  const auto report = value(store->verify());
  EXPECT_TRUE(report.whole());
  EXPECT_EQ(report.events, 5u);
  EXPECT_EQ(events("commit").size(), 1u);
  const Event forgotten{4, {}, "", "{}", {}};
  EXPECT_NE(event_line(forgotten).find("forgotten"), std::string::npos);
  EXPECT_NE(event_json(forgotten).find("forgotten"), std::string::npos);
}

TEST(EventText, what_a_peer_says_of_itself_moves_no_terminal) {
  const Event event{1, {}, "version", R"({"operating_system":"\u009b31m\u202e"})", {}};
  EXPECT_NE(event_line(event).find(R"("\u009b31m\u202e")"), std::string::npos) << event_line(event);
}

TEST(EventHash, binds_every_field) {
  const Event event{3, WallTime(std::chrono::milliseconds(5)), "word", "{}", {}};
  const Digest hash = event_hash({}, event);
  EXPECT_NE(event_hash(hash, event), hash);
  for (const Event& other :
       {Event{4, event.time, "word", "{}", {}}, Event{3, WallTime(std::chrono::milliseconds(6)), "word", "{}", {}},
        Event{3, event.time, "worm", "{}", {}}, Event{3, event.time, "word", "{ }", {}}, Event{3, event.time, "word{", "}", {}}})
    EXPECT_NE(event_hash({}, other), hash);
}

}  // namespace
}  // namespace coffer::store
