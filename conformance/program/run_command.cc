// run and replay: options into a run, its result into reports and an exit status.
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <nlohmann/json.hpp>
#include <random>
#include <sstream>
#include <thread>

#include "cases/all.h"
#include "judge/run.h"
#include "program/commands.h"
#include "program/subject.h"
#include "program/trace.h"
#include "report/escape.h"
#include "report/report.h"
#include "trace/trace.h"

namespace coffer::conformance {
namespace {

/// "2/4": the second of four.
bool read_shard(const std::string& text, Selection& selection) {
  const auto slash = text.find('/');
  if (slash == std::string::npos) return false;
  const auto shard = number_in<std::uint32_t>(std::string_view(text).substr(0, slash));
  const auto shards = number_in<std::uint32_t>(std::string_view(text).substr(slash + 1));
  if (!shard || !shards || *shard < 1 || *shard > *shards) return false;
  selection.shard = *shard;
  selection.shards = *shards;
  return true;
}

std::optional<std::string> read_request(const RunRequest& request, RunOptions& options) {
  if (request.only_vectors && !request.connect.empty())
    return "--vectors takes --adapter COMMAND: a vector is asked of the adapter, not sent to a server";
  if (auto wrong = read_subject({request.adapter, request.connect, request.pin, request.fixture_file, request.fault, request.hello_seconds},
                                options.subject))
    return wrong;
  options.selection.globs = request.globs;
  options.selection.requirements = request.requirements;
  options.selection.only_vectors = request.only_vectors;
  if (request.role == "server") options.selection.role = Role::server;
  if (request.role == "client") options.selection.role = Role::client;
  if (!request.shard.empty() && !read_shard(request.shard, options.selection)) return "--shard takes I/N with 1 <= I <= N";
  if (!request.baseline_file.empty()) {
    const auto text = contents_of(request.baseline_file);
    if (!text) return text.error();
    auto baseline = parse_baseline(*text);
    if (!baseline) return request.baseline_file + ": " + baseline.error();
    options.baseline = std::move(*baseline);
  }
  std::random_device entropy;
  options.seed = request.seed.value_or(std::uint64_t{entropy()} << 16 ^ entropy());
  if (options.subject.server) options.guids_apart = std::uint64_t{entropy()} << 32 | entropy();
  options.jobs = request.jobs != 0 ? request.jobs : 2 * std::max(1u, std::thread::hardware_concurrency());
  options.repeat = request.repeat;
  options.only = request.only;
  options.patience = {std::chrono::milliseconds(request.answer_ms), !request.lenient};
  options.suite_version = COFFER_VERSION;
  options.command_line = request.command_line;
  options.program = request.program;
  return std::nullopt;
}

/// One line of progress per case, on standard error: rewritten in place on a terminal, only what did not pass elsewhere.
class Progress {
 public:
  Progress(bool trace, bool quiet) : trace_(trace), quiet_(quiet), terminal_(::isatty(STDERR_FILENO) == 1) {}
  void expect(std::size_t total) { total_ = total; }
  void operator()(const CaseResult& result) {
    ++done_;
    if (trace_) return fmt::print(stderr, "{}\n", trace_text(result));
    if (quiet_) return;
    const bool notable = result.verdict > Verdict::pass;
    if (terminal_) fmt::print(stderr, "\r\x1b[K{}", notable ? fmt::format("{:<12} {}\n", name(result.verdict), result.id) : "");
    if (terminal_) fmt::print(stderr, "{}/{} {}", done_, total_, result.id);
    if (!terminal_ && notable) fmt::print(stderr, "{:<12} {}\n", name(result.verdict), result.id);
    if (terminal_ && done_ == total_) fmt::print(stderr, "\r\x1b[K");
    std::fflush(stderr);
  }

 private:
  std::size_t total_ = 0, done_ = 0;
  bool trace_, quiet_, terminal_;
};

int run_and_report(const std::vector<Case>& all, RunOptions& options, const RunRequest& request) {
  if (select(all, options.selection).empty()) return usage_error(why_nothing(all, options.selection));
  if (!request.report_directory.empty())
    if (const auto ready = prepare_directory(request.report_directory); !ready) {
      fmt::print(stderr, "coffer-conform: {}; no case was run\n", ready.error());
      return exit_suite_error;
    }
  Progress progress(request.trace, request.quiet);
  options.on_begin = [&](std::size_t total) { progress.expect(total); };
  options.on_result = std::ref(progress);
  const auto result = run(all, options);
  const auto report = to_json(result, request.trace ? Passes::whole : Passes::brief);
  const bool terminal_output = ::isatty(STDOUT_FILENO) == 1;
  fmt::print("{}", terminal(report, {.colour = terminal_output && std::getenv("NO_COLOR") == nullptr}));
  if (request.only_vectors && result.preflight_faults.empty() && result.implementation.vectors.empty())
    fmt::print(stderr, "coffer-conform: the adapter's `hello` names no \"vectors\" that it answers; interop/README.md says how\n");
  std::expected<void, std::string> written;
  if (!request.report_directory.empty()) written = write_reports(report, request.report_directory);
  if (written && !request.transcripts_file.empty()) written = write_transcripts(result, request.transcripts_file);
  if (!written) {
    fmt::print(stderr, "coffer-conform: {}\n", written.error());
    return exit_suite_error;
  }
  return result.exit_code;
}

bool troubled(const nlohmann::json& one) {
  const auto verdict = one.at("verdict").get<std::string>();
  return verdict == "fail" || verdict == "error" || verdict == "warn" || verdict == "inconclusive";
}

/// Seed, patience and implementation as in that run, but for what the request says otherwise.
void again_as(const nlohmann::json& report, const ReplayRequest& request, RunRequest& again) {
  const auto& run = report.at("run");
  again.seed = run.at("seed").get<std::uint64_t>();
  again.lenient = !run.at("strict").get<bool>();
  again.answer_ms = run.value("answer_ms", again.answer_ms);
  again.adapter = request.adapter;
  again.connect = request.connect;
  again.pin = request.pin;
  if (again.adapter.empty() && again.connect.empty()) {
    again.adapter = report.at("implementation").value("adapter", "");
    again.connect = run.value("connect", "");
    if (again.pin.empty()) again.pin = run.value("pin", "");
  }
  again.fixture_file = request.fixture_file.value_or(run.value("fixture", ""));
  if (request.fault || again.connect.empty()) again.fault = request.fault.value_or(run.value("fault", ""));
}

}  // namespace

std::expected<std::string, std::string> contents_of(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return std::unexpected("cannot read " + path);
  std::ostringstream read;
  read << file.rdbuf();
  auto text = std::move(read).str();
  if (text.starts_with("\xff\xfe") || text.starts_with("\xfe\xff"))
    return std::unexpected(path + " begins with the byte-order mark of UTF-16: save it as UTF-8");
  // UTF-8 with its mark is what some editors save; JSON is read without it.
  if (text.starts_with("\xef\xbb\xbf")) text.erase(0, 3);
  return text;
}

int usage_error(const std::string& text) {
  fmt::print(stderr, "coffer-conform: {}\n", for_terminal(text));
  return exit_usage;
}

int run_command(const RunRequest& request) {
  RunOptions options;
  if (const auto wrong = read_request(request, options)) return usage_error(*wrong);
  return run_and_report(whole_suite(), options, request);
}

int replay_command(const ReplayRequest& request) {
  const auto text = contents_of(request.report_file);
  if (!text) return usage_error(text.error());
  if (text->starts_with(trace::text_head))
    return replay_trace({.adapter = request.adapter,
                         .connect = request.connect,
                         .pin = request.pin,
                         .fixture_file = request.fixture_file.value_or(""),
                         .fault = request.fault.value_or(""),
                         .role = request.role,
                         .hello_seconds = request.hello_seconds,
                         .program = request.program},
                        request.report_file);
  const auto report = nlohmann::json::parse(*text, nullptr, false);
  if (report.is_discarded() || !report.contains("coffer_report"))
    return usage_error(request.report_file + " is no report.json of this suite");
  RunRequest again{.jobs = 1,
                   .hello_seconds = request.hello_seconds,
                   .trace = request.trace,
                   .program = request.program,
                   .command_line = request.command_line};
  try {
    again_as(report, request, again);
    for (const auto& one : report.at("cases")) {
      const auto id = one.at("id").get<std::string>();
      if (request.case_id.empty() ? !troubled(one) : id != request.case_id) continue;
      const auto iteration = one.value("iteration", 1u);
      again.globs.push_back(id);
      again.only.emplace(id, iteration);
      again.repeat = std::max(again.repeat, iteration);
    }
  } catch (const nlohmann::json::exception& error) {
    return usage_error(
        fmt::format("{} is no whole report.json of this suite: run the suite with --report again ({})", request.report_file, error.what()));
  }
  if (again.only.empty() && !request.case_id.empty()) return usage_error("the report has no case " + request.case_id);
  if (again.only.empty()) {
    fmt::print("Every case of that report passed: nothing to replay.\n");
    return exit_ok;
  }
  return run_command(again);
}

}  // namespace coffer::conformance
