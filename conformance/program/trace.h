// A transcript on a terminal, one line per entry. Must not know: reports.
#pragma once

#include <string>

#include "judge/result.h"

namespace coffer::conformance {

std::string trace_text(const CaseResult& result);
/// A line for each entry.
std::string transcript_text(const Transcript& transcript);
/// What is not printable ASCII or UTF-8 text is shown, never sent to the terminal.
std::string harmless(std::string_view text);

}  // namespace coffer::conformance
