#include "server/upkeep.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <utility>

#include "server/wall_time.h"

namespace coffer::server {
namespace {

using namespace std::chrono_literals;

constexpr std::uint64_t step_octets = std::uint64_t{1} << 20;
constexpr auto idle_pause = 5s;
constexpr auto trouble_pause = 5min;  // a full disk does not empty itself at once
constexpr unsigned slower_beside_sessions = 8;

}  // namespace

Upkeep::Upkeep(store::Store& store, UpkeepSettings settings) : store_(store), settings_(settings), thread_([this] { run(); }) {}

Upkeep::~Upkeep() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  stop_.notify_all();
  thread_.join();
}

void Upkeep::run() {
  auto compaction_due = Clock::now(), scrub_due = compaction_due;
  std::unique_lock lock(mutex_);
  while (!stop_.wait_until(lock, std::min(compaction_due, scrub_due), [this] { return stopping_; })) {
    lock.unlock();
    if (Clock::now() >= compaction_due) compaction_due = Clock::now() + compact();
    if (Clock::now() >= scrub_due) scrub_due = Clock::now() + scrub();
    lock.lock();
  }
}

Upkeep::Clock::duration Upkeep::time_for(std::uint64_t octets) {
  const std::uint64_t operations = store_.operations();
  const std::uint64_t factor = std::exchange(operations_seen_, operations) == operations ? 1 : slower_beside_sessions;
  return std::chrono::microseconds(octets * factor * 1'000'000 / std::max<std::uint64_t>(1, settings_.octets_per_second_max));
}

Upkeep::Clock::duration Upkeep::compact() {
  const auto done = store_.compact_some(step_octets);
  if (!done) {
    spdlog::error("compaction: {}; it is tried again later", done.error().what);
    return trouble_pause;
  }
  if (done->gone) spdlog::info("pack {} was compacted: {} octets freed", done->pack, done->freed_octets);
  if (done->damaged != 0) spdlog::warn("{}", store::why_it_stays(*done));
  return done->pack == 0 ? idle_pause : time_for(done->octets);
}

/// A step when the reading lags behind the period's even pace.
Upkeep::Clock::duration Upkeep::scrub() {
  const auto standing = store_.scrub_some(0);
  if (!standing) {
    spdlog::error("scrub: {}; it is tried again later", standing.error().what);
    return trouble_pause;
  }
  if (standing->octets_total == 0) return idle_pause;
  const auto elapsed = std::chrono::duration<double>(wall_time() - standing->began);
  const double due = settings_.scrub_period.count() == 0 ? 1 : elapsed / settings_.scrub_period;
  if (static_cast<double>(standing->octets_done) > due * static_cast<double>(standing->octets_total)) return idle_pause;
  const auto done = store_.scrub_some(step_octets);
  if (!done) {
    spdlog::error("scrub: {}; it is tried again later", done.error().what);
    return trouble_pause;
  }
  return done->ended ? idle_pause : time_for(done->octets);
}

}  // namespace coffer::server
