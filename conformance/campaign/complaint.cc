#include "campaign/complaint.h"

#include <fmt/format.h>

namespace coffer::conformance {

namespace {

/// Without what differs from run to run: numbers, and what stands in braces behind a message's name.
std::string_view gist(std::string_view text) { return text.substr(0, text.find_first_of("{0123456789")); }

}  // namespace

std::string Complaint::signature() const { return fmt::format("{} {} {}: {}, {}", rule, state, event, gist(expected), gist(actual)); }

std::string Complaint::text() const { return fmt::format("{} in {} on {}: expected {}; got {}", rule, state, event, expected, actual); }

}  // namespace coffer::conformance
