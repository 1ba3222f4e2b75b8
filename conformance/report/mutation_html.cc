// The kill matrix as a page, in the style of a run's report, readable without script.
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>

#include "report/escape.h"
#include "report/mutation.h"
#include "report/page.h"

namespace coffer::conformance {
namespace {

using nlohmann::json;

constexpr std::string_view style = R"(
table.matrix { border-collapse: collapse; width: 100%; font-size: .85rem; }
table.matrix th, table.matrix td { text-align: left; vertical-align: top; padding: .4rem .8rem .4rem 0; border-bottom: 1px solid var(--line); }
table.matrix code { font: .8rem var(--mono); overflow-wrap: anywhere; }
table.matrix summary { cursor: pointer; }
.killed { color: var(--pass); } .survived, .caught_elsewhere { color: var(--fail); } .broken { color: var(--error); } .soft { color: var(--soft); }
)";

std::string text(const json& of, const char* member) { return for_xml(of.at(member).get<std::string>()); }

std::string cases(const json& fault, const char* member, std::string_view open_word) {
  const json& names = fault.at(member);
  if (names.empty()) return fmt::format("<span class=\"soft\">0 {}</span>", open_word);
  std::string made = fmt::format("<details><summary>{} {}</summary>", names.size(), open_word);
  for (const json& one : fault.at("failed"))
    if (std::ranges::find(names, one.at("case")) != names.end())
      made +=
          fmt::format("<code title=\"expected {}; got {}\">{}</code><br>", text(one, "expected"), text(one, "actual"), text(one, "case"));
  return made + "</details>";
}

std::string row(const json& one) {
  const std::string fate = one.at("fate");
  const char* said = one.contains("exception") ? "exception" : one.contains("trouble") ? "trouble" : nullptr;
  return fmt::format(
      "<tr><td><code>{}</code><br><span class=\"soft\">{}</span></td><td>{}</td><td "
      "class=\"{}\">{}{}</td><td>{}</td><td>{}{}</td><td>{}</td></tr>\n",
      text(one, "name"), text(one, "what"), text(one, "role"), fate, fate, said != nullptr ? "<br>" + text(one, said) : "",
      cases(one, "killed_by", fmt::format("of {} citing cases", one.at("citing_run").get<int>())), cases(one, "vectors", "vectors"),
      one.at("failed_on_the_way").empty() ? "" : cases(one, "failed_on_the_way", "on the way"),
      cases(one, "fell_too", fmt::format("of {} tried of {}", one.at("other_run").get<int>(), one.at("other_cases").get<int>())));
}

}  // namespace

std::string mutation_html(const json& mutation) {
  std::map<std::pair<std::string, std::string>, std::string> rows;  // by fault and role
  for (const json& one : mutation.at("faults")) rows[{one.at("name"), one.at("role")}] = row(one);
  const json& counts = mutation.at("summary");
  const auto count = [&](const char* member) { return counts.at(member).get<std::size_t>(); };
  std::string body = fmt::format(
      "<header class=\"top\"><p class=\"eyebrow\">Coffer kill matrix</p><h1>{} <small>{}</small></h1><p class=\"verdict-line\"><b>{} of "
      "{}</b> "
      "faults killed, {} caught elsewhere only, {} survived, {} broken; <b>{} of {}</b> MUSTs of a role have a killed fault, {} are "
      "excepted, "
      "{} have no fault.</p><p class=\"soft\">{}</p></header>\n<main>\n",
      text(mutation.at("implementation"), "name"), text(mutation.at("implementation"), "version"), count("killed"), count("faults"),
      count("caught_elsewhere"), count("survived"), count("broken"), count("requirements_killed"), count("requirements"),
      count("requirements_excepted"), count("requirements_without_fault"),
      std::ranges::any_of(mutation.at("faults"), [](const json& one) { return one.at("other_run") != one.at("other_cases"); })
          ? fell_too_is_a_sample
          : "Every case was tried.");
  for (const json& one : mutation.at("requirements")) {
    if (one.at("faults").empty() && !one.contains("exception") && mutation.at("run").at("every_fault") == false) continue;
    body +=
        fmt::format("<section id=\"{0}-{1}\"><h2>{0} · {1}</h2><p>{2}</p>\n", text(one, "id"), text(one, "role"), text(one, "sentence"));
    if (one.contains("exception")) body += fmt::format("<p class=\"soft\">Excepted: {}</p>\n", text(one, "exception"));
    if (!one.at("faults").empty()) {
      body +=
          "<table class=\"matrix\"><tr><th>Fault</th><th>Role</th><th>Fate</th><th>Killed by</th><th>Besides</th><th>Fell too</th></tr>\n";
      for (const json& fault : one.at("faults")) body += rows[{fault, one.at("role")}];
      body += "</table>\n";
    } else if (!one.contains("exception")) {
      body += "<p class=\"survived\">No fault breaks it.</p>\n";
    }
    body += "</section>\n";
  }
  if (!mutation.at("idle_citations").empty()) {
    body +=
        "<section id=\"idle\"><h2>Idle citations</h2><p>Cases that ran with each fault of a requirement that they cite, and passed each "
        "time.</p>\n<table class=\"matrix\"><tr><th>Case</th><th>Cites</th><th>Why</th></tr>\n";
    for (const json& one : mutation.at("idle_citations"))
      body += fmt::format("<tr><td><code>{}</code></td><td>{}</td><td>{}</td></tr>\n", text(one, "case"), text(one, "requirement"),
                          one.contains("exception") ? text(one, "exception") : "<span class=\"survived\">no reason is given</span>");
    body += "</table></section>\n";
  }
  return fmt::format(
      "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" content=\"width=device-width, "
      "initial-scale=1\">\n<meta name=\"color-scheme\" content=\"light dark\">\n<meta http-equiv=\"Content-Security-Policy\" "
      "content=\"default-src 'none'; style-src 'unsafe-inline'; img-src data:\">\n<link rel=\"icon\" href=\"data:,\">\n<title>Coffer kill "
      "matrix</title>\n<style>\n{}{}</style>\n</head>\n<body>\n{}</main>\n</body>\n</html>\n",
      page_css, style, body);
}

}  // namespace coffer::conformance
