// The report in a terminal or a CI log. First what wants attention, each case whole; last the counts, where the eye ends up.
#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <vector>

#include "report/escape.h"
#include "report/outcome.h"
#include "report/report.h"

namespace coffer::conformance {
namespace {

using nlohmann::json;

std::string_view colour_of(std::string_view outcome) {
  if (outcome == "pass") return "32";
  if (outcome == "fail") return "1;31";
  if (outcome == "error") return "1;35";
  if (outcome == "warn" || outcome == "inconclusive" || outcome == "not_run" || outcome == "stale") return "33";
  return "2";
}

std::string text(const json& of, const char* field) { return for_terminal(of.at(field).get<std::string>()); }

class Page {
 public:
  explicit Page(const TerminalStyle& style) : style_(style) {}

  std::string painted(std::string_view code, std::string_view words) const {
    return style_.colour && !code.empty() ? fmt::format("\x1b[{}m{}\x1b[0m", code, words) : std::string(words);
  }
  std::string dim(std::string_view words) const { return painted("2", words); }
  std::string bold(std::string_view words) const { return painted("1", words); }

  void line(std::string_view words = {}) { made_.append(words).append("\n"); }

  /// Text behind a prefix of so many columns, wrapped at spaces, every further line under the text.
  void wrapped(std::string prefix, std::size_t prefix_columns, std::string_view words, std::string_view code = {}) {
    const std::size_t room = std::max(style_.columns, prefix_columns + 40) - prefix_columns;
    while (true) {
      std::size_t end = std::min(words.find('\n'), words.size());
      if (end > room) {
        const std::size_t space = words.rfind(' ', room);
        end = space == std::string_view::npos || space == 0 ? std::min(words.find(' ', room), end) : space;
      }
      line(prefix + painted(code, words.substr(0, end)));
      if (end >= words.size()) return;
      words.remove_prefix(end + 1);
      prefix.assign(prefix_columns, ' ');
    }
  }

  void labelled(std::string_view label, std::string_view words) { wrapped("        " + dim(fmt::format("{:<11}", label)), 19, words); }

  /// For what is copied into a shell, and for a heading of its own.
  void unwrapped(std::string_view label, std::string_view words) {
    line("        " + dim(words.empty() ? std::string(label) : fmt::format("{:<11}", label)) + std::string(words));
  }

  const TerminalStyle& style() const { return style_; }
  std::string take() { return std::move(made_); }

 private:
  TerminalStyle style_;
  std::string made_;
};

void transcript(Page& page, const json& lines) {
  constexpr std::size_t hex_digits_max = 64;
  for (const json& entry : lines) {
    const std::string direction = entry.at("direction");
    const char* arrow = direction == "sent" ? "->" : direction == "received" ? "<-" : direction == "happened" ? "**" : "  ";
    std::string said = text(entry, "what");
    if (entry.contains("fields")) {
      std::string fields;
      for (const json& field : entry.at("fields")) {
        fields += fmt::format("{}{}={}", fields.empty() ? "" : ", ", for_terminal(field.at(0).get<std::string>()),
                              for_terminal(field.at(1).get<std::string>()));
      }
      said += fmt::format("{{{}}}", fields);
    }
    if (entry.contains("note")) said += "  (" + text(entry, "note") + ")";
    const std::string head =
        fmt::format("          {:>9.3f} ms {:>1} {} ", entry.at("at_us").get<double>() / 1000, text(entry, "connection"), arrow);
    page.wrapped(head, head.size(), said, direction == "remark" ? "2" : "");
    if (!entry.contains("hex")) continue;
    const std::string hex = for_terminal(entry.at("hex").get<std::string>());
    std::string shown;
    for (std::size_t i = 0; i < std::min(hex.size(), hex_digits_max); i += 2) shown += (shown.empty() ? "" : " ") + hex.substr(i, 2);
    const auto octets = entry.at("octets").get<std::size_t>();
    page.line(page.dim(fmt::format("{:>28}{}{}", "", shown, octets * 2 > hex_digits_max ? fmt::format(" … {} octets", octets) : "")));
  }
}

void twin(Page& page, const json& twin) {
  const std::string became = twin.at("verdict");
  if (became == "pass") return page.labelled("twin", "pass: the nearest valid neighbour is accepted");
  if (became == "not_run") return page.labelled("twin", "not run: the case itself did not come far enough");
  page.labelled("twin", in_words(became) + ": " + text(twin, "actual"));
  if (page.style().transcripts) transcript(page, twin.at("transcript"));
}

void case_in_full(Page& page, const json& one, const Requirements& requirements) {
  const std::string verdict = one.at("verdict"), standing = one.at("standing");
  const std::string shown = standing == "stale" ? "stale" : verdict;
  page.line();
  std::string heading = page.painted(colour_of(shown), fmt::format("{:<6} ", in_words(shown))) + page.bold(for_terminal(named(one))) +
                        page.dim(fmt::format("  {} · {}", text(one, "role"), text(one, "level")));
  page.line("  " + heading);
  for (const std::string id : one.at("requirements")) {
    const auto known = requirements.find(id);
    page.labelled(id, known == requirements.end() ? "(not in the specification)" : text(*known->second, "sentence"));
  }
  page.labelled("goal", text(one, "goal"));
  if (standing == "stale") page.labelled("stale", "passes, but the baseline lists it: " + for_terminal(one.value("baseline_reason", "")));
  if (standing == "unexpected" && one.contains("baseline_reason"))
    page.labelled("baseline", "lists it with another verdict: " + text(one, "baseline_reason"));
  if (one.at("expected") != "") page.labelled("expected", text(one, "expected"));
  if (one.at("actual") != "") page.labelled("actual", text(one, "actual"));
  if (one.at("note") != "") page.labelled("note", text(one, "note"));
  if (page.style().transcripts && !one.at("transcript").empty()) {
    page.unwrapped("transcript", "");
    transcript(page, one.at("transcript"));
  }
  if (one.contains("twin")) twin(page, one.at("twin"));
  if (const std::string words = one.value("adapter_stderr", ""); !words.empty()) page.labelled("adapter", for_terminal(words));
  page.unwrapped("reproduce", text(one, "reproduce"));
}

/// At most so many octets, cut between characters.
std::string beginning_of(std::string words, std::size_t octets_max) {
  if (words.size() <= octets_max) return words;
  while (octets_max > 0 && (static_cast<unsigned char>(words[octets_max]) & 0xC0) == 0x80) --octets_max;
  words.resize(octets_max);
  return words + "…";
}

void case_in_brief(Page& page, const json& one) {
  page.line(fmt::format("  {} {:<8} {:<44} {}",
                        page.painted(colour_of(one.at("verdict").get<std::string>()), fmt::format("{:<12}", in_words(one.at("verdict")))),
                        text(one, "role"), for_terminal(named(one)), for_terminal(beginning_of(one.at("actual").get<std::string>(), 70))));
}

std::string counts_line(const Page& page, const json& counts) {
  std::string made;
  for (const std::string_view outcome : outcomes) {
    const int count = counts.at(std::string(outcome)).get<int>();
    if (count == 0 && outcome != "pass" && outcome != "fail") continue;
    const std::string part = fmt::format("{} {}", count, in_words(std::string(outcome)));
    made += (made.empty() ? "" : ", ") + (count > 0 ? page.painted(colour_of(outcome), part) : part);
  }
  return made;
}

/// Why cases came to no verdict, each reason in a line.
void unjudged(Page& page, const json& groups) {
  for (const json& group : groups)
    page.wrapped("    " + page.dim(fmt::format("{:>5} {} {}: ", group.at("count").get<int>(), text(group, "role"),
                                               in_words(group.at("verdict").get<std::string>()))),
                 14, text(group, "reason"));
}

/// Only of roles that were judged: the others have no counts worth a line.
void chapters(Page& page, const json& cases) {
  struct Row {
    json counts;
    int planned = 0;
  };
  std::map<std::string, Row> rows;
  for (const json& one : cases) {
    if (one.at("verdict") == "not_applicable") continue;
    Row& row = rows[one.at("chapter").get<std::string>() + " · " + one.at("role").get<std::string>()];
    if (row.counts.is_null()) {
      for (const std::string_view outcome : outcomes) row.counts[std::string(outcome)] = 0;
    }
    ++row.planned;
    json& count = row.counts[one.at("verdict").get<std::string>()];
    count = count.get<int>() + 1;
  }
  page.line();
  for (const auto& [name, row] : rows)
    page.line(fmt::format("  {:<28} {:>4} planned: {}", for_terminal(name), row.planned, counts_line(page, row.counts)));
}

/// Faults first, then by what else wants to be read: warnings last.
std::vector<const json*> attention(const json& cases) {
  std::vector<const json*> found;
  for (const std::string_view wanted : {"error", "fail", "inconclusive", "not_run", "warn"}) {
    for (const json& one : cases) {
      const bool listed = one.at("standing") == "as_expected" && one.contains("baseline_reason");
      if (one.at("verdict") == wanted && !listed) found.push_back(&one);
    }
  }
  for (const json& one : cases) {
    if (one.at("standing") == "stale") found.push_back(&one);
  }
  return found;
}

}  // namespace

std::string terminal(const json& report, const TerminalStyle& style) {
  Page page(style);
  const Requirements requirements = requirements_of(report);
  const json& cases = report.at("cases");
  const json& summary = report.at("summary");

  // Nothing was judged: what stopped it is all there is to say, not each case that did not run.
  const json& faults = report.at("preflight_faults");
  const std::vector<const json*> wanting = faults.empty() ? attention(cases) : std::vector<const json*>{};
  const std::size_t in_full = std::min(wanting.size(), style.cases_in_full_max);
  const std::size_t in_brief = std::min(wanting.size() - in_full, style.cases_in_brief_max);
  for (std::size_t i = 0; i < in_full; ++i) case_in_full(page, *wanting[i], requirements);
  if (in_brief > 0) page.line("\n  And, in full only in the written report:");
  for (std::size_t i = in_full; i < in_full + in_brief; ++i) case_in_brief(page, *wanting[i]);
  if (wanting.size() > in_full + in_brief)
    page.line(fmt::format("  … and {} more in the written report", wanting.size() - in_full - in_brief));
  const bool bare = report.at("implementation").at("adapter") == "";
  for (const std::string fault : faults)
    page.line("  " + page.painted(colour_of("error"), bare ? "no case was run: " : "adapter ") + for_terminal(fault));
  if (!faults.empty() && !bare) {
    page.labelled("command", text(report.at("implementation"), "adapter"));
    page.labelled("next",
                  "no case was run: mend the adapter until `coffer-conform check-adapter` passes; interop/README.md is its contract");
  }
  for (const std::string fault : report.at("parting_faults"))
    page.line("  " + page.painted(colour_of("error"), "after the last case: ") + for_terminal(fault));
  for (const std::string id : report.at("stale_unknown"))
    page.line("  " + page.painted("33", "stale  ") + "the baseline lists a case that the suite does not have: " + for_terminal(id));
  if (!cases.empty() && faults.empty()) chapters(page, cases);

  const json& implementation = report.at("implementation");
  const json& run = report.at("run");
  page.line();
  const std::string version = text(implementation, "version");
  const std::string name = text(implementation, "name");
  page.line(fmt::format("  {}{}, judged by coffer-conform {}, seed {}", page.bold(name.empty() ? "an unnamed implementation" : name),
                        version.empty() ? "" : " " + version, for_terminal(report.at("suite").at("version").get<std::string>()),
                        run.at("seed").get<std::uint64_t>()));
  page.line("  " + page.bold(text(summary, "headline")));
  page.line(fmt::format("  {} planned: {}", summary.at("planned").get<int>(), counts_line(page, summary)));
  if (faults.empty()) unjudged(page, summary.at("unjudged"));
  for (const std::string hint : report.at("hints")) page.labelled("hint", for_terminal(hint));
  if (summary.at("expected_failures").get<int>() > 0)
    page.line(fmt::format("    {} as the baseline lists", summary.at("expected_failures").get<int>()));
  const auto stale = summary.at("stale").get<std::size_t>() + report.at("stale_unknown").size();
  if (stale > 0) page.line(fmt::format("    {} stale in the baseline, which passes or does not exist: take it out of the file", stale));
  return page.take();
}

}  // namespace coffer::conformance
