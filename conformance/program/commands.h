// The commands of coffer-conform, each a function of its options. Must not know: how options are written on a command line.
#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace coffer::conformance {

inline constexpr int exit_ok = 0;
inline constexpr int exit_suite_error = 4;
inline constexpr int exit_usage = 64;
inline constexpr std::uint32_t hello_seconds_default = 10;

/// As the command line gives them; empty means not given.
struct RunRequest {
  std::vector<std::string> globs = {};
  std::string role = {};
  std::vector<std::string> requirements = {};
  std::string adapter = {}, connect = {}, pin = {}, fixture_file = {}, fault = {};
  std::string report_directory = {}, transcripts_file = {}, baseline_file = {}, shard = {};
  std::optional<std::uint64_t> seed = {};
  std::uint32_t jobs = 0, repeat = 1, answer_ms = 5000, hello_seconds = hello_seconds_default;
  std::set<std::pair<std::string, std::uint32_t>> only = {};  // of the chosen, these ids in these iterations; empty: all
  bool trace = false, lenient = false, quiet = false, only_vectors = false;
  std::string program = "coffer-conform", command_line = {};  // as it was called
};
int run_command(const RunRequest& request);

/// Runs again what a report says did not pass, or the named case of it.
struct ReplayRequest {
  std::string role = "server";  // of a trace
  std::string report_file = {}, case_id = {}, adapter = {}, connect = {}, pin = {};
  std::uint32_t hello_seconds = hello_seconds_default;
  std::optional<std::string> fixture_file = {}, fault = {};  // not given: the report's
  bool trace = true;
  std::string program = "coffer-conform", command_line = {};  // as it was called
};
int replay_command(const ReplayRequest& request);

/// One fault of the implementation at a time, and whether the suite notices.
struct MutateRequest {
  std::vector<std::string> globs = {}, faults = {};  // of cases, of faults
  std::string adapter = {}, exceptions_file = {}, report_directory = {};
  std::optional<std::uint64_t> seed = {};
  std::uint32_t jobs = 0, answer_ms = 1500, others_ms = 4000, hello_seconds = hello_seconds_default;
  bool every_case = false, quiet = false;
  std::string program = "coffer-conform", command_line = {};  // as it was called
};
int mutate_command(const MutateRequest& request);

/// A campaign, with `selftest` one for each fault that the adapter offers; a single trace.
struct FuzzRequest {
  std::string adapter = {}, connect = {}, pin = {}, fixture_file = {}, fault = {}, role = "server";
  std::string corpus_directory = {}, findings_directory = {};
  std::vector<std::string> faults = {};  // of the self-test: globs; none: all of the role
  std::optional<std::uint64_t> seed = {};
  std::uint64_t runs = 0;
  std::uint32_t seconds = 0, jobs = 1, answer_ms = 2000, memory_mib = 64, processor_ms = 2000, hello_seconds = hello_seconds_default;
  bool json = false, selftest = false;
  std::string program = "coffer-conform";  // as it was called
};
int fuzz_command(FuzzRequest request);
int replay_trace(const FuzzRequest& request, const std::string& file);

int list_command(const std::vector<std::string>& globs, const std::string& role, const std::vector<std::string>& requirements, bool json);
int explain_command(const std::string& id);
int check_adapter_command(const std::string& adapter, std::uint32_t hello_seconds);
int cover_command(bool only_missing);
/// The statement of what an implementation claims, and what the suite will judge of it.
int ics_command(const std::string& adapter, std::uint32_t hello_seconds);
/// The accounts to prepare a server with that is judged by --connect.
int fixture_command();

/// Prints the error for a mistake of the caller, and gives the exit status for it.
int usage_error(const std::string& text);
/// A text file, UTF-8. Error: that it cannot be read, or is no such text, with its name.
std::expected<std::string, std::string> contents_of(const std::string& path);

}  // namespace coffer::conformance
