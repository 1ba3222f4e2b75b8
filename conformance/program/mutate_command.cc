// mutate: options into trials, their outcome into reports and an exit status.
#include <fmt/format.h>
#include <unistd.h>

#include <nlohmann/json.hpp>
#include <random>
#include <thread>

#include "cases/all.h"
#include "judge/mutate.h"
#include "program/commands.h"
#include "report/mutation.h"

namespace coffer::conformance {

int mutate_command(const MutateRequest& request) {
  MutateOptions options;
  options.run.selection.globs = request.globs;
  options.run.subject.adapter_command = request.adapter;
  options.run.patience.answer = std::chrono::milliseconds(request.answer_ms);
  options.run.subject.hello_within = std::chrono::seconds(request.hello_seconds);
  std::random_device entropy;
  options.run.seed = request.seed.value_or(std::uint64_t{entropy()} << 16 ^ entropy());
  options.run.jobs = request.jobs != 0 ? request.jobs : 2 * std::max(1u, std::thread::hardware_concurrency());
  options.run.suite_version = COFFER_VERSION;
  options.run.program = request.program;
  options.run.command_line = request.command_line;
  options.faults = request.faults;
  options.every_case = request.every_case;
  options.others_max = std::chrono::milliseconds(request.others_ms);
  if (!request.exceptions_file.empty()) {
    const auto text = contents_of(request.exceptions_file);
    if (!text) return usage_error(text.error());
    auto excuses = parse_excuses(*text);
    if (!excuses) return usage_error(request.exceptions_file + ": " + excuses.error());
    options.excuses = std::move(*excuses);
  }
  if (!request.quiet)
    options.on_fault = [](std::size_t done, std::size_t all, const FaultResult& one) {
      fmt::print(stderr, "{:>3}/{} {:<16} {:<6} {} ({:.1f} s)\n", done, all, name(one.fate), one.role, one.fault,
                 static_cast<double>(one.duration_ms) / 1000);
    };
  const auto result = mutate(whole_suite(), options);
  const auto report = mutation_json(result);
  fmt::print("{}", mutation_terminal(report, ::isatty(STDOUT_FILENO) == 1 && std::getenv("NO_COLOR") == nullptr));
  if (request.report_directory.empty()) return result.exit_code;
  if (const auto written = write_mutation(report, request.report_directory); !written) {
    fmt::print(stderr, "coffer-conform: {}\n", written.error());
    return exit_suite_error;
  }
  return result.exit_code;
}

}  // namespace coffer::conformance
