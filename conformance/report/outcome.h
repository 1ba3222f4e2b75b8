// How the outcomes of cases are ordered, drawn and grouped in the reports that people read. Knows only report.json.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

namespace coffer::conformance {

/// In the order in which a line of counts names them.
inline constexpr std::array<std::string_view, 8> outcomes{"pass",  "warn",           "inconclusive",  "fail",
                                                          "error", "not_applicable", "unimplemented", "not_run"};

/// "not_applicable" -> "not applicable".
inline std::string in_words(std::string outcome) {
  for (char& c : outcome) {
    if (c == '_') c = ' ';
  }
  return outcome;
}

inline bool is_bad(std::string_view outcome) {
  return outcome == "fail" || outcome == "error" || outcome == "inconclusive" || outcome == "warn" || outcome == "not_run";
}

/// A case's id, and which iteration of it: "framing.kind #2".
inline std::string named(const nlohmann::json& one) {
  const auto iteration = one.at("iteration").get<std::uint32_t>();
  return one.at("id").get<std::string>() + (iteration > 1 ? " #" + std::to_string(iteration) : "");
}

/// By id, for the sentences that the reports put beside a case.
using Requirements = std::map<std::string, const nlohmann::json*>;

inline Requirements requirements_of(const nlohmann::json& report) {
  Requirements by_id;
  for (const nlohmann::json& one : report.at("requirements")) by_id.emplace(one.at("id").get<std::string>(), &one);
  return by_id;
}

}  // namespace coffer::conformance
