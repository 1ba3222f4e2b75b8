#include "judge/verdict.h"

#include "judge/result.h"

namespace coffer::conformance {

std::string_view name(Verdict verdict) {
  switch (verdict) {
    case Verdict::none: return "none";
    case Verdict::pass: return "pass";
    case Verdict::inconclusive: return "inconclusive";
    case Verdict::warn: return "warn";
    case Verdict::fail: return "fail";
    case Verdict::error: return "error";
  }
  return {};
}

std::string_view name(Skip skip) {
  switch (skip) {
    case Skip::no: return "no";
    case Skip::not_applicable: return "not_applicable";
    case Skip::unimplemented: return "unimplemented";
  }
  return {};
}

std::string_view name(Standing standing) {
  switch (standing) {
    case Standing::as_expected: return "as_expected";
    case Standing::unexpected: return "unexpected";
    case Standing::stale: return "stale";
  }
  return {};
}

std::optional<Verdict> verdict_from_name(std::string_view text) {
  for (const auto verdict : {Verdict::none, Verdict::pass, Verdict::inconclusive, Verdict::warn, Verdict::fail, Verdict::error})
    if (name(verdict) == text) return verdict;
  return std::nullopt;
}

}  // namespace coffer::conformance
