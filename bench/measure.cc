#include "measure.h"

#include <algorithm>
#include <chrono>

namespace coffer::bench {
namespace {

using Clock = std::chrono::steady_clock;

double since(Clock::time_point start) { return std::chrono::duration<double>(Clock::now() - start).count(); }

}  // namespace

double rate(const Effort& effort, const std::function<double()>& work) {
  std::vector<double> rates;
  for (int round = 0; round <= effort.rounds; ++round) {
    const auto start = Clock::now();
    double units = 0;
    do units += work();
    while (since(start) < effort.seconds_per_round);
    if (round > 0) rates.push_back(units / since(start));
  }
  return median(std::move(rates));
}

double seconds(const std::function<void()>& work) {
  const auto start = Clock::now();
  work();
  return since(start);
}

double median(std::vector<double> values) {
  if (values.empty()) return 0;
  std::sort(values.begin(), values.end());
  const std::size_t half = values.size() / 2;
  return values.size() % 2 == 1 ? values[half] : (values[half - 1] + values[half]) / 2;
}

}  // namespace coffer::bench
