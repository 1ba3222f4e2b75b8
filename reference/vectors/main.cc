// coffer-vector: answers test vectors. A line of JSON in, {"kind": …, "input": {…}}, a line out, as spec/vectors/README.md describes
// `expect`; `coffer-vector --kinds` prints the kinds as a list. For adapters: coffer-conform gives the vectors and judges the answers.
#include <cstring>
#include <iostream>

#include "vectors/answer.h"

namespace {

using coffer::vectors::Json;

Json reply(const std::string& line) {
  const Json request = Json::parse(line, nullptr, false);
  if (!request.is_object() || !request.contains("kind") || !request["kind"].is_string() || !request.contains("input"))
    return {{"error", "a request is one line: {\"kind\": …, \"input\": {…}}"}};
  return coffer::vectors::answer(request["kind"].get<std::string>(), request["input"]);
}

}  // namespace

int main(int count, char** words) {
  if (count == 2 && std::strcmp(words[1], "--kinds") == 0) {
    Json kinds = Json::array();
    for (const auto& [kind, answer] : coffer::vectors::answers()) kinds.push_back(kind);
    std::cout << kinds.dump() << '\n';
    return 0;
  }
  if (count != 1) {
    std::cerr << "usage: coffer-vector [--kinds]\nAnswers test vectors, one JSON object per line on standard input.\n";
    return 64;
  }
  for (std::string line; std::getline(std::cin, line);)
    std::cout << reply(line).dump(-1, ' ', false, Json::error_handler_t::replace) << std::endl;
  return 0;
}
