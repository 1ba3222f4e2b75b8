// Rates by repetition: how much work gets done in a second, as the median of several rounds.
// Must not know: what is measured.
#pragma once

#include <functional>
#include <vector>

namespace coffer::bench {

struct Effort {
  double seconds_per_round = 0.3;
  int rounds = 7;
};

/// Repeats `work`, which says how many units it did, and gives units per second: the median of the rounds, after one that does not count.
double rate(const Effort& effort, const std::function<double()>& work);

/// How long it takes.
double seconds(const std::function<void()>& work);

double median(std::vector<double> values);

}  // namespace coffer::bench
