#include "client/openings.h"

#include <algorithm>
#include <chrono>
#include <utility>

namespace coffer::client {
namespace {

/// Together they share one reading, which is worth a moment; a session that rests much longer would be ended by its server.
constexpr std::chrono::milliseconds moment{1'000};

}  // namespace

Openings::Openings(Open open, std::vector<std::string> names) : open_(std::move(open)), names_(std::move(names)), ways_(names_.size()) {}

void Openings::begin(std::size_t place) {
  Way& way = ways_[place];
  way.under_way = true;
  way.thread = std::jthread([this, &way, place] {
    while (true) {
      auto opened = open_(names_[place]);
      if (std::unique_lock lock(mutex_); !opened || awaited_) {
        way.came = std::move(opened);
        return end(way);
      }
      opened->session.link->leave();
      if (const std::scoped_lock lock(mutex_); !awaited_) return end(way);
    }
  });
}

void Openings::end(Way& way) {
  way.under_way = false;
  came_.notify_all();
}

std::vector<Openings::End> Openings::take() {
  std::unique_lock lock(mutex_);
  awaited_ = true;
  for (std::size_t i = 0; i < ways_.size(); ++i)
    if (!ways_[i].taken && !ways_[i].came && !ways_[i].under_way) begin(i);
  const auto here = [](const Way& way) { return way.came.has_value() && way.came->has_value(); };
  const auto all_came = [&] { return std::ranges::none_of(ways_, &Way::under_way); };
  came_.wait(lock, [&] { return all_came() || std::ranges::any_of(ways_, here); });
  came_.wait_for(lock, moment, all_came);
  awaited_ = false;
  std::vector<End> ends;
  for (std::size_t i = 0; i < ways_.size(); ++i) {
    if (!ways_[i].came) continue;
    ways_[i].taken = true;
    ends.push_back({i, *std::exchange(ways_[i].came, std::nullopt)});
  }
  return ends;
}

}  // namespace coffer::client
