#include "store/event_log.h"

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
  EXPECT_EQ(event_line(all[1]), "2 2023-11-14T22:13:20.123Z started");
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
