#include "report.h"

#include <fmt/core.h>

#include <nlohmann/json.hpp>

namespace coffer::bench {
namespace {

std::string number(double value) {
  if (value >= 1000) return fmt::format("{:.0f}", value);
  return value >= 10 ? fmt::format("{:.1f}", value) : fmt::format("{:.3g}", value);
}

}  // namespace

std::string table(const std::vector<Figure>& figures) {
  std::string text, group;
  for (const Figure& figure : figures) {
    if (figure.group != group) text += fmt::format("{}{}\n", text.empty() ? "" : "\n", group = figure.group);
    text += fmt::format("  {:<44} {:>10} {:<12}", figure.name, number(figure.value), figure.unit);
    if (figure.bound && *figure.bound > 0)
      text += fmt::format(" {:>6.2f} of {} ({})", figure.value / *figure.bound, number(*figure.bound), figure.bound_name);
    while (text.back() == ' ') text.pop_back();
    text += '\n';
  }
  return text;
}

std::string json(const std::vector<Figure>& figures) {
  auto list = nlohmann::ordered_json::array();
  for (const Figure& figure : figures) {
    nlohmann::ordered_json entry = {{"group", figure.group}, {"name", figure.name}, {"value", figure.value}, {"unit", figure.unit}};
    if (figure.bound && *figure.bound > 0)
      entry["bound"] = {{"value", *figure.bound}, {"name", figure.bound_name}, {"ratio", figure.value / *figure.bound}};
    list.push_back(std::move(entry));
  }
  return nlohmann::ordered_json{{"figures", std::move(list)}}.dump(2);
}

}  // namespace coffer::bench
