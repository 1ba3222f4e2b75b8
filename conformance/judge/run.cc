#include "judge/run.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <atomic>
#include <mutex>
#include <thread>

#include "judge/cover.h"
#include "judge/execute.h"
#include "judge/reach.h"
#include "judge/worker.h"

namespace coffer::conformance {
namespace {

/// Tasks that one worker does in a row, because they share a server of their own, or a computer that only one session may have.
using Unit = std::vector<Task>;

bool wanted(const RunOptions& options, const Case& subject, std::uint32_t iteration) {
  return options.only.empty() || options.only.contains({subject.id, iteration});
}

/// Special servers first, each with all its cases; then the others one by one, but those that hold a computer of the fixture together:
/// with --connect every worker has the same server.
std::vector<Unit> units_of(const std::vector<const Case*>& chosen, const RunOptions& options) {
  const std::string ordinary = options.subject.fixture.to_json();
  std::map<std::string, Unit> special;
  std::map<std::uint64_t, Unit> holding;
  std::vector<Unit> alone, shared;
  std::size_t place = 0;
  for (std::uint32_t iteration = 1; iteration <= options.repeat; ++iteration)
    for (const auto* subject : chosen) {
      if (!wanted(options, *subject, iteration)) continue;
      const Task task{subject, iteration, place++};
      const std::string text = subject->needs.fixture ? fixture_for(*subject, options.subject.fixture).to_json() : ordinary;
      if (text != ordinary)
        special[text].push_back(task);
      else if (subject->needs.holds != nullptr)
        holding[(options.subject.fixture.*subject->needs.holds).guid].push_back(task);
      else
        (subject->needs.own_server ? alone : shared).push_back({task});
    }
  // Cases that change the server as a whole leave their worker without one: they come before those that share theirs.
  std::vector<Unit> units;
  for (auto& [text, unit] : special) units.push_back(std::move(unit));
  for (auto& [guid, unit] : holding) units.push_back(std::move(unit));
  for (auto* rest : {&alone, &shared}) units.insert(units.end(), rest->begin(), rest->end());
  return units;
}

void count(Counts& counts, const CaseResult& result) {
  if (result.standing == Standing::unexpected) ++counts.unexpected;
  if (result.standing == Standing::stale) ++counts.stale;
  if (!result.baseline_reason.empty() && result.standing == Standing::as_expected && result.verdict > Verdict::pass)
    ++counts.expected_failures;
  if (result.skip == Skip::not_applicable) {
    ++counts.not_applicable;
    return;
  }
  if (result.skip == Skip::unimplemented) {
    ++counts.unimplemented;
    return;
  }
  switch (result.verdict) {
    case Verdict::none: ++counts.not_run; return;
    case Verdict::pass: ++counts.pass; return;
    case Verdict::inconclusive: ++counts.inconclusive; return;
    case Verdict::warn: ++counts.warn; return;
    case Verdict::fail: ++counts.fail; return;
    case Verdict::error: ++counts.error; return;
  }
}

Implementation bare(const Endpoint& server) {
  return {.name = fmt::format("{}:{}", server.host, server.port),
          .version = {},
          .roles = {"server"},
          .claims = {},
          .adapter_command = {},
          .vectors = {}};
}

Implementation meet(const Subject& subject) {
  Adapter adapter(subject.adapter_command);
  auto said = hello(adapter, subject.hello_within);
  return {.name = std::move(said.name),
          .version = std::move(said.version),
          .roles = std::move(said.roles),
          .claims = std::move(said.claims),
          .adapter_command = subject.adapter_command,
          .vectors = std::move(said.vectors),
          .destinations = said.destinations};
}

/// The implementation, and what is wrong with it before any case has run.
void meet(const RunOptions& options, RunResult& result) try {
  if (options.subject.server) {
    result.implementation = bare(*options.subject.server);
    if (const auto trouble = cannot_reach(*options.subject.server, options.subject.pin, options.patience))
      result.preflight_faults.push_back(*trouble);
    return;
  }
  result.implementation.adapter_command = options.subject.adapter_command;  // known even when nothing else comes to be
  result.preflight_faults = preflight(options.subject.adapter_command, nullptr, {}, options.subject.hello_within);
  if (result.preflight_faults.empty()) result.implementation = meet(options.subject);
} catch (const std::exception& fault) {
  result.preflight_faults.push_back(fault.what());
}

/// Why no case can begin, where the adapter's server is not even there.
std::optional<std::string> serves_nowhere(const Subject& subject, const Patience& patience) try {
  Adapter adapter(subject.adapter_command);
  const auto served = serve_anew(adapter, subject.fixture, subject.fault, &subject.fixture);
  return served ? cannot_connect(served->server, patience, NamedBy::reply) : std::nullopt;
} catch (const std::exception&) {
  return std::nullopt;  // the cases have said so
}

/// Why no case can begin, where the server has not the suite's accounts: most begin with a session up to ready.
std::optional<std::string> knows_nobody(const Subject& subject, const Patience& patience, std::uint64_t seed) {
  const auto& account = subject.fixture.alice;
  const auto why = cannot_log_in(*subject.server, subject.pin, patience, account, seed);
  if (!why) return std::nullopt;
  return fmt::format(
      "the user \"{}\" cannot log in ({}): does the server have the accounts that `coffer-conform fixture` prints? Load them, "
      "or give its own with --fixture FILE",
      account.name, *why);
}

/// When most cases come to nothing, one thing may lie behind all of them.
std::vector<std::string> hints(const RunOptions& options, const RunResult& result) {
  const bool judges_server = std::ranges::find(result.implementation.roles, "server") != result.implementation.roles.end();
  if (!judges_server || result.counts.inconclusive <= result.counts.pass) return {};
  const auto why = options.subject.server ? knows_nobody(options.subject, options.patience, options.guids_apart)
                                          : serves_nowhere(options.subject, options.patience);
  return why ? std::vector{*why} : std::vector<std::string>{};
}

void run_units(const std::vector<Unit>& units, const RunOptions& options, RunResult& result) {
  const ServerCredentials credentials;
  UsedOnce used_once;
  std::atomic<std::size_t> next = 0;
  std::mutex reporting;
  const auto work = [&] {
    Worker worker(options, result.implementation, credentials, used_once);
    for (std::size_t at; (at = next++) < units.size();)
      for (const auto& task : units[at]) {
        auto done = worker.work(task);
        const std::lock_guard lock(reporting);
        if (options.on_result) options.on_result(done);
        result.cases[task.place] = std::move(done);
      }
    if (auto fault = worker.end(); !fault.empty()) {
      const std::lock_guard lock(reporting);
      result.parting_faults.push_back(std::move(fault));
    }
  };
  std::vector<std::thread> workers;
  const auto wanted = std::min<std::size_t>(std::max(options.jobs, 1u), units.size());
  for (std::size_t i = 1; i < wanted; ++i) workers.emplace_back(work);
  work();
  for (auto& worker : workers) worker.join();
}

}  // namespace

int exit_code(const RunResult& result) {
  const auto& counts = result.counts;
  const auto unexpected = [&](Verdict verdict) {
    return std::ranges::any_of(result.cases,
                               [&](const CaseResult& one) { return one.standing == Standing::unexpected && one.verdict == verdict; });
  };
  if (!result.preflight_faults.empty() || !result.parting_faults.empty() || unexpected(Verdict::error)) return 4;
  if (unexpected(Verdict::fail) || unexpected(Verdict::warn)) return 1;
  if (counts.stale != 0 || !result.stale_unknown.empty()) return 2;
  // A run that showed nothing is not a run that went well.
  if (unexpected(Verdict::inconclusive) || counts.not_run != 0 || counts.pass + counts.expected_failures + counts.warn == 0) return 3;
  return 0;
}

RunResult run(const std::vector<Case>& all, const RunOptions& options) {
  const auto began = Clock::now();
  RunResult result;
  result.suite_version = options.suite_version;
  result.started_at =
      fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", fmt::gmtime(std::chrono::system_clock::to_time_t(std::chrono::system_clock::now())));
  result.seed = options.seed;
  result.strict = options.patience.strict;
  result.answer_ms = static_cast<std::uint64_t>(options.patience.answer.count());
  if (options.subject.server) result.connect = fmt::format("{}:{}", options.subject.server->host, options.subject.server->port);
  if (options.subject.pin) result.pin = hex(*options.subject.pin);
  result.fixture = options.subject.fixture_file;
  result.fault = options.subject.fault;
  result.jobs = options.jobs;
  result.shard = options.selection.shard;
  result.shards = options.selection.shards;
  result.repeat = options.repeat;
  result.command_line = options.command_line;
  result.reproduce = reproduce_line("CASE", options);

  meet(options, result);
  auto chosen = select(all, options.selection);
  // Who offers no vectors is not asked for any, unless by name: hundreds of cases that cannot run say nothing.
  if (result.implementation.vectors.empty() && !asks_for_vectors(options.selection))
    std::erase_if(chosen, [](const Case* one) { return !one->needs.vector_kind.empty(); });
  for (std::uint32_t iteration = 1; iteration <= options.repeat; ++iteration)
    for (const auto* subject : chosen) {
      if (!wanted(options, *subject, iteration)) continue;
      result.cases.push_back(describe(*subject));
      result.cases.back().iteration = iteration;
      result.cases.back().seed = seed_of(options.seed, iteration);
      result.cases.back().reproduce = reproduce_line(subject->id, options, iteration);
    }
  result.counts.selected = static_cast<std::uint32_t>(result.cases.size());
  if (options.on_begin) options.on_begin(result.cases.size());
  for (const auto& [id, entry] : options.baseline)
    if (std::ranges::find(all, id, &Case::id) == all.end()) result.stale_unknown.push_back(id);

  try {
    if (result.preflight_faults.empty()) run_units(units_of(chosen, options), options, result);
  } catch (const std::exception& fault) {
    result.preflight_faults.push_back(fault.what());
  }
  for (const auto& one : result.cases) count(result.counts, one);
  result.hints = hints(options, result);
  result.requirements = cover(all, result.cases);
  result.duration_ms = static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - began).count());
  result.exit_code = exit_code(result);
  return result;
}

}  // namespace coffer::conformance
