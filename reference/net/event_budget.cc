#include "net/event_budget.h"

#include <algorithm>
#include <utility>

#include "fault/switch.h"

namespace coffer::net {
namespace {

constexpr std::uint64_t minute_milliseconds = 60'000;
constexpr protocol::Time minute{minute_milliseconds};

}  // namespace

EventBudget::EventBudget(std::uint32_t per_minute) : per_minute_(per_minute), credit_(per_minute_ * minute_milliseconds) {}

bool EventBudget::take(protocol::Time now) {
  const std::scoped_lock lock{mutex_};
  // In a millisecond an event's `per_minute_` parts come in, and an event is a minute's milliseconds of them.
  const auto since = std::clamp(now - filled_.value_or(now), protocol::Time{0}, minute);
  credit_ = std::min(credit_ + static_cast<std::uint64_t>(since.count()) * per_minute_, per_minute_ * minute_milliseconds);
  filled_ = std::max(filled_.value_or(now), now);
  if (credit_ < minute_milliseconds) return false;
  credit_ -= minute_milliseconds;
  return true;
}

void EventBudget::leave_out(std::uint64_t events) {
  const std::scoped_lock lock{mutex_};
  if (!fault::on(fault::LIM_009_not_counted)) left_out_ += events;
}

std::optional<std::uint64_t> EventBudget::report(protocol::Time now) {
  const std::scoped_lock lock{mutex_};
  if (left_out_ == 0 || (reported_ && now - *reported_ < minute)) return std::nullopt;
  reported_ = now;
  return say();
}

std::optional<std::uint64_t> EventBudget::report_rest() {
  const std::scoped_lock lock{mutex_};
  return say();
}

std::optional<std::uint64_t> EventBudget::say() {
  const auto events = std::exchange(left_out_, 0);
  return events == 0 ? std::nullopt : std::optional{events};
}

}  // namespace coffer::net
