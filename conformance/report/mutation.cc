// The kill matrix as JSON and on a terminal.
#include "report/mutation.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "judge/mutate.h"
#include "report/escape.h"

namespace coffer::conformance {
namespace {

using nlohmann::json;

constexpr std::size_t cases_named_max = 3;

json ids(const std::vector<Catch>& of) {
  json all = json::array();
  for (const Catch& one : of) all.push_back(one.id);
  return all;
}

json fault_json(const FaultResult& one) {
  json made = {{"name", one.fault},
               {"role", one.role},
               {"requirements", one.requirements},
               {"what", one.what},
               {"fate", name(one.fate)},
               {"killed", one.fate == Fate::killed},
               {"killed_by", ids(one.killers)},
               {"fell_too", ids(one.others)},
               {"failed_on_the_way", ids(one.on_the_way)},
               {"vectors", ids(one.vectors)},
               {"citing_cases", one.citing},
               {"citing_run", one.citing_run},
               {"other_cases", one.others_all},
               {"other_chosen", one.others_chosen},
               {"other_run", one.others_run},
               {"inconclusive", one.inconclusive},
               {"duration_ms", one.duration_ms}};
  made["failed"] = json::array();
  for (const auto* some : {&one.killers, &one.others, &one.on_the_way, &one.vectors})
    for (const Catch& of : *some)
      made["failed"].push_back({{"case", of.id}, {"requirements", of.requirements}, {"expected", of.expected}, {"actual", of.actual}});
  if (!one.trouble.empty()) made["trouble"] = one.trouble;
  if (!one.excuse.empty()) made["exception"] = one.excuse;
  return made;
}

json requirement_json(const RequirementFaults& one) {
  json made = {{"id", one.id}, {"role", one.role}, {"sentence", one.sentence}, {"faults", one.faults}, {"killed", one.killed}};
  if (!one.excuse.empty()) made["exception"] = one.excuse;
  return made;
}

json idle_json(const IdleCitation& one) {
  json made = {{"case", one.id}, {"requirement", one.requirement}, {"faults", one.faults}};
  if (!one.excuse.empty()) made["exception"] = one.excuse;
  return made;
}

json summary(const MutateResult& result) {
  json made = {{"faults", result.faults.size()}, {"requirements", result.requirements.size()}, {"idle_citations", result.idle.size()}};
  made["idle_excepted"] = std::ranges::count_if(result.idle, [](const auto& one) { return !one.excuse.empty(); });
  for (const auto fate : {Fate::killed, Fate::caught_elsewhere, Fate::survived, Fate::broken})
    made[std::string(name(fate))] = std::ranges::count(result.faults, fate, &FaultResult::fate);
  const auto requirements = [&](const char* member, auto holds) { made[member] = std::ranges::count_if(result.requirements, holds); };
  requirements("requirements_killed", [](const auto& one) { return !one.killed.empty(); });
  requirements("requirements_excepted", [](const auto& one) { return one.killed.empty() && !one.excuse.empty(); });
  requirements("requirements_without_fault", [](const auto& one) { return one.faults.empty() && one.excuse.empty(); });
  requirements("requirements_unkilled", [](const auto& one) { return !one.faults.empty() && one.killed.empty() && one.excuse.empty(); });
  return made;
}

std::string text(const json& of, const char* member) { return for_terminal(of.at(member).get<std::string>()); }

/// "framing.a, framing.b and 7 more".
std::string named(const json& catches, std::size_t most) {
  std::string names;
  for (std::size_t i = 0; i < std::min(catches.size(), most); ++i)
    names += (i == 0 ? "" : ", ") + for_terminal(catches[i].get<std::string>());
  return catches.size() > most ? names + fmt::format(" and {} more", catches.size() - most) : names;
}

/// The requirements of which a case fell beside those that the fault breaks, and how many cases were tried: some of all, as time allows.
std::string fell_too(const json& fault) {
  std::vector<std::string> ids;
  for (const json& one : fault.at("failed")) {
    if (std::ranges::find(fault.at("fell_too"), one.at("case")) == fault.at("fell_too").end()) continue;
    const auto id = one.at("requirements").at(0).get<std::string>();
    if (std::ranges::find(ids, id) == ids.end()) ids.push_back(id);
  }
  std::ranges::sort(ids);
  const auto tried = fmt::format("{} of {} tried of {}", fault.at("fell_too").size(), fault.at("other_run").get<int>(),
                                 fault.at("other_cases").get<int>());
  return ids.empty() || ids.size() > 6 ? tried : for_terminal(fmt::format("{} ({})", tried, fmt::join(ids, " ")));
}

}  // namespace

json mutation_json(const MutateResult& result) {
  json faults = json::array(), requirements = json::array(), clean = json::array(), idle = json::array();
  for (const auto& one : result.idle) idle.push_back(idle_json(one));
  for (const auto& one : result.faults) faults.push_back(fault_json(one));
  for (const auto& one : result.requirements) requirements.push_back(requirement_json(one));
  for (const auto& one : result.clean)
    clean.push_back({{"case", one.id}, {"verdict", name(one.verdict)}, {"expected", one.script.expected}, {"actual", one.script.actual}});
  const json made = {{"coffer_mutate", 1},
                     {"suite", {{"name", "coffer-conform"}, {"version", result.suite_version}}},
                     {"implementation",
                      {{"name", result.implementation.name},
                       {"version", result.implementation.version},
                       {"roles", result.implementation.roles},
                       {"adapter", result.implementation.adapter_command}}},
                     {"run",
                      {{"started_at", result.started_at},
                       {"duration_ms", result.duration_ms},
                       {"seed", result.seed},
                       {"every_fault", result.every_fault},
                       {"command_line", result.command_line},
                       {"exit_code", result.exit_code}}},
                     {"troubles", result.troubles},
                     {"clean_run", {{"cases", result.clean_run}, {"not_passed", clean}}},
                     {"stale_exceptions", result.stale},
                     {"summary", summary(result)},
                     {"faults", faults},
                     {"requirements", requirements},
                     {"idle_citations", idle}};
  return json::parse(made.dump(-1, ' ', false, json::error_handler_t::replace));
}

std::string mutation_terminal(const json& mutation, bool colour) {
  const auto painted = [&](std::string_view code, std::string_view words) {
    return colour ? fmt::format("\x1b[{}m{}\x1b[0m", code, words) : std::string(words);
  };
  std::string made;
  for (const json& trouble : mutation.at("troubles"))
    made += painted("1;35", "error") + " " + for_terminal(trouble.get<std::string>()) + "\n";
  for (const json& one : mutation.at("clean_run").at("not_passed"))
    made += fmt::format("{} {} does not pass without any fault, and is left out: expected {}, got {}\n", painted("1;35", "error"),
                        text(one, "case"), text(one, "expected"), text(one, "actual"));
  std::string chapter;
  for (const json& one : mutation.at("faults")) {
    const std::string fate = one.at("fate");
    const bool killed = fate == "killed", excused = one.contains("exception");
    const std::string head = one.at("role").get<std::string>() + one.at("name").get<std::string>().substr(0, 3);
    if (head != chapter) made += "\n";
    chapter = head;
    made += fmt::format("  {} {:<6} {:<44} ",
                        painted(killed    ? "32"
                                : excused ? "33"
                                          : "1;31",
                                fmt::format("{:<16}", fate)),
                        text(one, "role"), text(one, "name"));
    if (killed) {
      made += fmt::format("{} of {}: {}", one.at("killed_by").size(), one.at("citing_run").get<int>(),
                          named(one.at("killed_by"), cases_named_max));
      made += painted("2", "; fell too: " + fell_too(one));
    } else if (excused) {
      made += text(one, "exception");
    } else if (fate == "broken") {
      made += text(one, "trouble");
    } else {
      made += fmt::format("it {}; none of {} citing cases failed", text(one, "what"), one.at("citing_run").get<int>());
      for (const auto& [member, how] : {std::pair{"failed_on_the_way", "on the way "}, {"vectors", "of vectors "}, {"fell_too", ""}})
        if (!one.at(member).empty()) made += fmt::format(", but {}{}", how, named(one.at(member), cases_named_max));
      if (one.at("inconclusive") != 0) made += fmt::format(", {} were inconclusive", one.at("inconclusive").get<int>());
    }
    made += "\n";
  }
  made += "\n";
  if (mutation.at("run").at("every_fault") == true)
    for (const json& one : mutation.at("requirements"))
      if (one.at("faults").empty() && !one.contains("exception"))
        made += fmt::format("  {} {:<6} {}  {}\n", painted("33", "without a fault "), text(one, "role"), text(one, "id"),
                            text(one, "sentence"));
  for (const json& one : mutation.at("idle_citations"))
    if (!one.contains("exception"))
      made += fmt::format("  {} {} cites {}, and did not fail with {}\n", painted("33", "idle citation:  "), text(one, "case"),
                          text(one, "requirement"), named(one.at("faults"), cases_named_max));
  for (const json& stale : mutation.at("stale_exceptions"))
    made += fmt::format("  {} {}\n", painted("33", "stale exception:"), for_terminal(stale.get<std::string>()));
  const json& counts = mutation.at("summary");
  const auto count = [&](const char* member) { return counts.at(member).get<std::size_t>(); };
  made += fmt::format("\n  {} of {} faults killed, {} caught elsewhere only, {} survived, {} broken\n", count("killed"), count("faults"),
                      count("caught_elsewhere"), count("survived"), count("broken"));
  made += fmt::format(
      "  {} of {} MUSTs of a role that wire, state or a case can judge have a killed fault, {} are excepted, {} unkilled, {} without a "
      "fault\n",
      count("requirements_killed"), count("requirements"), count("requirements_excepted"), count("requirements_unkilled"),
      count("requirements_without_fault"));
  const auto sampled = [](const json& one) { return one.at("other_run") != one.at("other_cases"); };
  if (std::ranges::any_of(mutation.at("faults"), sampled)) made += fmt::format("  {}\n", fell_too_is_a_sample);
  made += fmt::format("  {} citations of cases that ran with each of a requirement's faults and passed each time, {} of them excepted\n",
                      count("idle_citations"), count("idle_excepted"));
  made += fmt::format("  {} cases ran without any fault first; all in {:.1f} s\n", mutation.at("clean_run").at("cases").get<int>(),
                      mutation.at("run").at("duration_ms").get<double>() / 1000);
  return made;
}

}  // namespace coffer::conformance
