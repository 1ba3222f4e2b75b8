#include "report/report.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "coffer/spec/edition.h"
#include "run.h"

namespace coffer::conformance {
namespace {

using nlohmann::json;
using testing::HasSubstr;
using testing::Not;

std::size_t occurrences(std::string_view of, std::string_view in) {
  std::size_t count = 0;
  for (std::size_t at = in.find(of); at != std::string_view::npos; at = in.find(of, at + of.size())) ++count;
  return count;
}

// ---- report.json ----------------------------------------------------------------------------------------------------------------

TEST(ReportJson, CNF_001_names_the_edition_of_the_specification_not_the_suite) {
  const json report = to_json(test::one_of_each());
  EXPECT_EQ(report["specification"]["version"], spec::edition);
  EXPECT_EQ(report["suite"]["version"], "0.1.0");
}

TEST(ReportJson, counts_every_outcome_against_what_was_planned) {
  const json summary = to_json(test::one_of_each())["summary"];
  EXPECT_EQ(summary["planned"], 8);
  for (const char* outcome : {"pass", "warn", "inconclusive", "fail", "error", "not_applicable", "unimplemented", "not_run"})
    EXPECT_EQ(summary[outcome], 1) << outcome;
}

TEST(ReportJson, counts_by_role) {
  const json by_role = to_json(test::one_of_each())["summary"]["by_role"];
  EXPECT_EQ(by_role["server"]["planned"], 4);
  EXPECT_EQ(by_role["server"]["pass"], 1);
  EXPECT_EQ(by_role["client"]["planned"], 4);
  EXPECT_EQ(by_role["client"]["pass"], 0);
  EXPECT_EQ(by_role["client"]["not_applicable"], 1);
}

TEST(ReportJson, a_case_carries_what_it_takes_to_judge_and_repeat_it) {
  const json report = to_json(test::one_of_each());
  const json& failing = report["cases"][1];
  EXPECT_EQ(failing["id"], "framing.fails");
  EXPECT_EQ(failing["requirements"], json::array({"FRM-008"}));
  EXPECT_EQ(failing["verdict"], "fail");
  EXPECT_EQ(failing["standing"], "unexpected");
  EXPECT_EQ(failing["expected"], "disconnect{frame_too_large}");
  EXPECT_EQ(failing["seed"], 18446744073709551615U);
  EXPECT_EQ(failing["reproduce"], "coffer-conform run --case framing.fails");
  EXPECT_EQ(failing["twin"]["verdict"], "pass");
  EXPECT_EQ(failing["transcript"][1], (json{{"at_us", 1500},
                                            {"connection", "A"},
                                            {"direction", "sent"},
                                            {"what", "ping"},
                                            {"fields", json::array({json::array({"token", "7"})})},
                                            {"hex", "010000000010"},
                                            {"octets", 6}}));
  EXPECT_FALSE(report["cases"][0].contains("twin"));
}

TEST(ReportJson, a_run_says_what_it_takes_to_have_it_again) {
  RunResult run = test::run_with({});
  run.answer_ms = 700;
  run.connect = "127.0.0.1:4287";
  run.pin = "ab";
  run.fixture = "accounts.json";
  run.fault = "FRM_008_limit_ignored";
  const json told = to_json(run)["run"];
  EXPECT_EQ(told["answer_ms"], 700);
  EXPECT_EQ(told["connect"], "127.0.0.1:4287");
  EXPECT_EQ(told["pin"], "ab");
  EXPECT_EQ(told["fixture"], "accounts.json");
  EXPECT_EQ(told["fault"], "FRM_008_limit_ignored");
}

TEST(ReportJson, the_verdict_of_a_twin_does_not_hide_that_of_the_case) {
  CaseResult blind = test::case_result("framing.blind", "server", Verdict::inconclusive);
  blind.script.verdict = Verdict::pass;
  const json report = to_json(test::run_with({blind}));
  EXPECT_EQ(report["cases"][0]["verdict"], "inconclusive");
  EXPECT_EQ(report["cases"][0]["script_verdict"], "pass");
  EXPECT_EQ(report["summary"]["pass"], 0);
}

TEST(ReportJson, a_skipped_case_is_never_a_pass_and_says_why) {
  CaseResult skipped = test::case_result("framing.skipped", "client", Verdict::pass);
  skipped.skip = Skip::unimplemented;
  skipped.skip_reason = "no restore";
  const json report = to_json(test::run_with({skipped}));
  EXPECT_EQ(report["cases"][0]["verdict"], "unimplemented");
  EXPECT_EQ(report["cases"][0]["skip_reason"], "no restore");
  EXPECT_EQ(report["summary"]["pass"], 0);
}

TEST(ReportJson, is_utf_8_whatever_the_implementation_says) {
  EXPECT_NO_THROW(static_cast<void>(to_json(test::one_of_each()).dump()));  // dump is strict: it throws on octets that are no UTF-8
}

/// Two connections' worth of lines, with a frame that its fields tell and one that they do not.
CaseResult talkative(Verdict verdict) {
  CaseResult made = test::case_result("framing.talks", "server", verdict);
  const TranscriptEntry told{1550, 'A', Direction::sent, "ping", {{"token", "7"}}, std::string(1000, '0'), 500, "", true};
  const TranscriptEntry untold{1999, 'B', Direction::received, "octets", {}, std::string(1000, 'f'), 500, "cut", false};
  made.script.transcript = {{0, 'A', Direction::happened, "TCP connected", {}, "", 0, ""}, told, untold, told};
  made.script.transcript.back().at_us = 2000;
  made.has_twin = true;
  made.twin = made.script;
  return made;
}

TEST(ReportJson, a_pass_is_told_briefly_and_what_it_repeats_once) {
  const json report = to_json(test::run_with({talkative(Verdict::pass)}));
  EXPECT_EQ(report["fields"], json::parse(R"([[], ["token"]])"));
  EXPECT_EQ(report["lines"][0], json::parse(R"(["A*", "TCP connected"])"));
  EXPECT_EQ(report["lines"][1], json::parse(R"(["A+", "ping", 1, ["7"]])"));
  EXPECT_EQ(report["lines"][2], json({"B-", "octets", 0, json::array(), "cut", std::string(96, 'f'), 500}));
  EXPECT_EQ(report["lines"].size(), 3u);
  EXPECT_EQ(report["cases"][0]["brief"], json::parse("[0, 0, 15, 1, 4, 2, 1, 1]"));
  EXPECT_EQ(report["cases"][0]["twin"]["brief"], report["cases"][0]["brief"]);
  EXPECT_FALSE(report["cases"][0].contains("transcript"));
}

TEST(ReportJson, what_did_not_pass_as_expected_is_whole) {
  CaseResult stale = talkative(Verdict::pass);
  stale.standing = Standing::stale;
  for (const CaseResult& one : {talkative(Verdict::fail), talkative(Verdict::warn), talkative(Verdict::inconclusive), stale}) {
    const json report = to_json(test::run_with({one}));
    const json& told = report["cases"][0];
    EXPECT_EQ(told["transcript"][1]["hex"], std::string(1000, '0'));
    EXPECT_EQ(told["twin"]["transcript"].size(), 4u);
    EXPECT_TRUE(told.contains("reproduce"));
    EXPECT_TRUE(report["lines"].empty());
  }
  EXPECT_EQ(to_json(test::run_with({talkative(Verdict::pass)}), Passes::whole)["cases"][0]["transcript"][1]["hex"], std::string(1000, '0'));
}

// ---- junit.xml ------------------------------------------------------------------------------------------------------------------

TEST(ReportJUnit, counts_agree_with_its_cases) {
  const std::string xml = junit(to_json(test::one_of_each()));
  EXPECT_THAT(xml, HasSubstr("<testsuites name=\"coffer-conform: sample\" tests=\"8\" failures=\"2\" errors=\"1\" skipped=\"3\""));
  EXPECT_EQ(occurrences("<testcase ", xml), 8U);
  EXPECT_EQ(occurrences("<failure ", xml), 2U);  // fail and inconclusive
  EXPECT_EQ(occurrences("<error ", xml), 1U);
  EXPECT_EQ(occurrences("<skipped ", xml), 3U);
}

TEST(ReportJUnit, a_hostile_string_stays_text) {
  const std::string xml = junit(to_json(test::one_of_each()));
  EXPECT_THAT(xml, Not(HasSubstr("<script>")));
  EXPECT_THAT(xml, Not(HasSubstr("<img")));
  EXPECT_THAT(xml, HasSubstr("&lt;/script&gt;"));
  EXPECT_EQ(xml.find('\x1b'), std::string::npos);
  EXPECT_EQ(xml.find('\x01'), std::string::npos);
}

TEST(ReportJUnit, a_failure_that_the_baseline_lists_is_skipped_and_a_stale_entry_fails) {
  CaseResult listed = test::case_result("framing.listed", "server", Verdict::fail);
  listed.baseline_reason = "known, ticket 12";
  CaseResult stale = test::case_result("framing.stale", "server", Verdict::pass);
  stale.standing = Standing::stale;
  stale.baseline_reason = "was broken";
  const std::string xml = junit(to_json(test::run_with({listed, stale})));
  EXPECT_THAT(xml, HasSubstr("tests=\"2\" failures=\"1\" errors=\"0\" skipped=\"1\""));
  EXPECT_THAT(xml, HasSubstr("known, ticket 12"));
  EXPECT_THAT(xml, HasSubstr("type=\"stale\""));
}

TEST(ReportJUnit, tells_the_iterations_of_a_case_apart) {
  std::vector<CaseResult> cases(2, test::case_result("framing.passes", "server", Verdict::pass));
  cases[1].iteration = 2;
  const std::string xml = junit(to_json(test::run_with(cases)));
  for (const char* part : {"name=\"framing.passes\"", "name=\"framing.passes #2\""}) EXPECT_THAT(xml, HasSubstr(part));
}

TEST(ReportJUnit, an_adapter_that_never_started_is_no_empty_success) {
  RunResult run = test::run_with({});
  run.preflight_faults = {"answers a random verb with ok"};
  EXPECT_THAT(junit(to_json(run)), HasSubstr("tests=\"1\" failures=\"0\" errors=\"1\""));
}

// ---- report.html ----------------------------------------------------------------------------------------------------------------

std::string embedded_json(const std::string& page) {
  const std::string open = "<script type=\"application/json\" id=\"report\">";
  const std::size_t from = page.find(open) + open.size();
  return page.substr(from, page.find("</script>", from) - from);
}

TEST(ReportHtml, holds_the_whole_report) {
  const json report = to_json(test::one_of_each());
  EXPECT_EQ(json::parse(embedded_json(html(report))), report);
}

TEST(ReportHtml, a_hostile_string_cannot_leave_its_place) {
  const std::string page = html(to_json(test::one_of_each()));
  EXPECT_THAT(page, Not(HasSubstr("<script>alert")));
  EXPECT_THAT(page, Not(HasSubstr("<img")));
  EXPECT_THAT(page, Not(HasSubstr("<!--")));
  EXPECT_EQ(occurrences("</script>", page), 2U);  // the report's and the page's own
}

TEST(ReportHtml, asks_nothing_of_any_other_place) {
  const std::string page = html(to_json(test::one_of_each()));
  for (const char* outside : {"http://", "https://", "src=\"", "@import", "url("}) EXPECT_THAT(page, Not(HasSubstr(outside))) << outside;
  EXPECT_THAT(page, HasSubstr("default-src 'none'"));
}

TEST(ReportHtml, never_makes_markup_of_strings) {
  const std::string page = html(to_json(test::run_with({})));
  for (const char* way : {"innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval("})
    EXPECT_THAT(page, Not(HasSubstr(way))) << way;
}

TEST(ReportHtml, marks_of_the_template_in_the_report_stay_as_they_are) {
  RunResult run = test::run_with({});
  run.implementation.name = "@SCRIPT@ @STYLE@ @REPORT@";
  EXPECT_EQ(json::parse(embedded_json(html(to_json(run))))["implementation"]["name"], "@SCRIPT@ @STYLE@ @REPORT@");
}

// ---- terminal -------------------------------------------------------------------------------------------------------------------

TEST(ReportTerminal, always_prints_the_denominator) {
  const std::string shown = terminal(to_json(test::one_of_each()), {});
  EXPECT_THAT(shown, HasSubstr("1 of 4 server cases pass (1 warn, 1 inconclusive, 1 fail); "
                               "0 of 4 client cases pass (1 error, 1 not applicable, 1 needs an adapter, 1 not run)"));
  EXPECT_THAT(shown, HasSubstr("8 planned: 1 pass, 1 warn, 1 inconclusive, 1 fail, 1 error, 1 not applicable, 1 unimplemented, 1 not run"));
  EXPECT_THAT(terminal(to_json(test::run_with({})), {}), HasSubstr("no case was planned"));
}

CaseResult skipped(std::string id, std::string role, Skip skip, std::string reason) {
  CaseResult made = test::case_result(std::move(id), std::move(role), Verdict::none);
  made.skip = skip;
  made.skip_reason = std::move(reason);
  return made;
}

/// What --connect leaves: a server judged but for what an adapter would have to do, and no client.
RunResult a_bare_run() {
  return test::run_with({test::case_result("a.one", "server", Verdict::pass), test::case_result("a.two", "server", Verdict::pass),
                         skipped("a.three", "server", Skip::unimplemented, "needs `observe`"),
                         skipped("a.four", "server", Skip::unimplemented, "needs `observe`"),
                         skipped("client.one", "client", Skip::not_applicable, "no client here")});
}

TEST(ReportSummary, speaks_of_the_roles_that_were_judged) {
  RunResult run = a_bare_run();
  EXPECT_EQ(to_json(run)["summary"]["headline"], "2 of 4 server cases pass (2 need an adapter); client: not judged");
  run.implementation.adapter_command = "./adapter";
  EXPECT_EQ(to_json(run)["summary"]["headline"], "2 of 4 server cases pass (2 unimplemented); client: not judged");
  run.cases.erase(run.cases.begin(), run.cases.begin() + 2);
  EXPECT_EQ(to_json(run)["summary"]["headline"], "server: not judged (2 unimplemented); client: not judged");
  const auto unrun = to_json(test::run_with({test::case_result("a.one", "server", Verdict::none)}));
  EXPECT_EQ(unrun["summary"]["headline"], "server: not run");
  EXPECT_THAT(terminal(to_json(a_bare_run()), {}), Not(HasSubstr("0 of")));
}

TEST(ReportSummary, says_why_cases_came_to_no_verdict_once_per_reason) {
  const json report = to_json(a_bare_run());
  EXPECT_EQ(report["summary"]["unjudged"],
            (json::array({{{"role", "server"}, {"verdict", "unimplemented"}, {"reason", "needs `observe`"}, {"count", 2}},
                          {{"role", "client"}, {"verdict", "not_applicable"}, {"reason", "no client here"}, {"count", 1}}})));
  const std::string shown = terminal(report, {});
  EXPECT_EQ(occurrences("needs `observe`", shown), 1U);
  EXPECT_THAT(shown, HasSubstr("    2 server unimplemented: needs `observe`"));
  EXPECT_THAT(shown, HasSubstr("    1 client not applicable: no client here"));
  EXPECT_THAT(to_json(test::one_of_each())["cases"][7]["skip_reason"], HasSubstr("ended before"));
}

TEST(ReportTerminal, a_failure_shows_sentence_judgement_transcript_and_how_to_repeat_it) {
  const std::string shown = terminal(to_json(test::one_of_each()), {});
  for (const char* part : {"framing.fails", "A receiver MUST close with frame_too_large", "expected   disconnect{frame_too_large}",
                           "1.500 ms A -> ping{token=7}", "01 00 00 00 00 10", "reproduce  coffer-conform run --case framing.fails"}) {
    EXPECT_THAT(shown, HasSubstr(part));
  }
}

TEST(ReportTerminal, the_line_that_repeats_a_case_is_never_broken) {
  CaseResult failing = test::case_result("framing.fails", "server", Verdict::fail);
  failing.reproduce = "coffer-conform run framing.fails --adapter '" + std::string(300, 'x') + " --with some --more words'";
  EXPECT_THAT(terminal(to_json(test::run_with({failing})), {}), HasSubstr(failing.reproduce));
}

TEST(ReportTerminal, tells_the_iterations_of_a_case_apart) {
  std::vector<CaseResult> failing(3, test::case_result("framing.fails", "server", Verdict::fail));
  for (std::uint32_t i = 0; i < 3; ++i) failing[i].iteration = i + 1;
  const std::string shown = terminal(to_json(test::run_with(failing)), {.cases_in_full_max = 2});
  for (const char* part : {"framing.fails  server", "framing.fails #2  server", "framing.fails #3 "}) EXPECT_THAT(shown, HasSubstr(part));
}

TEST(ReportTerminal, many_failures_stay_readable) {
  std::vector<CaseResult> failing;
  for (int i = 0; i < 5; ++i) failing.push_back(test::case_result("framing.fails_" + std::to_string(i), "server", Verdict::fail));
  const std::string shown = terminal(to_json(test::run_with(failing)), {.cases_in_full_max = 2, .cases_in_brief_max = 2});
  EXPECT_EQ(occurrences("reproduce ", shown), 2U);
  EXPECT_EQ(occurrences("framing.fails_3 ", shown), 1U);
  EXPECT_THAT(shown, Not(HasSubstr("framing.fails_4")));
  EXPECT_THAT(shown, HasSubstr("and 1 more in the written report"));
}

TEST(ReportTerminal, sends_no_control_character_of_the_implementation) {
  const std::string shown = terminal(to_json(test::one_of_each()), {});
  EXPECT_EQ(shown.find('\x1b'), std::string::npos);
  EXPECT_EQ(shown.find('\x07'), std::string::npos);
  EXPECT_THAT(shown, HasSubstr("\\x1b[31mred"));
}

TEST(ReportTerminal, colours_only_when_asked) {
  const json report = to_json(test::run_with({test::case_result("framing.passes", "server", Verdict::pass)}));
  EXPECT_EQ(terminal(report, {}).find('\x1b'), std::string::npos);
  EXPECT_NE(terminal(report, {.colour = true}).find("\x1b[32m1 pass"), std::string::npos);
}

TEST(ReportTerminal, a_failure_that_the_baseline_lists_is_counted_but_not_shown_again) {
  CaseResult listed = test::case_result("framing.listed", "server", Verdict::fail);
  listed.baseline_reason = "known";
  const std::string shown = terminal(to_json(test::run_with({listed})), {});
  EXPECT_THAT(shown, Not(HasSubstr("framing.listed")));
  EXPECT_THAT(shown, HasSubstr("0 of 1 server cases pass (1 fail)"));
}

// ---- on disk --------------------------------------------------------------------------------------------------------------------

TEST(ReportFiles, all_three_are_written_and_nothing_else) {
  const std::filesystem::path directory = std::filesystem::path(testing::TempDir()) / "report_files" / "made" / "on_demand";
  std::filesystem::remove_all(directory);
  const json report = to_json(test::one_of_each());
  ASSERT_TRUE(write_reports(report, directory));
  std::set<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(directory)) names.insert(entry.path().filename());
  EXPECT_EQ(names, (std::set<std::string>{"junit.xml", "report.html", "report.json"}));
  std::ifstream in(directory / "report.json");
  EXPECT_EQ(json::parse(in), report);
}

TEST(ReportFiles, a_place_that_cannot_be_written_is_known_beforehand) {
  const std::filesystem::path directory = std::filesystem::path(testing::TempDir()) / "report_probe" / "made";
  std::filesystem::remove_all(directory);
  ASSERT_TRUE(prepare_directory(directory));
  EXPECT_TRUE(std::filesystem::is_empty(directory));
  std::ofstream(directory / "file");
  for (const auto& wrong : {std::filesystem::path("/proc/no_such_place"), directory / "file", directory / "file" / "below"}) {
    const auto prepared = prepare_directory(wrong);
    ASSERT_FALSE(prepared) << wrong;
    EXPECT_THAT(prepared.error(), HasSubstr(wrong.string()));
  }
}

TEST(ReportFiles, a_place_that_cannot_be_written_is_an_error_that_names_it) {
  const auto written = write_reports(to_json(test::run_with({})), "/proc/no_such_place");
  ASSERT_FALSE(written);
  EXPECT_THAT(written.error(), HasSubstr("/proc/no_such_place"));
}

}  // namespace
}  // namespace coffer::conformance
