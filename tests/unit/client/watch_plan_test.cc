#include "client/watch_plan.h"

#include <gtest/gtest.h>

namespace coffer::client {
namespace {

using namespace std::chrono_literals;

constexpr WatchPauses pauses{.quiet = 2s, .delay_max = 60s, .unwatched = 300s, .whole = 86'400s, .retry_first = 1s, .retry_max = 300s};

/// Whose first look at everything is done at moment 0.
WatchPlan after_the_first_look() {
  WatchPlan plan(pauses, 0s);
  EXPECT_EQ(plan.due(), Moment(0s));
  EXPECT_TRUE(plan.begin(0s).everything);
  plan.done(0s);
  return plan;
}

TEST(WatchPlan, ARC_090_a_change_is_due_once_its_tree_is_quiet) {
  auto plan = after_the_first_look();
  plan.directory_changed("a", 10s);
  EXPECT_EQ(plan.due(), Moment(12s));
  plan.directory_changed("b", 11s);
  EXPECT_EQ(plan.due(), Moment(13s));
  const Dirty dirty = plan.begin(13s);
  EXPECT_EQ(dirty, (Dirty{.everything = false, .directories = {"a", "b"}, .trees = {}}));
  EXPECT_EQ(plan.due(), std::nullopt);
  plan.done(14s);
  EXPECT_EQ(plan.due(), Moment(86'400s));  // only the next look at everything
}

TEST(WatchPlan, ARC_090_a_tree_that_is_never_quiet_is_due_after_the_maximum) {
  auto plan = after_the_first_look();
  for (Moment at = 10s; at <= 80s; at += 1s) plan.directory_changed("a", at);
  EXPECT_EQ(plan.due(), Moment(70s));
}

TEST(WatchPlan, ARC_090_what_changes_during_a_backup_is_for_the_next_one) {
  auto plan = after_the_first_look();
  plan.directory_changed("a", 10s);
  plan.begin(12s);
  plan.directory_changed("b", 13s);
  EXPECT_EQ(plan.due(), std::nullopt);
  plan.done(20s);
  EXPECT_EQ(plan.due(), Moment(15s));
  EXPECT_EQ(plan.begin(20s).directories, (std::set<std::string>{"b"}));
}

TEST(WatchPlan, ARC_091_lost_changes_make_everything_to_be_looked_at) {
  auto plan = after_the_first_look();
  plan.directory_changed("a", 10s);
  plan.everything_changed(10s);
  plan.directory_changed("b", 10s);
  EXPECT_EQ(plan.begin(12s), (Dirty{.everything = true, .directories = {}, .trees = {}}));
}

TEST(WatchPlan, ARC_092_what_could_not_be_backed_up_stays_to_be_done_with_growing_pauses) {
  auto plan = after_the_first_look();
  plan.tree_changed("a", 10s);
  plan.begin(12s);
  plan.directory_changed("b", 13s);
  EXPECT_EQ(plan.failed(14s), Moment(1s));
  EXPECT_EQ(plan.due(), Moment(15s));
  EXPECT_EQ(plan.begin(15s), (Dirty{.everything = false, .directories = {"b"}, .trees = {"a"}}));
  EXPECT_EQ(plan.failed(16s), Moment(2s));
  Moment now = 16s, pause{};
  for (int i = 0; i < 20; ++i) {
    now = *plan.due();
    plan.begin(now);
    pause = plan.failed(now);
  }
  EXPECT_EQ(pause, pauses.retry_max);
  // A change meanwhile does not shorten the pause: the server is still away.
  plan.directory_changed("c", now + 1s);
  EXPECT_EQ(plan.due(), now + pauses.retry_max);
  plan.begin(*plan.due());
  plan.done(now + 400s);
  plan.directory_changed("d", now + 500s);
  plan.begin(now + 502s);
  EXPECT_EQ(plan.failed(now + 502s), pauses.retry_first);
}

TEST(WatchPlan, ARC_093_what_the_kernel_refuses_to_watch_is_looked_at_in_turn) {
  auto plan = after_the_first_look();
  plan.cannot_watch("a/b");
  plan.cannot_watch("a/b/c");
  plan.cannot_watch("a-b");
  EXPECT_EQ(plan.unwatched(), (std::set<std::string>{"a-b", "a/b"}));
  plan.cannot_watch("a");
  EXPECT_EQ(plan.unwatched(), (std::set<std::string>{"a", "a-b"}));
  EXPECT_EQ(plan.due(), Moment(300s));
  EXPECT_EQ(plan.begin(300s).trees, (std::set<std::string>{"a", "a-b"}));
  plan.done(301s);
  EXPECT_EQ(plan.due(), Moment(601s));
  plan.can_watch("a");
  plan.can_watch("a-b");
  EXPECT_EQ(plan.due(), Moment(86'400s));
}

TEST(WatchPlan, ARC_094_everything_is_looked_at_from_time_to_time_for_what_no_kernel_tells) {
  auto plan = after_the_first_look();
  EXPECT_TRUE(plan.begin(*plan.due()).everything);
  plan.done(86'500s);
  EXPECT_EQ(plan.due(), Moment(172'900s));
}

}  // namespace
}  // namespace coffer::client
