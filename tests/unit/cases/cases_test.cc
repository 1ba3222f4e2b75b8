// The list of cases as data: ids, requirements, roles, and which lines of the specification nobody judges.
#include "cases/all.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cctype>
#include <map>
#include <set>
#include <string>

#include "coffer/spec/attacks.h"
#include "coffer/spec/requirements.h"

namespace coffer::conformance {
namespace {

const std::vector<Case>& cases() {
  static const auto all = all_cases();
  return all;
}

const spec::Requirement* requirement(std::string_view id) {
  for (const auto& row : spec::requirements)
    if (row.id == id) return &row;
  return nullptr;
}

TEST(Cases, are_enough) {
  std::map<Role, int> count;
  for (const auto& one : cases()) ++count[one.role];
  EXPECT_GE(count[Role::server], 150);
  EXPECT_GE(count[Role::client], 50);
}

TEST(Cases, have_unique_symbolic_ids) {
  std::set<std::string> ids;
  for (const auto& one : cases()) {
    EXPECT_TRUE(ids.insert(one.id).second) << one.id;
    for (const char c : one.id)
      EXPECT_TRUE(std::islower(static_cast<unsigned char>(c)) || std::isdigit(static_cast<unsigned char>(c)) || c == '.' || c == '_')
          << one.id;
    EXPECT_EQ(one.role == Role::client, one.id.starts_with("client.")) << one.id;
  }
}

TEST(Cases, say_what_they_show_and_how) {
  for (const auto& one : cases()) {
    EXPECT_FALSE(one.goal.empty()) << one.id;
    EXPECT_GE(one.steps.size(), 2U) << one.id;
    EXPECT_TRUE(one.script) << one.id;
  }
}

TEST(Cases, play_every_attack_that_names_one) {
  std::set<std::string_view> ids;
  for (const auto& one : cases()) ids.insert(one.id);
  for (const auto& attack : spec::attack_rows) EXPECT_TRUE(ids.contains(attack.case_id)) << attack.id << " names " << attack.case_id;
}

TEST(Cases, say_in_words_what_is_sent) {
  for (const auto& one : cases()) {
    if (one.shown.sent) continue;
    for (const auto& step : one.steps)
      for (const char* vague :
           {"must be refused", "the defect", "that field", "such a", "that client hello", "those octets", "does not fit"})
        EXPECT_EQ(step.find(vague), std::string::npos) << one.id << ": " << step;
  }
}

TEST(Cases, show_the_frame_that_they_turn_on) {
  std::size_t shown = 0;
  for (const auto& one : cases()) {
    for (const auto& step : one.steps) EXPECT_TRUE(step.find("below") == std::string::npos || one.shown.sent) << one.id << ": " << step;
    if (!one.shown.sent) continue;
    ++shown;
    const auto sent = encode(one.shown.sent());
    EXPECT_GE(sent.size(), 6U) << one.id;
    if (!one.shown.neighbour) continue;
    EXPECT_NE(sent, encode(one.shown.neighbour())) << one.id;
  }
  EXPECT_GT(shown, 1000U);
}

TEST(Cases, judge_requirements_that_exist_and_bind_the_role) {
  for (const auto& one : cases()) {
    ASSERT_FALSE(one.requirements.empty()) << one.id;
    for (const auto& id : one.requirements) EXPECT_NE(requirement(id), nullptr) << one.id << " names " << id;
    const auto* first = requirement(one.requirements.front());
    if (first == nullptr) continue;
    EXPECT_TRUE(first->role == "endpoint" || first->role == name(one.role))
        << one.id << " judges a " << name(one.role) << " by " << first->id;
    EXPECT_EQ(one.level == Level::should, first->level.starts_with("SHOULD")) << one.id;
  }
}

TEST(Cases, leave_no_line_judged_by_wire_or_state_without_a_case) {
  std::set<std::string_view> judged;
  for (const auto& one : cases()) judged.insert(one.requirements.begin(), one.requirements.end());
  for (const auto& row : spec::requirements)
    if (row.judged == "wire" || row.judged == "state") {
      EXPECT_TRUE(judged.contains(row.id)) << row.id << ": " << row.sentence;
    }
}

TEST(Cases, judge_endpoint_lines_on_both_sides_where_both_can_break_them) {
  // A line that binds both ends and has a case against one end only is listed here with its reason.
  const std::map<std::string_view, std::string_view> one_side;
  std::map<std::string_view, std::set<Role>> judged;
  for (const auto& one : cases())
    for (const auto& id : one.requirements) judged[id].insert(one.role);
  for (const auto& row : spec::requirements)
    if (row.judged == "wire" && row.role == "endpoint" && !one_side.contains(row.id)) {
      EXPECT_EQ(judged[row.id].size(), 2U) << row.id << ": " << row.sentence;
    }
  for (const auto& [id, reason] : one_side) {
    const auto* row = requirement(id);
    EXPECT_TRUE(row != nullptr && row->judged == "wire" && row->role == "endpoint") << id << " needs no case against both ends";
    EXPECT_EQ(judged[id].size(), 1U) << id << " is listed, although its cases are not against one end only: " << reason;
  }
}

}  // namespace
}  // namespace coffer::conformance
