// report.json out of a run's result. What a reader of the JSON may rely on stands in README.md; add fields, never change one's meaning.
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <tuple>

#include "coffer/spec/edition.h"
#include "judge/result.h"
#include "report/brief.h"
#include "report/outcome.h"
#include "report/report.h"

namespace coffer::conformance {

using nlohmann::json;

json to_json(const Transcript& entries) {
  json lines = json::array();
  for (const TranscriptEntry& entry : entries) {
    json fields = json::array();
    for (const FieldText& field : entry.fields) fields.push_back({field.name, field.value});
    json line = {{"at_us", entry.at_us},
                 {"connection", entry.connection == '-' ? "" : std::string(1, entry.connection)},
                 {"direction", name(entry.direction)},
                 {"what", entry.what}};
    if (!fields.empty()) line["fields"] = std::move(fields);
    if (!entry.hex.empty()) line.update({{"hex", entry.hex}, {"octets", entry.octets}});
    if (!entry.note.empty()) line["note"] = entry.note;
    lines.push_back(std::move(line));
  }
  return lines;
}

namespace {

/// One word for what became of a case: the verdict, or why there is none.
std::string outcome(const CaseResult& result) {
  if (result.skip != Skip::no) return std::string(name(result.skip));
  if (result.verdict == Verdict::none) return "not_run";
  return std::string(name(result.verdict));
}

/// `brief`: nullptr where transcripts are kept whole.
json script(const ScriptResult& result, BriefLines* brief) {
  json made = {{"verdict", result.ran ? std::string(name(result.verdict)) : "not_run"},
               {"expected", result.expected},
               {"actual", result.actual},
               {"note", result.note},
               {"duration_us", result.duration_us}};
  if (brief != nullptr)
    made["brief"] = brief->tell(result.transcript);
  else
    made["transcript"] = to_json(result.transcript);
  return made;
}

bool went_as_it_should(const CaseResult& result) {
  return result.skip == Skip::no && result.verdict == Verdict::pass && result.standing == Standing::as_expected;
}

json case_json(const CaseResult& result, BriefLines* brief) {
  json made = script(result.script, brief);
  made.update({{"id", result.id},
               {"chapter", result.chapter},
               {"requirements", result.requirements},
               {"level", result.level},
               {"role", result.role},
               {"goal", result.goal},
               {"verdict", outcome(result)},
               {"script_verdict", result.script.ran ? std::string(name(result.script.verdict)) : "not_run"},
               {"standing", name(result.standing)},
               {"iteration", result.iteration},
               {"seed", result.seed}});
  if (brief == nullptr) made["reproduce"] = result.reproduce;
  if (!result.skip_reason.empty()) made["skip_reason"] = result.skip_reason;
  if (outcome(result) == "not_run") made["skip_reason"] = result.script.note.empty() ? "the run ended before it" : result.script.note;
  if (!result.baseline_reason.empty()) made["baseline_reason"] = result.baseline_reason;
  if (!result.adapter_stderr.empty()) made["adapter_stderr"] = result.adapter_stderr;
  if (result.has_twin) made["twin"] = script(result.twin, brief);
  return made;
}

/// Every outcome is there, also at zero, so that a reader need not ask.
json counted(const json& cases, std::string_view role) {
  json counts = {{"planned", 0}, {"pass", 0},           {"warn", 0},          {"inconclusive", 0}, {"fail", 0},
                 {"error", 0},   {"not_applicable", 0}, {"unimplemented", 0}, {"not_run", 0}};
  for (const json& one : cases) {
    if (!role.empty() && one["role"] != role) continue;
    for (const std::string& field : {std::string("planned"), one["verdict"].get<std::string>()})
      counts[field] = counts[field].get<int>() + 1;
  }
  return counts;
}

bool came_to_nothing(std::string_view outcome) { return outcome == "not_applicable" || outcome == "unimplemented" || outcome == "not_run"; }

/// Why cases came to no verdict: a line for each reason, with how many there are.
json unjudged(const json& cases) {
  std::map<std::tuple<std::string, std::string, std::string>, int> counts;
  for (const json& one : cases)
    if (came_to_nothing(one["verdict"].get<std::string>())) ++counts[{one["role"], one["verdict"], one.value("skip_reason", "")}];
  std::vector<json> groups;
  for (const auto& [key, count] : counts)
    groups.push_back({{"role", std::get<0>(key)}, {"verdict", std::get<1>(key)}, {"reason", std::get<2>(key)}, {"count", count}});
  std::ranges::stable_sort(groups, std::ranges::greater(), [](const json& group) { return group["count"].get<int>(); });
  return groups;
}

/// The one sentence that says how the implementation stands, by the roles that it was judged in.
std::string headline(const RunResult& run, const json& by_role) {
  std::string said;
  for (const std::string role : {"server", "client", "endpoint"}) {
    if (!by_role.contains(role)) continue;
    const json& counts = by_role[role];
    std::string others;
    for (const std::string_view outcome : outcomes) {
      const int count = counts[std::string(outcome)];
      if (count == 0 || outcome == "pass") continue;
      const bool bare = outcome == "unimplemented" && run.implementation.adapter_command.empty();
      const auto words = bare ? (count == 1 ? "needs an adapter" : "need an adapter") : in_words(std::string(outcome));
      others += fmt::format("{}{} {}", others.empty() ? "" : ", ", count, words);
    }
    const int planned = counts["planned"], none = counts["not_applicable"].get<int>() + counts["unimplemented"].get<int>();
    said += said.empty() ? "" : "; ";
    const std::string whose = role == "endpoint" ? "either end" : role;
    if (counts["not_run"] == planned)
      said += fmt::format("{}: not run", whose);
    else if (counts["not_applicable"] == planned)
      said += fmt::format("{}: not judged", whose);
    else if (none + counts["not_run"].get<int>() == planned)
      said += fmt::format("{}: not judged ({})", whose, others);
    else
      said += fmt::format("{} of {} {} pass{}", counts["pass"].get<int>(), planned,
                          role == "endpoint" ? "cases of either end" : role + " cases", others.empty() ? "" : " (" + others + ")");
  }
  return said.empty() ? "no case was planned" : said;
}

json summary(const RunResult& run, const json& cases) {
  json made = counted(cases, "");
  made["by_role"] = json::object();
  for (const json& one : cases) {
    const std::string role = one["role"];
    if (!made["by_role"].contains(role)) made["by_role"][role] = counted(cases, role);
  }
  made["headline"] = headline(run, made["by_role"]);
  made["unjudged"] = unjudged(cases);
  made.update({{"unexpected", run.counts.unexpected}, {"stale", run.counts.stale}, {"expected_failures", run.counts.expected_failures}});
  return made;
}

json requirement_json(const RequirementCover& cover) {
  return {{"id", cover.id},
          {"level", cover.level},
          {"role", cover.role},
          {"judged", cover.judged},
          {"provenance", cover.provenance},
          {"chapter", cover.chapter},
          {"sentence", cover.sentence},
          {"cases", cover.cases},
          {"verdict", cover.verdict == Verdict::none ? "not_run" : std::string(name(cover.verdict))}};
}

}  // namespace

json to_json(const RunResult& run, Passes passes) {
  json cases = json::array(), requirements = json::array();
  BriefLines brief;
  for (const CaseResult& one : run.cases)
    cases.push_back(case_json(one, passes == Passes::brief && went_as_it_should(one) ? &brief : nullptr));
  for (const RequirementCover& cover : run.requirements) requirements.push_back(requirement_json(cover));

  const Implementation& implementation = run.implementation;
  const json report = {{"coffer_report", 2},
                       {"suite", {{"name", "coffer-conform"}, {"version", run.suite_version}}},
                       {"specification", {{"name", "Coffer"}, {"version", spec::edition}, {"requirements", requirements.size()}}},
                       {"implementation",
                        {{"name", implementation.name},
                         {"version", implementation.version},
                         {"roles", implementation.roles},
                         {"claims", implementation.claims},
                         {"adapter", implementation.adapter_command}}},
                       {"run",
                        {{"started_at", run.started_at},
                         {"duration_ms", run.duration_ms},
                         {"seed", run.seed},
                         {"strict", run.strict},
                         {"answer_ms", run.answer_ms},
                         {"connect", run.connect},
                         {"pin", run.pin},
                         {"fixture", run.fixture},
                         {"fault", run.fault},
                         {"jobs", run.jobs},
                         {"shard", run.shard},
                         {"shards", run.shards},
                         {"repeat", run.repeat},
                         {"command_line", run.command_line},
                         {"reproduce", run.reproduce},
                         {"exit_code", run.exit_code}}},
                       {"preflight_faults", run.preflight_faults},
                       {"parting_faults", run.parting_faults},
                       {"hints", run.hints},
                       {"stale_unknown", run.stale_unknown},
                       {"summary", summary(run, cases)},
                       {"cases", cases},
                       {"lines", brief.lines()},
                       {"fields", brief.fields()},
                       {"requirements", requirements}};
  // Through text and back: what an implementation said may hold anything, what this returns is UTF-8.
  return json::parse(report.dump(-1, ' ', false, json::error_handler_t::replace));
}

}  // namespace coffer::conformance
