// What counts as the right answer to a test vector, and what does not, however it is said.
#include "cases/vector_answer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "cases/all.h"
#include "coffer/spec/requirements.h"
#include "peer/outcome.h"

namespace coffer::conformance {
namespace {

using nlohmann::json;
using testing::HasSubstr;

const json header = {{"accepted", {{"kind", 1}, {"length", 16}}}};
const json unknown_kind = {{"refused", {{"layer", "frame"}, {"reason", "unknown_frame_kind"}}}};
const json wrong_tag = {{"refused", {{"layer", "seal"}, {"reason", "tag_wrong"}}}};

json refused(json refusal) { return {{"refused", std::move(refusal)}}; }

TEST(VectorAnswer, what_is_expected_agrees) {
  for (const auto& expect : {header, unknown_kind, wrong_tag})
    for (const auto reasons : {Reasons::normative, Reasons::ours}) EXPECT_TRUE(judge_answer(expect, expect, reasons).agrees) << expect;
}

TEST(VectorAnswer, an_acceptance_counts_only_with_its_whole_output) {
  for (const json& output : {json::object(), json(true), json(nullptr), json{{"kind", 1}}, json{{"kind", 1}, {"length", 17}},
                             json{{"kind", 1}, {"length", "16"}}, json{{"kind", 1}, {"length", 16}, {"more", 1}}}) {
    const auto judged = judge_answer(header, {{"accepted", output}}, Reasons::normative);
    EXPECT_FALSE(judged.agrees) << output;
    EXPECT_FALSE(judged.code_alone_differs) << output;
    EXPECT_NE(judged.expected, judged.actual) << output;
  }
  const auto judged = judge_answer(header, {{"accepted", {{"kind", 1}, {"length", 17}}}}, Reasons::normative);
  EXPECT_EQ(judged.expected, "/length: 16");
  EXPECT_EQ(judged.actual, "/length: 17");
}

TEST(VectorAnswer, the_opposite_never_agrees) {
  EXPECT_FALSE(judge_answer(header, unknown_kind, Reasons::normative).agrees);
  EXPECT_FALSE(judge_answer(wrong_tag, {{"accepted", {{"block", "00"}}}}, Reasons::ours).agrees);
}

TEST(VectorAnswer, a_reason_of_the_wire_must_be_the_one_that_the_specification_gives) {
  EXPECT_TRUE(judge_answer(unknown_kind, refused({{"reason", "unknown_frame_kind"}}), Reasons::normative).agrees);
  for (const json& other : {json::object(), json{{"layer", "frame"}}, json{{"layer", "frame"}, {"reason", "frame_too_large"}},
                            json{{"layer", "field"}, {"reason", "unknown_frame_kind"}}}) {
    const auto judged = judge_answer(unknown_kind, refused(other), Reasons::normative);
    EXPECT_FALSE(judged.agrees) << other;
    EXPECT_TRUE(judged.code_alone_differs) << other;
  }
}

TEST(VectorAnswer, elsewhere_the_layer_decides_and_the_reason_is_a_remark) {
  EXPECT_TRUE(judge_answer(wrong_tag, refused({{"layer", "seal"}}), Reasons::ours).remarks.empty());
  const auto other_word = judge_answer(wrong_tag, refused({{"layer", "seal"}, {"reason", "bad_mac"}}), Reasons::ours);
  EXPECT_TRUE(other_word.agrees);
  EXPECT_THAT(other_word.remarks, testing::ElementsAre(HasSubstr("bad_mac")));
  const auto no_layer = judge_answer(wrong_tag, refused(json::object()), Reasons::ours);
  EXPECT_TRUE(no_layer.agrees);
  EXPECT_THAT(no_layer.remarks, testing::ElementsAre(HasSubstr("names no layer")));
  EXPECT_FALSE(judge_answer(wrong_tag, refused({{"layer", "identity"}}), Reasons::ours).agrees);
}

TEST(VectorAnswer, what_a_refusal_carries_is_compared) {
  const json stream = refused({{"layer", "frame"}, {"reason", "frame_too_large"}, {"frames", {1}}});
  EXPECT_FALSE(judge_answer(stream, refused({{"layer", "frame"}, {"reason", "frame_too_large"}}), Reasons::normative).agrees);
  const auto judged =
      judge_answer(stream, refused({{"layer", "frame"}, {"reason", "frame_too_large"}, {"frames", {2}}}), Reasons::normative);
  EXPECT_FALSE(judged.agrees);
  EXPECT_FALSE(judged.code_alone_differs);
  const json field = refused({{"layer", "field"}, {"reason", "field_out_of_range"}, {"field", "ids"}});
  EXPECT_TRUE(judge_answer(field, refused({{"layer", "field"}, {"reason", "field_out_of_range"}}), Reasons::normative).agrees);
  EXPECT_FALSE(
      judge_answer(field, refused({{"layer", "field"}, {"reason", "field_out_of_range"}, {"field", "id"}}), Reasons::normative).agrees);
}

TEST(VectorAnswer, what_is_neither_acceptance_nor_refusal_is_the_adapters_fault) {
  for (const json& reply : {json::object(), json{{"accepted", json::object()}, {"refused", json::object()}}, json{{"refused", true}},
                            json{{"refused", {{"layer", 3}}}}})
    EXPECT_THROW(judge_answer(wrong_tag, reply, Reasons::ours), SuiteFault) << reply;
}

TEST(VectorCases, are_whole) {
  const auto cases = vector_cases();
  EXPECT_GT(cases.size(), 500U);
  std::set<std::string> ids, chapters;
  std::size_t rejections = 0;
  for (const auto& one : cases) {
    EXPECT_TRUE(ids.insert(one.id).second) << one.id;
    EXPECT_TRUE(one.id.starts_with("vectors.")) << one.id;
    EXPECT_EQ(one.id.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_."), std::string::npos) << one.id;
    EXPECT_TRUE(!one.needs.vector_kind.empty() && one.script) << one.id;
    ASSERT_EQ(one.requirements.size(), 1U);
    ASSERT_NE(spec::requirement(one.requirements.front()), nullptr) << one.id;
    EXPECT_EQ(name(one.role), spec::requirement(one.requirements.front())->role) << one.id;
    chapters.insert(one.requirements.front().substr(0, 3));
    rejections += one.twin ? 1 : 0;
  }
  EXPECT_GT(rejections, 250U);
  EXPECT_GT(cases.size() - rejections, 150U);
  EXPECT_THAT(chapters, testing::IsSupersetOf({"FRM", "MSG", "KEY", "ARC"}));
  EXPECT_EQ(whole_suite().size(), all_cases().size() + cases.size());
}

}  // namespace
}  // namespace coffer::conformance
