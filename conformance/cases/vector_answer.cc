#include "cases/vector_answer.h"

#include <fmt/format.h>

#include "peer/outcome.h"

namespace coffer::conformance {

using nlohmann::json;

namespace {

std::string shortened(const json& value) {
  const auto text = value.dump(-1, ' ', true);
  return text.size() <= 200 ? text : text.substr(0, 200) + fmt::format("… ({} characters)", text.size());
}

/// A refusal's member as a text; empty when it is not given.
std::string said(const json& refusal, const char* member) {
  const auto found = refusal.find(member);
  if (found == refusal.end()) return {};
  if (!found->is_string())
    throw SuiteFault(
        fmt::format("`vector` must answer with \"{}\" of \"refused\" as a text, or without (interop/schema/vector.schema.json)", member));
  return found->get<std::string>();
}

std::string in_words(const json& refusal) {
  const auto layer = said(refusal, "layer"), reason = said(refusal, "reason");
  return fmt::format("refused{}{}", layer.empty() ? std::string(", by a layer that is not named") : " by the layer " + layer,
                     reason.empty() ? std::string() : " for " + reason);
}

/// The first place at which two outputs differ, as a JSON pointer, with what stands there.
void differ(const json& expected, const json& actual, AnswerJudged& judged) {
  const auto steps = json::diff(expected, actual);
  const json::json_pointer place(steps.empty() ? std::string() : steps.front().at("path").get<std::string>());
  const auto at = [&](const json& whole) { return whole.contains(place) ? shortened(whole.at(place)) : std::string("nothing"); };
  const auto where = place.to_string().empty() ? std::string("the output") : place.to_string();
  judged.expected = fmt::format("{}: {}", where, at(expected));
  judged.actual = fmt::format("{}: {}", where, at(actual));
}

AnswerJudged judge_refusal(const json& expected, const json& actual, Reasons reasons) {
  AnswerJudged judged{
      .agrees = true, .code_alone_differs = false, .expected = in_words(expected), .actual = in_words(actual), .remarks = {}};
  const auto layer = said(actual, "layer"), reason = said(actual, "reason");
  const auto wanted_layer = said(expected, "layer"), wanted_reason = said(expected, "reason");
  if (reasons == Reasons::normative) {
    if (reason != wanted_reason || (!layer.empty() && layer != wanted_layer)) judged.agrees = false;
  } else {
    if (layer.empty()) judged.remarks.push_back("the answer names no layer: that it was refused for the one failure is not shown");
    if (!layer.empty() && layer != wanted_layer) judged.agrees = false;
    if (judged.agrees && !reason.empty() && reason != wanted_reason)
      judged.remarks.push_back(fmt::format("refused for {}; the vectors' word is {}", reason, wanted_reason));
  }
  judged.code_alone_differs = !judged.agrees;
  // What else the vector says of its refusal: the frames before it, the field.
  for (const auto& [member, value] : expected.items()) {
    if (member == "layer" || member == "reason" || !judged.agrees) continue;
    const auto found = actual.find(member);
    if (found == actual.end() && member == "field") continue;  // the wire does not carry it
    if (found != actual.end() && *found == value) continue;
    judged.agrees = false;
    differ({{member, value}}, found == actual.end() ? json::object() : json{{member, *found}}, judged);
  }
  return judged;
}

}  // namespace

AnswerJudged judge_answer(const json& expect, const json& reply, Reasons reasons) {
  const auto accepted = reply.find("accepted"), refused = reply.find("refused");
  if ((accepted == reply.end()) == (refused == reply.end()) || (refused != reply.end() && !refused->is_object()))
    throw SuiteFault(
        fmt::format("`vector` must answer with \"accepted\" or with an object \"refused\", got: {} (interop/schema/vector.schema.json)",
                    shortened(reply)));
  if (const auto wanted = expect.find("refused"); wanted != expect.end()) {
    if (refused != reply.end()) return judge_refusal(*wanted, *refused, reasons);
    return {.agrees = false,
            .code_alone_differs = false,
            .expected = in_words(*wanted),
            .actual = "accepted: " + shortened(*accepted),
            .remarks = {}};
  }
  AnswerJudged judged{.agrees = accepted != reply.end() && *accepted == expect.at("accepted"),
                      .code_alone_differs = false,
                      .expected = {},
                      .actual = {},
                      .remarks = {}};
  if (judged.agrees) return judged;
  if (accepted != reply.end()) {
    differ(expect.at("accepted"), *accepted, judged);
  } else {
    judged.expected = "accepted: " + shortened(expect.at("accepted"));
    judged.actual = in_words(*refused);
  }
  return judged;
}

}  // namespace coffer::conformance
