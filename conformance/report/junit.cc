// JUnit XML, in the shape that CI services read: testsuites > testsuite (chapter, role) > testcase.
#include <fmt/format.h>

#include <map>
#include <nlohmann/json.hpp>

#include "report/escape.h"
#include "report/outcome.h"
#include "report/report.h"

namespace coffer::conformance {
namespace {

using nlohmann::json;

struct Suite {
  std::string cases;
  int tests = 0, failures = 0, errors = 0, skipped = 0;
  double seconds = 0;
};

std::string text_of(const json& one, const Requirements& requirements) {
  std::string text;
  for (const std::string id : one.at("requirements")) {
    const auto known = requirements.find(id);
    text += fmt::format("{} {}\n", id, known == requirements.end() ? "" : known->second->at("sentence").get<std::string>());
  }
  return text + fmt::format("goal: {}\nexpected: {}\nactual: {}\nreproduce: {}\n", one.at("goal").get<std::string>(),
                            one.at("expected").get<std::string>(), one.at("actual").get<std::string>(),
                            one.at("reproduce").get<std::string>());
}

/// The element that says what became of the case; empty for a plain pass.
std::string outcome_element(const json& one, const Requirements& requirements, Suite& suite) {
  const std::string verdict = one.at("verdict"), standing = one.at("standing");
  const auto element = [&](std::string_view tag, std::string_view type, std::string_view message, std::string_view text) {
    return fmt::format("<{0} type=\"{1}\" message=\"{2}\">{3}</{0}>", tag, for_xml(type), for_xml(message), for_xml(text));
  };
  if (standing == "stale") {
    ++suite.failures;
    return element("failure", "stale", "passes, but the baseline lists it as failing: " + one.value("baseline_reason", ""), "");
  }
  if (verdict == "pass") return "";
  if (verdict == "not_applicable" || verdict == "unimplemented" || verdict == "not_run") {
    ++suite.skipped;
    return fmt::format("<skipped message=\"{}\"/>", for_xml(in_words(verdict) + ": " + one.value("skip_reason", "")));
  }
  if (standing == "as_expected" && one.contains("baseline_reason")) {
    ++suite.skipped;
    return fmt::format("<skipped message=\"{}\"/>",
                       for_xml(in_words(verdict) + " as the baseline lists: " + one.value("baseline_reason", "")));
  }
  if (verdict == "warn") return fmt::format("<system-out>{}</system-out>", for_xml("warning\n" + text_of(one, requirements)));
  const bool suite_fault = verdict == "error";
  ++(suite_fault ? suite.errors : suite.failures);
  return element(suite_fault ? "error" : "failure", verdict, one.at("actual").get<std::string>(), text_of(one, requirements));
}

}  // namespace

std::string junit(const json& report) {
  const Requirements requirements = requirements_of(report);
  std::map<std::string, Suite> suites;
  Suite all;
  for (const json& one : report.at("cases")) {
    const std::string name = one.at("chapter").get<std::string>() + "." + one.at("role").get<std::string>();
    Suite& suite = suites[name];
    const double seconds = one.at("duration_us").get<double>() / 1e6;
    ++suite.tests;
    suite.seconds += seconds;
    const std::string inner = outcome_element(one, requirements, suite);
    suite.cases += fmt::format("  <testcase classname=\"{}\" name=\"{}\" time=\"{:.6f}\">{}</testcase>\n", for_xml(name),
                               for_xml(named(one)), seconds, inner);
  }
  // An adapter that never came to its first case must not look like an empty success.
  const bool bare = report.at("implementation").at("adapter") == "";
  for (const std::string fault : report.at("preflight_faults")) {
    Suite& suite = suites["preflight"];
    ++suite.tests, ++suite.errors;
    suite.cases += fmt::format("  <testcase classname=\"preflight\" name=\"{}\"><error type=\"preflight\" message=\"{}\"/></testcase>\n",
                               bare ? "server" : "adapter", for_xml(fault));
  }
  for (const std::string fault : report.at("parting_faults")) {
    Suite& suite = suites["parting"];
    ++suite.tests, ++suite.errors;
    suite.cases += fmt::format("  <testcase classname=\"parting\" name=\"adapter\"><error type=\"parting\" message=\"{}\"/></testcase>\n",
                               for_xml(fault));
  }
  std::string body;
  for (const auto& [name, suite] : suites) {
    body +=
        fmt::format(" <testsuite name=\"{}\" tests=\"{}\" failures=\"{}\" errors=\"{}\" skipped=\"{}\" time=\"{:.6f}\">\n{} </testsuite>\n",
                    for_xml(name), suite.tests, suite.failures, suite.errors, suite.skipped, suite.seconds, suite.cases);
    all.tests += suite.tests, all.failures += suite.failures, all.errors += suite.errors, all.skipped += suite.skipped,
        all.seconds += suite.seconds;
  }
  return fmt::format(
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"{}\" tests=\"{}\" failures=\"{}\" errors=\"{}\" skipped=\"{}\" "
      "time=\"{:.6f}\">\n{}</testsuites>\n",
      for_xml("coffer-conform: " + report.at("implementation").at("name").get<std::string>()), all.tests, all.failures, all.errors,
      all.skipped, all.seconds, body);
}

}  // namespace coffer::conformance
