// The reports of a run. report.json is the truth; terminal, JUnit and HTML are made from that JSON and from nothing else, so a
// report kept from another day or machine can be shown again. Must not know: how cases run, sockets, the adapter.
#pragma once

#include <cstdint>
#include <expected>
#include <filesystem>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

namespace coffer::conformance {

struct RunResult;
struct TranscriptEntry;

/// How the transcripts of cases that passed as expected are kept: told briefly, or like all others.
enum class Passes : std::uint8_t { brief, whole };

/// The run as report.json holds it: valid UTF-8 throughout (what is not becomes U+FFFD). The shape: conformance/report/README.md.
nlohmann::json to_json(const RunResult& run, Passes passes = Passes::brief);

/// A transcript as report.json holds it.
nlohmann::json to_json(const std::vector<TranscriptEntry>& transcript);

/// JUnit XML for CI: a test suite per chapter and role. A case that fails as the baseline lists is `skipped`, a stale entry is a failure.
std::string junit(const nlohmann::json& report);

/// One self-contained page: no outside resources, works from file://.
std::string html(const nlohmann::json& report);

struct TerminalStyle {
  bool colour = false;      // only when the stream is a terminal
  bool transcripts = true;  // of the cases that did not pass
  std::size_t columns = 140;
  std::size_t cases_in_full_max = 20;
  std::size_t cases_in_brief_max = 60;  // a line each; beyond it they are only counted
};

/// What a run prints at its end: each case that wants attention in full, the chapters, then the counts with their denominator.
/// Control characters in what the implementation said are shown, never sent to the terminal.
std::string terminal(const nlohmann::json& report, const TerminalStyle& style);

/// Makes the directory when it is missing, and sees whether a report could be written there. Error: what is in the way, in words.
std::expected<void, std::string> prepare_directory(const std::filesystem::path& directory);

/// Writes report.json, junit.xml and report.html into the directory, which is made when missing; each file whole or not at all.
/// Error: what could not be written, in words.
std::expected<void, std::string> write_reports(const nlohmann::json& report, const std::filesystem::path& directory);

/// Writes what happened on the wire in every script that ran, a JSON object per line and script: `case`, `script` ("" or "twin"), `role`,
/// `verdict`, `transcript`. Error: what could not be written, in words.
std::expected<void, std::string> write_transcripts(const RunResult& run, const std::filesystem::path& file);

}  // namespace coffer::conformance
