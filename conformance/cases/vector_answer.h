// What an implementation answered to a test vector, held against what the vector expects. Must not know: how the answer came here, what any
// kind means.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace coffer::conformance {

/// How a refusal must agree with the vector's.
enum class Reasons : std::uint8_t {
  normative,  // layer and reason: the reason is what Disconnect carries
  ours,       // the layer; reasons are our words, and another is only worth a remark
};

struct AnswerJudged {
  bool agrees = false;
  bool code_alone_differs = false;  // a refusal by the right vector for another layer or reason: lenient runs let it pass
  std::string expected, actual;     // unless it agrees
  std::vector<std::string> remarks;
};

/// `reply` without its id. Throws SuiteFault when it is neither an acceptance nor a refusal.
AnswerJudged judge_answer(const nlohmann::json& expect, const nlohmann::json& reply, Reasons reasons);

}  // namespace coffer::conformance
