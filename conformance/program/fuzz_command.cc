// fuzz: a campaign against an implementation, told line by line; its self-test; and a single trace played again.
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <random>
#include <sstream>

#include "campaign/campaign.h"
#include "judge/run.h"
#include "program/commands.h"
#include "program/subject.h"
#include "program/trace.h"
#include "report/escape.h"

namespace coffer::conformance {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

json to_json(const Tally& tally) { return {{"seen", tally.seen}, {"total", tally.total}}; }

json to_json(const Progress& now) {
  return {{"seconds", now.seconds},
          {"runs", now.runs},
          {"sessions", now.sessions},
          {"runs_per_second", now.runs_per_second},
          {"sessions_per_second", now.sessions_per_second},
          {"states", to_json(now.states)},
          {"transitions", to_json(now.transitions)},
          {"reasons", to_json(now.reasons)},
          {"seconds_since_new", now.since_new},
          {"corpus", now.corpus},
          {"findings", now.findings}};
}

json to_json(const Finding& finding) {
  const auto& complaint = finding.complaint;
  return {{"name", finding.name()},
          {"grade", name(finding.grade)},
          {"again", finding.again},
          {"rule", complaint.rule},
          {"state", complaint.state},
          {"event", complaint.event},
          {"expected", complaint.expected},
          {"actual", complaint.actual},
          {"run", finding.run},
          {"seconds", finding.seconds},
          {"trace", trace::to_text(finding.trace)}};
}

std::string line_of(const Progress& now) {
  return fmt::format(
      "{:6.0f} s  {} runs, {:.0f}/s, {:.0f} sessions/s  states {}/{}  transitions {}/{}  reasons {}/{}  new {:.0f} s ago  findings {}\n",
      now.seconds, now.runs, now.runs_per_second, now.sessions_per_second, now.states.seen, now.states.total, now.transitions.seen,
      now.transitions.total, now.reasons.seen, now.reasons.total, now.since_new, now.findings);
}

/// Its lines but for the first, which says only what it is.
std::string indented(const std::string& text) {
  std::string all;
  std::istringstream lines(text);
  std::string line;
  std::getline(lines, line);
  while (std::getline(lines, line)) all += "    " + line + "\n";
  return all;
}

void write(const fs::path& file, const std::string& text) {
  std::ofstream out(file, std::ios::binary);
  out << text;
  if (!out) throw std::runtime_error("cannot write " + file.string());
}

/// The line for a shell that plays a trace again.
std::string replay_line(const FuzzRequest& request, const std::string& file) {
  std::string line = fmt::format("{} replay {} --role {}", shell_quoted(request.program), shell_quoted(file), request.role);
  const auto add = [&](std::string_view option, const std::string& value) {
    if (!value.empty()) line += fmt::format(" {} {}", option, shell_quoted(value));
  };
  add("--connect", request.connect);
  add("--pin", request.pin);
  add("--adapter", request.adapter);
  add("--fault", request.fault);
  add("--fixture", request.fixture_file);
  return line;
}

/// NAME.trace, which anything that reads traces plays again, and NAME.txt with what happened on the wire.
void write_finding(const Finding& finding, const FuzzRequest& request) {
  const auto base = fs::path(request.findings_directory) / finding.name();
  const auto file = base.string() + ".trace";
  auto text = trace::to_text(finding.trace);
  text.insert(text.find('\n') + 1, fmt::format("# {}\n# {}\n", finding.complaint.text(), replay_line(request, file)));
  write(file, text);
  write(base.string() + ".txt", fmt::format("{}\n{}, {} of {} again\n{}", finding.complaint.text(), name(finding.grade), finding.again,
                                            tries, transcript_text(finding.transcript)));
}

void tell(const Finding& finding, const FuzzRequest& request) {
  if (!request.findings_directory.empty()) write_finding(finding, request);
  if (request.json) {
    fmt::print("{}\n", json{{"finding", to_json(finding)}}.dump());
  } else {
    fmt::print("{}: {}\n", name(finding.grade), for_terminal(finding.complaint.text()));
    fmt::print("{}", indented(trace::to_text(finding.trace)));
    if (!request.findings_directory.empty())
      fmt::print("    {}\n", replay_line(request, (fs::path(request.findings_directory) / (finding.name() + ".trace")).string()));
  }
  std::fflush(stdout);
}

std::expected<trace::Trace, std::string> trace_in(const std::string& path) {
  const auto content = contents_of(path);
  if (!content) return std::unexpected(content.error());
  if (content->starts_with(trace::text_head)) {
    auto read = trace::from_text(*content);
    return read ? std::move(read) : std::unexpected(path + ": " + read.error());
  }
  return trace::from_either({reinterpret_cast<const std::uint8_t*>(content->data()), content->size()});
}

/// What is wrong with the request, or nothing and the options filled in.
std::optional<std::string> read_options(const FuzzRequest& request, CampaignOptions& options) {
  if (auto wrong = read_subject({request.adapter, request.connect, request.pin, request.fixture_file, request.fault, request.hello_seconds},
                                options.subject))
    return wrong;
  options.role = request.role == "client" ? Role::client : Role::server;
  if (options.role == Role::client && options.subject.server) return "--connect meets a server: for a client give --adapter COMMAND";
  std::random_device entropy;
  options.seed = request.seed.value_or(entropy());
  if (options.subject.server) options.guids_apart = std::uint64_t{entropy()} << 32 | entropy();
  options.patience.answer = std::chrono::milliseconds(request.answer_ms);
  options.runs = request.runs;
  options.time = std::chrono::seconds(request.seconds);
  if (request.runs == 0 && request.seconds == 0) options.time = std::chrono::seconds(60);
  options.jobs = request.jobs;
  options.run_memory_octets = std::uint64_t{request.memory_mib} << 20;
  options.run_processor_ms = request.processor_ms;
  return std::nullopt;
}

std::optional<std::string> read_corpus(const std::string& directory, CampaignOptions& options) {
  std::error_code ignored;
  std::vector<fs::path> files;
  for (const auto& entry : fs::directory_iterator(directory, ignored))
    if (entry.is_regular_file()) files.push_back(entry.path());
  std::ranges::sort(files);
  for (const auto& file : files) {
    auto trace = trace_in(file.string());
    if (!trace) return trace.error();
    if (!trace->empty()) options.corpus.push_back(std::move(*trace));
  }
  return std::nullopt;
}

/// Before any time is spent: can what it finds be kept?
std::optional<std::string> make_directory(const std::string& directory) {
  std::error_code error;
  if (!directory.empty()) fs::create_directories(directory, error);
  if (error) return "cannot make " + directory + ": " + error.message();
  return std::nullopt;
}

int status_of(const CampaignResult& result) {
  if (!result.trouble.empty()) {
    fmt::print(stderr, "coffer-conform: {}\n", for_terminal(result.trouble));
    return exit_suite_error;
  }
  bool stable = false;
  for (const auto& finding : result.findings) stable |= finding.grade == Grade::stable;
  if (stable) return 1;
  return result.findings.empty() ? exit_ok : 3;
}

int one_campaign(const FuzzRequest& request, CampaignOptions& options) {
  options.on_finding = [&](const Finding& finding) { tell(finding, request); };
  options.on_progress = [&](const Progress& now) {
    fmt::print("{}", request.json ? json{{"progress", to_json(now)}}.dump() + "\n" : line_of(now));
    std::fflush(stdout);
  };
  if (!request.corpus_directory.empty())
    options.on_new = [&](const trace::Trace& trace) {
      const auto text = trace::to_text(trace);
      write(fs::path(request.corpus_directory) / hex(View(sha256(octets(text))).first(8)), text);
    };
  const auto result = campaign(options);
  json report = to_json(result.last);
  report["coffer_campaign"] = 1;
  report["seed"] = options.seed;
  report["role"] = request.role;
  report["transitions_missing"] = result.missing;
  report["findings"] = json::array();
  for (const auto& finding : result.findings) report["findings"].push_back(to_json(finding));
  if (!request.findings_directory.empty()) write(fs::path(request.findings_directory) / "campaign.json", report.dump(2) + "\n");
  if (request.json)
    fmt::print("{}\n", json{{"report", report}}.dump());
  else
    fmt::print("{}seed {}: {}\n", line_of(result.last), options.seed,
               result.findings.empty() ? "nothing was found" : fmt::format("{} findings", result.findings.size()));
  return status_of(result);
}

/// One fault after the other, each until it is found.
int selftest(const FuzzRequest& request, CampaignOptions& options) {
  std::vector<OfferedFault> faults;
  {
    Adapter adapter(options.subject.adapter_command);
    for (auto& fault : hello(adapter, options.subject.hello_within).faults) {
      const bool wanted = std::ranges::any_of(request.faults, [&](const auto& glob) { return matches(glob, fault.name); });
      const bool has_role = std::ranges::find(fault.roles, request.role) != fault.roles.end();
      if (has_role && (wanted || request.faults.empty())) faults.push_back(std::move(fault));
    }
  }
  if (faults.empty())
    return usage_error("the adapter's `hello` offers no such faults; for the reference use programs of the preset \"faults\"");
  options.stop_at_first = true;
  if (request.seconds == 0) options.time = std::chrono::seconds(300);
  std::size_t found = 0;
  json rows = json::array();
  for (const auto& fault : faults) {
    options.subject.fault = fault.name;
    const auto result = campaign(options);
    const Finding* first = nullptr;
    for (const auto& finding : result.findings)
      if (finding.grade == Grade::stable) first = &finding;
    found += first != nullptr;
    const auto seconds = first != nullptr ? first->seconds : result.last.seconds;
    if (request.json)
      rows.push_back({{"fault", fault.name},
                      {"found", first != nullptr},
                      {"seconds", seconds},
                      {"runs", result.last.runs},
                      {"trouble", result.trouble}});
    else
      fmt::print("{:<40} {:<9} {:6.1f} s {:>7} runs  {}\n", fault.name, first != nullptr ? "found" : "not found", seconds, result.last.runs,
                 for_terminal(first != nullptr ? first->complaint.text() : result.trouble));
    std::fflush(stdout);
  }
  if (request.json)
    fmt::print("{}\n", json{{"selftest", rows}}.dump());
  else
    fmt::print("{} of {} faults found\n", found, faults.size());
  return found == faults.size() ? exit_ok : 1;
}

}  // namespace

int fuzz_command(FuzzRequest request) {
  if (!request.selftest && request.faults.size() > 1) return usage_error("--fault takes one fault, but with --selftest");
  if (!request.selftest && !request.faults.empty()) request.fault = request.faults.front();
  CampaignOptions options;
  if (const auto wrong = read_options(request, options)) return usage_error(*wrong);
  for (const auto& directory : {request.corpus_directory, request.findings_directory})
    if (const auto wrong = make_directory(directory)) return usage_error(*wrong);
  if (!request.corpus_directory.empty())
    if (const auto wrong = read_corpus(request.corpus_directory, options)) return usage_error(*wrong);
  if (!request.selftest) return one_campaign(request, options);
  return options.subject.server ? usage_error("--selftest needs an adapter whose `hello` offers faults") : selftest(request, options);
}

int replay_trace(const FuzzRequest& request, const std::string& file) {
  const auto trace = trace_in(file);
  if (!trace) return usage_error(trace.error());
  CampaignOptions options;
  if (const auto wrong = read_options(request, options)) return usage_error(*wrong);
  const auto replayed = replay(*trace, options);
  fmt::print("{}", transcript_text(replayed.transcript));
  if (replayed.played.complaints.empty()) {
    fmt::print("Everything was as the specification has it.\n");
    return exit_ok;
  }
  fmt::print("{}\n", for_terminal(replayed.played.complaints.front().text()));
  return 1;
}

}  // namespace coffer::conformance
