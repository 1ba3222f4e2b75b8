#include "client/keep_rule.h"

#include <chrono>

#include <gtest/gtest.h>

namespace coffer::client {
namespace {

constexpr std::int64_t hour_ns = 3'600'000'000'000, day_ns = 24 * hour_ns;

/// Noon UTC of a day since 1970.
std::int64_t noon(std::int64_t day) { return day * day_ns + 12 * hour_ns; }
std::int64_t on(int year, unsigned month, unsigned day) {
  const std::chrono::year_month_day date{std::chrono::year{year}, std::chrono::month{month}, std::chrono::day{day}};
  return noon(std::chrono::sys_days{date}.time_since_epoch().count());
}

struct Row {
  const char* what;
  KeepRule rule;
  std::vector<std::int64_t> times;  // of versions 1, 2, 3 …
  std::vector<std::uint64_t> gone;
};

TEST(KeepRules, ARC_118_a_table_of_calendars) {
  const Row rows[] = {
      {"no version", {.last = 1}, {}, {}},
      {"one version", {.daily = 1}, {0}, {}},
      {"the last two of four", {.last = 2}, {0, 1, 2, 3}, {1, 2}},
      {"more than there are", {.last = 9}, {0, 1, 2}, {}},
      {"the newest of each day", {.daily = 3}, {noon(0), noon(0) + hour_ns, noon(1), noon(2), noon(2) + 1}, {1, 4}},
      {"days without a version do not count", {.daily = 2}, {noon(0), noon(100), noon(200)}, {1}},
      {"a day ends at midnight UTC", {.daily = 2}, {day_ns - 1, day_ns, 2 * day_ns - 1}, {2}},
      {"before 1970 too", {.daily = 3}, {-day_ns - 1, -day_ns, -1, 0}, {2}},
      {"Sunday is of the week before Monday",
       {.weekly = 2},
       {on(2023, 11, 11), on(2023, 11, 12), on(2023, 11, 13), on(2023, 11, 19)},
       {1, 3}},
      {"a week across the new year", {.weekly = 1}, {on(2024, 12, 30), on(2025, 1, 5)}, {1}},
      {"the week after it", {.weekly = 2}, {on(2024, 12, 30), on(2025, 1, 5), on(2025, 1, 6)}, {1}},
      {"the newest of each month", {.monthly = 2}, {on(2024, 1, 31), on(2024, 2, 1), on(2024, 2, 29), on(2024, 3, 1)}, {1, 2}},
      {"December and January are two months", {.monthly = 2}, {on(2023, 12, 1), on(2023, 12, 31), on(2024, 1, 1)}, {1}},
      {"the same month of two years", {.monthly = 2}, {on(2023, 5, 1), on(2024, 5, 1)}, {}},
      {"what any part keeps is kept",
       {.last = 1, .daily = 2, .monthly = 2},
       {on(2024, 1, 5), on(2024, 2, 1), on(2024, 2, 2), on(2024, 2, 3), on(2024, 2, 3) + 1},
       {2, 4}},
      {"the newest is kept though its clock went back", {.daily = 1}, {on(2024, 2, 2), on(2024, 2, 1)}, {}},
      {"of one day the greater number is the newer", {.daily = 1}, {on(2024, 2, 2) + 5, on(2024, 2, 2)}, {1}},
  };
  for (const Row& row : rows) {
    SCOPED_TRACE(row.what);
    std::vector<DatedVersion> versions;
    for (const auto time : row.times) versions.push_back({versions.size() + 1, time});
    EXPECT_EQ(let_go(row.rule, versions), row.gone);
  }
}

}  // namespace
}  // namespace coffer::client
