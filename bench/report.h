// Figures, as a table or as JSON. Must not know: how they came about.
#pragma once

#include <optional>
#include <string>
#include <vector>

namespace coffer::bench {

struct Figure {
  std::string group, name;
  double value = 0;
  std::string unit;
  /// What the same work would be at best, in the same unit, and what that is.
  std::optional<double> bound;
  std::string bound_name;
};

std::string table(const std::vector<Figure>& figures);
std::string json(const std::vector<Figure>& figures);

}  // namespace coffer::bench
