#include "judge/baseline.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

namespace coffer::conformance {

std::expected<Baseline, std::string> parse_baseline(const std::string& text) {
  using nlohmann::json;
  const auto document = json::parse(text, nullptr, false);
  if (document.is_discarded() || !document.is_object()) return std::unexpected("expected a JSON object");
  if (document.value("coffer_baseline", json()) != 1) return std::unexpected("expected \"coffer_baseline\": 1");
  const auto listed = document.find("expected");
  if (listed == document.end() || !listed->is_array()) return std::unexpected("expected \"expected\": a list");
  Baseline baseline;
  for (std::size_t i = 0; i < listed->size(); ++i) {
    const auto& entry = (*listed)[i];
    const auto text_of = [&](const char* member) {
      return entry.is_object() && entry.contains(member) && entry[member].is_string() ? entry[member].get<std::string>() : std::string();
    };
    const auto verdict = verdict_from_name(text_of("verdict"));
    if (text_of("case").empty()) return std::unexpected(fmt::format("/expected/{}: expected \"case\": an id", i));
    if (entry.is_object() && entry.contains("verdict") && (!verdict || *verdict <= Verdict::pass))
      return std::unexpected(fmt::format("/expected/{}: expected \"verdict\": inconclusive, warn, fail or error, or none", i));
    if (text_of("reason").empty()) return std::unexpected(fmt::format("/expected/{}: expected \"reason\": why that is known and left", i));
    if (!baseline.emplace(text_of("case"), BaselineEntry{verdict, text_of("reason")}).second)
      return std::unexpected(fmt::format("/expected/{}: {} is listed twice", i, text_of("case")));
  }
  return baseline;
}

void judge_standing(CaseResult& result, const Baseline& baseline) {
  const auto listed = baseline.find(result.id);
  const bool ran = result.skip == Skip::no && result.verdict != Verdict::none;
  if (listed != baseline.end()) {
    result.baseline_reason = listed->second.reason;
    if (ran && result.verdict == Verdict::pass)
      result.standing = Standing::stale;
    else if (ran && listed->second.verdict && result.verdict != *listed->second.verdict)
      result.standing = Standing::unexpected;
  } else if (ran && result.verdict > Verdict::pass && result.verdict != Verdict::warn) {
    result.standing = Standing::unexpected;
  }
}

}  // namespace coffer::conformance
