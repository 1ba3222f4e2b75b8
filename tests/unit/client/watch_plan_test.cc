#include "client/watch_plan.h"

#include <gtest/gtest.h>

namespace coffer::client {
namespace {

using namespace std::chrono_literals;

constexpr WatchPauses pauses{.quiet = 2s, .delay_max = 60s, .unwatched = 300s, .whole = 86'400s, .retry_first = 1s, .retry_max = 300s};

/// Whose first look is done at moment 0.
WatchPlan after_the_first_look() {
  WatchPlan plan(pauses, 0s);
  EXPECT_EQ(plan.due(), Moment(0s));
  plan.begin();
  plan.done(0s);
  return plan;
}

TEST(WatchPlan, ARC_090_a_change_is_due_once_its_tree_is_quiet) {
  auto plan = after_the_first_look();
  plan.changed(10s);
  EXPECT_EQ(plan.due(), Moment(12s));
  plan.changed(11s);
  EXPECT_EQ(plan.due(), Moment(13s));
  plan.begin();
  EXPECT_EQ(plan.due(), std::nullopt);
  plan.done(14s);
  EXPECT_EQ(plan.due(), Moment(14s + 86'400s));  // only the next look in any case
}

TEST(WatchPlan, ARC_090_a_tree_that_is_never_quiet_is_due_after_the_maximum) {
  auto plan = after_the_first_look();
  for (Moment at = 10s; at <= 80s; at += 1s) plan.changed(at);
  EXPECT_EQ(plan.due(), Moment(70s));
}

TEST(WatchPlan, ARC_090_what_changes_during_a_backup_is_for_the_next_one) {
  auto plan = after_the_first_look();
  plan.changed(10s);
  plan.begin();
  plan.changed(13s);
  EXPECT_EQ(plan.due(), std::nullopt);
  plan.done(20s);
  EXPECT_EQ(plan.due(), Moment(15s));
}

TEST(WatchPlan, ARC_092_what_could_not_be_backed_up_stays_to_be_done_with_growing_pauses) {
  auto plan = after_the_first_look();
  plan.changed(10s);
  plan.begin();
  EXPECT_EQ(plan.failed(14s), Moment(1s));
  EXPECT_EQ(plan.due(), Moment(15s));
  plan.begin();
  EXPECT_EQ(plan.failed(16s), Moment(2s));
  Moment now = 16s, pause{};
  for (int i = 0; i < 20; ++i) {
    now = *plan.due();
    plan.begin();
    pause = plan.failed(now);
  }
  EXPECT_EQ(pause, pauses.retry_max);
  // A change meanwhile does not shorten the pause: the server is still away.
  plan.changed(now + 1s);
  EXPECT_EQ(plan.due(), now + pauses.retry_max);
  plan.begin();
  plan.done(now + 400s);
  plan.changed(now + 500s);
  plan.begin();
  EXPECT_EQ(plan.failed(now + 502s), pauses.retry_first);
}

TEST(WatchPlan, ARC_092_a_version_that_lacks_something_is_not_the_end_of_it) {
  auto plan = after_the_first_look();
  plan.changed(10s);
  plan.begin();
  EXPECT_EQ(plan.left(14s), Moment(1s));
  EXPECT_EQ(plan.due(), Moment(15s));
  plan.begin();
  EXPECT_EQ(plan.left(16s), Moment(2s));
  EXPECT_EQ(plan.due(), Moment(18s));
  // Other changes do not wait for it.
  plan.begin();
  EXPECT_EQ(plan.left(20s), Moment(4s));
  plan.changed(21s);
  EXPECT_EQ(plan.due(), Moment(23s));
  plan.begin();
  plan.done(24s);
  EXPECT_EQ(plan.due(), Moment(24s + 86'400s));
}

TEST(WatchPlan, ARC_093_what_the_kernel_refuses_to_watch_is_looked_at_in_turn) {
  auto plan = after_the_first_look();
  plan.watches_all(false);
  EXPECT_EQ(plan.due(), Moment(300s));
  plan.begin();
  plan.done(301s);
  EXPECT_EQ(plan.due(), Moment(601s));
  plan.watches_all(true);
  EXPECT_EQ(plan.due(), Moment(301s + 86'400s));
}

TEST(WatchPlan, ARC_094_everything_is_looked_at_from_time_to_time_for_what_no_kernel_tells) {
  auto plan = after_the_first_look();
  EXPECT_EQ(plan.due(), Moment(86'400s));
  plan.begin();
  plan.done(86'500s);
  EXPECT_EQ(plan.due(), Moment(172'900s));
}

}  // namespace
}  // namespace coffer::client
