// The verdicts of ISO 9646 and how they combine. Must not know: cases, wires.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace coffer::conformance {

/// In rising order: of two verdicts on one case the higher stands.
enum class Verdict : std::uint8_t {
  none,  // not run
  pass,
  inconclusive,  // neither kept nor broken could be shown: the state was not reached, the twin was not accepted
  warn,          // a SHOULD was not kept
  fail,          // a MUST was broken
  error,         // the suite or the adapter broke, not the implementation
};

/// Why a case was not run at all; never counted as a pass.
enum class Skip : std::uint8_t {
  no,
  not_applicable,  // the implementation does not claim the role or option
  unimplemented,   // the adapter said so of a verb that the case needs
};

constexpr Verdict worse(Verdict a, Verdict b) { return a < b ? b : a; }

std::string_view name(Verdict verdict);  // "pass" …
std::string_view name(Skip skip);        // "no", "not_applicable", "unimplemented"
std::optional<Verdict> verdict_from_name(std::string_view text);

}  // namespace coffer::conformance
