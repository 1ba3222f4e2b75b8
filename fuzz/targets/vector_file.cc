// Any lines as test vectors: each is answered, in the form that the specification gives answers, and twice the same.
#include <sstream>

#include "rigs/oracle.h"
#include "vectors/answer.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace coffer;
  std::istringstream lines(std::string(reinterpret_cast<const char*>(data), size));
  for (std::string line; std::getline(lines, line);) {
    const auto request = vectors::Json::parse(line, nullptr, false);
    if (!request.is_object() || !request.contains("kind") || !request["kind"].is_string() || !request.contains("input")) continue;
    const auto kind = request["kind"].get<std::string>();
    const auto answer = vectors::answer(kind, request["input"]);
    fuzz::demand(answer.is_object() && answer.size() == 1, "an answer says one thing");
    const bool known = vectors::answers().contains(kind);
    fuzz::demand(answer.contains("unimplemented") == !known, "a kind is answered when it is listed");
    if (answer.contains("refused"))
      fuzz::demand(!answer["refused"].value("layer", "").empty() && !answer["refused"].value("reason", "").empty(),
                   "a refusal names its layer and its reason");
    else
      fuzz::demand(!known || answer.contains("accepted") || answer.contains("error"), "an input is accepted, refused, or not of its form");
    fuzz::demand(vectors::answer(kind, request["input"]) == answer, "the same input has the same answer");
  }
  return 0;
}
