// The commands that run no case: list, explain, cover, ics, check-adapter, fixture.
#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "adapter/adapter.h"
#include "cases/all.h"
#include "coffer/spec/requirements.h"
#include "judge/cover.h"
#include "judge/deployment.h"
#include "judge/reach.h"
#include "judge/selection.h"
#include "peer/outcome.h"
#include "program/commands.h"
#include "program/frame_text.h"
#include "report/escape.h"

namespace coffer::conformance {
namespace {

/// Lines of the terminal's width, the further ones under the first, which stands behind so many columns; where there is no terminal, one
/// line.
std::string wrapped(const std::string& words, std::size_t before) {
  winsize size{};
  if (::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col < before + 20) return words;
  const std::size_t room = size.ws_col - before;
  std::string text;
  std::size_t used = 0;
  for (std::size_t at = 0; at < words.size();) {
    const auto end = std::min(words.find(' ', at), words.size());
    if (used != 0 && used + 1 + (end - at) > room) {
      text += '\n' + std::string(before, ' ');
      used = 0;
    }
    text += (used == 0 ? "" : " ") + words.substr(at, end - at);
    used += (used == 0 ? 0 : 1) + end - at;
    at = end + 1;
  }
  return text;
}

bool applies(const RequirementCover& requirement, const std::vector<std::string>& roles) {
  return requirement.role == "endpoint" || std::ranges::find(roles, requirement.role) != roles.end();
}

void print_requirement(const spec::Requirement& row) {
  fmt::print("{}  {} · {} · {} · {} · chapter {}\n  {}\n\n", row.id, row.level, row.role, row.judged, row.provenance, row.chapter,
             row.sentence);
}

/// The sentence, and the cases that judge it.
int explain_requirement(const spec::Requirement& row, const std::vector<Case>& all) {
  print_requirement(row);
  const auto judging = select(all, {.globs = {}, .role = {}, .requirements = {std::string(row.id)}});
  fmt::print("{}\n", judging.empty() ? fmt::format("No case judges it: its evidence is of the kind {}.", row.judged)
                                     : fmt::format("Judged by {} {}:", judging.size(), judging.size() == 1 ? "case" : "cases"));
  for (const auto* one : judging) fmt::print("  {}\n", one->id);
  if (!judging.empty()) fmt::print("\nRun them         coffer-conform run --requirement {} --adapter COMMAND\n", row.id);
  return exit_ok;
}

void print_shown(const Shown& shown) {
  const auto sent = shown.sent();
  fmt::print("\nThe frame that is sent (identities, tokens and random values are examples)\n{}", frame_text(sent));
  if (shown.reason)
    fmt::print("\nWhat must come back: Disconnect of reason {} ({}), then the end of the connection\n{}",
               static_cast<unsigned>(*shown.reason), spec::name(*shown.reason), frame_text(control_frame(disconnect(*shown.reason))));
  if (!shown.neighbour) return;
  const auto neighbour = shown.neighbour();
  const auto differs = difference(sent, neighbour);
  fmt::print("\nIts valid neighbour, which must be accepted{}\n{}", differs.empty() ? "" : "; the frame above differs in " + differs,
             frame_text(neighbour));
}

}  // namespace

int list_command(const std::vector<std::string>& globs, const std::string& role, const std::vector<std::string>& requirements, bool json) {
  Selection selection{.globs = globs, .role = {}, .requirements = requirements};
  if (role == "server") selection.role = Role::server;
  if (role == "client") selection.role = Role::client;
  const auto all = whole_suite();
  const auto chosen = select(all, selection);
  if (chosen.empty()) return usage_error(why_nothing(all, selection));
  auto document = nlohmann::json::array();
  std::size_t id_columns = 0, requirement_columns = 0;
  for (const auto* one : chosen) {
    id_columns = std::max(id_columns, one->id.size());
    requirement_columns = std::max(requirement_columns, fmt::formatted_size("{}", fmt::join(one->requirements, " ")));
  }
  for (const auto* one : chosen) {
    if (json)
      document.push_back({{"id", one->id},
                          {"requirements", one->requirements},
                          {"level", name(one->level)},
                          {"role", name(one->role)},
                          {"rejection", bool(one->twin)},
                          {"goal", one->goal},
                          {"steps", one->steps}});
    else
      fmt::print("{:<8}  {:<{}}  {:<{}}  {}\n", name(one->role), one->id, id_columns, fmt::format("{}", fmt::join(one->requirements, " ")),
                 requirement_columns, one->goal);
  }
  if (json) fmt::print("{}\n", document.dump(1));
  fmt::print(stderr, "{} of {} cases\n", chosen.size(), all.size());
  return exit_ok;
}

int explain_command(const std::string& id) {
  const auto all = whole_suite();
  if (const auto* row = spec::requirement(id)) return explain_requirement(*row, all);
  const auto found = std::ranges::find(all, id, &Case::id);
  if (found == all.end()) {
    if (id.find_first_of("*?") != std::string::npos)
      return usage_error("explain takes one id, not a pattern; `coffer-conform list '" + id + "'` shows which there are");
    return usage_error(why_nothing(all, {.globs = {id}, .role = {}, .requirements = {}}));
  }
  const auto whom = found->role == Role::endpoint ? "either end" : fmt::format("a {}", name(found->role));
  fmt::print("{}\n\nWhat it shows    {}\nJudges           {} ({})\n\n", found->id, found->goal, whom, name(found->level));
  for (const auto& requirement : found->requirements)
    if (const auto* row = spec::requirement(requirement)) print_requirement(*row);
  if (!found->steps.empty()) {
    fmt::print("Script\n");
    for (std::size_t i = 0; i < found->steps.size(); ++i) fmt::print("  {}. {}\n", i + 1, found->steps[i]);
  }
  if (found->shown.sent) print_shown(found->shown);
  if (found->twin) fmt::print("\nA rejection: it counts only if its twin, the nearest valid neighbour, is accepted.\n");
  std::vector<std::string> needs = found->needs.verbs;
  if (found->role == Role::client && found->needs.vector_kind.empty()) needs.push_back("drive");
  if (found->needs.destinations) needs.push_back("several destinations");
  if (found->needs.fixture || found->needs.own_server) needs.push_back("prepare and serve anew");
  if (!needs.empty()) fmt::print("\nNeeds of the adapter: {}\n", fmt::join(needs, ", "));
  fmt::print("\nRun it           coffer-conform run {} --trace --adapter COMMAND\n", found->id);
  return exit_ok;
}

namespace {

/// Has it serve as a run would, and looks whether a server is there.
int not_fit() {
  fmt::print("The adapter is not fit to be used yet; its contract is interop/README.md.\n");
  return exit_suite_error;
}

int check_serving(Adapter& process) {
  std::string verb = "prepare";
  try {
    try {
      process.call("prepare", {{"fixture", nlohmann::json::parse(Fixture().to_json())}});
    } catch (const Unimplemented& reason) {
      fmt::print("`prepare` is unimplemented ({}): its server is taken to have the accounts of `coffer-conform fixture`.\n",
                 for_terminal(reason.what()));
    }
    verb = "serve";
    const auto reply = process.call("serve");
    if (const auto refused = reply.find("refused"); refused != reply.end()) {
      fmt::print("fault: `serve` refuses the ordinary accounts, those of `coffer-conform fixture`: {}. Nearly every case needs them.\n",
                 refused->dump());
      return exit_suite_error;
    }
    const auto served = served_by(reply);
    if (const auto trouble = cannot_reach(served.server, served.pin, {}, NamedBy::reply)) {
      fmt::print("fault: {}\n", for_terminal(*trouble));
      return exit_suite_error;
    }
    fmt::print("It serves on port {}.\n", served.server.port);
    return exit_ok;
  } catch (const Unimplemented& reason) {
    fmt::print("fault: `{}` is unimplemented ({}); a server's adapter needs it\n", verb, for_terminal(reason.what()));
  } catch (const SuiteFault& fault) {
    fmt::print("fault: {}\n{}", for_terminal(fault.what()), for_terminal(process.take_errors()));
  }
  return exit_suite_error;
}

}  // namespace

int check_adapter_command(const std::string& adapter, std::uint32_t hello_seconds) {
  if (adapter.empty()) return usage_error("check-adapter takes the adapter's command");
  std::string errors;
  const auto faults = preflight(
      adapter, &errors, [](std::string_view what) { fmt::print(stderr, "coffer-conform: {}\n", what); },
      std::chrono::seconds(hello_seconds));
  for (const auto& fault : faults) fmt::print("fault: {}\n", for_terminal(fault));
  if (!errors.empty() && !faults.empty()) fmt::print("its standard error ends:\n{}\n", for_terminal(errors));
  if (!faults.empty()) return not_fit();
  Adapter process(adapter);
  const auto said = hello(process, std::chrono::seconds(hello_seconds));
  fmt::print("It speaks for {} as {}.\n", for_terminal(said.name + (said.version.empty() ? "" : " ") + said.version),
             fmt::join(said.roles, " and "));
  if (std::ranges::find(said.roles, "server") != said.roles.end() && check_serving(process) != exit_ok) return not_fit();
  try {
    process.bye();
  } catch (const SuiteFault& fault) {
    fmt::print("fault: {}\n{}", for_terminal(fault.what()), for_terminal(process.take_errors()));
    return not_fit();
  }
  fmt::print("The adapter keeps its contract.\n");
  return exit_ok;
}

int cover_command(bool only_missing) {
  std::size_t judged = 0, covered = 0;
  for (const auto& row : cover(whole_suite(), {})) {
    const bool ours = row.judged == "wire" || row.judged == "state";
    judged += ours ? 1 : 0;
    covered += ours && !row.cases.empty() ? 1 : 0;
    if (only_missing && (!ours || !row.cases.empty())) continue;
    fmt::print("{:<8} {:<6} {:<8} {:<7} {:>3}  {}\n", row.id, row.level, row.role, row.judged, row.cases.size(),
               wrapped(row.cases.empty() ? row.sentence : fmt::format("{}", fmt::join(row.cases, " ")), 38));
  }
  fmt::print("{} of {} requirements that the wire or observed state can judge have a case\n", covered, judged);
  return exit_ok;
}

int ics_command(const std::string& adapter, std::uint32_t hello_seconds) {
  std::vector<std::string> roles{"server", "client"};
  fmt::print("Implementation conformance statement (ICS)\n");
  if (!adapter.empty()) {
    try {
      Adapter process(adapter);
      const auto said = hello(process, std::chrono::seconds(hello_seconds));
      roles = said.roles;
      fmt::print("Implementation   {} {}\nRoles            {}\n", for_terminal(said.name), for_terminal(said.version),
                 fmt::join(said.roles, ", "));
      for (const auto& [key, value] : said.claims) fmt::print("{:<16} {}\n", for_terminal(key), for_terminal(value));
    } catch (const std::exception& fault) {
      fmt::print(stderr, "coffer-conform: {}\n", for_terminal(fault.what()));
      return exit_suite_error;
    }
  }
  fmt::print("\n{:<8} {:<6} {:<8} {:<7} {:<5}\n", "id", "level", "role", "judged", "cases");
  std::size_t must = 0, judged = 0;
  for (const auto& row : cover(whole_suite(), {})) {
    if (!applies(row, roles)) continue;
    must += row.level == "MUST" ? 1 : 0;
    judged += row.level == "MUST" && !row.cases.empty() ? 1 : 0;
    fmt::print("{:<8} {:<6} {:<8} {:<7} {:>5}\n", row.id, row.level, row.role, row.judged, row.cases.size());
  }
  fmt::print("\n{} MUST apply; the suite judges {} of them, the others are judged by review or models\n", must, judged);
  return exit_ok;
}

int fixture_command() {
  fmt::print("{}\n", Fixture().to_json());
  return exit_ok;
}

}  // namespace coffer::conformance
