#include "net/event_budget.h"

#include <gtest/gtest.h>

namespace coffer::net {
namespace {

using namespace std::chrono_literals;

std::size_t taken(EventBudget& budget, protocol::Time now, std::size_t tries) {
  std::size_t events = 0;
  for (std::size_t i = 0; i < tries; ++i) events += budget.take(now) ? 1U : 0U;
  return events;
}

TEST(EventBudget, LIM_007_holds_a_minutes_events_and_no_more) {
  EventBudget budget{30};
  EXPECT_EQ(taken(budget, 5ms, 1000), 30U);
  EXPECT_EQ(taken(budget, 5ms, 1000), 0U);
  EXPECT_EQ(taken(budget, 24h, 1000), 30U);
}

TEST(EventBudget, LIM_007_fills_at_its_rate) {
  EventBudget budget{30};
  taken(budget, 0ms, 30);
  EXPECT_EQ(taken(budget, 1'999ms, 5), 0U);
  EXPECT_EQ(taken(budget, 2'000ms, 5), 1U);
  EXPECT_EQ(taken(budget, 3'999ms, 5), 0U);
  EXPECT_EQ(taken(budget, 4'000ms, 5), 1U);
  // Asked all the time it gives what its rate says, whatever the steps.
  std::size_t events = 0;
  for (protocol::Time now = 4s; now <= 604s; now += 7ms) events += taken(budget, now, 3);
  EXPECT_GE(events, 299U);
  EXPECT_LE(events, 300U);
}

TEST(EventBudget, a_clock_that_another_thread_read_earlier_changes_nothing) {
  EventBudget budget{1};
  EXPECT_TRUE(budget.take(100s));
  EXPECT_FALSE(budget.take(99s));
  EXPECT_FALSE(budget.take(100s));
  EXPECT_FALSE(budget.take(159'999ms));
  EXPECT_TRUE(budget.take(160s));
}

TEST(EventBudget, LIM_009_says_how_many_were_left_out_once_a_minute) {
  EventBudget budget{1};
  EXPECT_EQ(budget.report(0s), std::nullopt);
  budget.leave_out(3);
  budget.leave_out(4);
  EXPECT_EQ(budget.report(1s), 7U);
  EXPECT_EQ(budget.report(200s), std::nullopt);
  budget.leave_out(2);
  EXPECT_EQ(budget.report(60s), std::nullopt);
  EXPECT_EQ(budget.report(61s), 2U);
  budget.leave_out(5);
  EXPECT_EQ(budget.report_rest(), 5U);
  EXPECT_EQ(budget.report_rest(), std::nullopt);
}

}  // namespace
}  // namespace coffer::net
