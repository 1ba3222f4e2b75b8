#include "client/keep_rule.h"

#include <algorithm>
#include <chrono>
#include <map>
#include <set>

#include "fault/switch.h"

namespace coffer::client {
namespace {

using std::chrono::days;
using Day = std::chrono::sys_days;

Day day_of(const DatedVersion& version) {
  std::chrono::sys_time<std::chrono::nanoseconds> time{std::chrono::nanoseconds{version.created_ns}};
  if (fault::on(fault::ARC_118_local_days)) time += std::chrono::hours{12};
  return std::chrono::floor<days>(time);
}

std::int64_t daily(const DatedVersion& version) { return day_of(version).time_since_epoch().count(); }

/// Weeks begin on Monday, as ISO 8601 has it.
std::int64_t weekly(const DatedVersion& version) {
  const Day day = day_of(version);
  const std::chrono::weekday weekday{day};
  const auto since = fault::on(fault::ARC_118_weeks_from_sunday) ? weekday.c_encoding() : weekday.iso_encoding() - 1;
  return (day - days{since}).time_since_epoch().count();
}

std::int64_t monthly(const DatedVersion& version) {
  const std::chrono::year_month_day date{day_of(version)};
  return std::int64_t{static_cast<int>(date.year())} * 12 + static_cast<unsigned>(date.month());
}

/// The newest version of each of the latest `count` periods that have one.
template <typename PeriodOf>
void keep(std::set<std::uint64_t>& kept, const std::vector<DatedVersion>& versions, std::uint64_t count, PeriodOf period_of) {
  std::map<std::int64_t, std::uint64_t, std::greater<>> newest;
  for (const DatedVersion& version : versions) {
    if (fault::on(fault::ARC_118_oldest_of_each))
      newest.try_emplace(period_of(version), version.number);
    else
      newest[period_of(version)] = version.number;  // by ascending number: the last one stays
  }
  for (const auto& [period, number] : newest) {
    if (count-- == 0) break;
    kept.insert(number);
  }
}

}  // namespace

// [ARC-118] A client that prunes by a rule of section 8.9 MUST retire exactly the versions with a tree, not retired before, that the rule
// does not keep.
std::vector<std::uint64_t> let_go(const KeepRule& rule, const std::vector<DatedVersion>& versions) {
  std::set<std::uint64_t> kept;
  if (!versions.empty()) kept.insert(versions.back().number);
  const auto each = [](const DatedVersion& version) { return static_cast<std::int64_t>(version.number); };
  keep(kept, versions, rule.last, each);
  keep(kept, versions, rule.daily, daily);
  keep(kept, versions, rule.weekly, weekly);
  keep(kept, versions, rule.monthly, monthly);
  std::vector<std::uint64_t> gone;
  for (const DatedVersion& version : versions)
    if (!kept.contains(version.number)) gone.push_back(version.number);
  return gone;
}

}  // namespace coffer::client
