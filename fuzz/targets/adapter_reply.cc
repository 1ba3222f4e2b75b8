// Any lines as an adapter's replies: each is taken or breaks the contract in words, one request has one reply, and nothing else is thrown.
#include <sstream>

#include "adapter/replies.h"
#include "cases/vector_answer.h"
#include "peer/outcome.h"
#include "rigs/oracle.h"

namespace {

using namespace coffer;

const nlohmann::json expectations[] = {
    {{"accepted", {{"octets", "00ff"}, {"entries", {{{"path", "a"}}, {{"path", "b"}}}}}}},
    {{"refused", {{"layer", "fields"}, {"reason", "malformed_message"}, {"frames", {1, 2}}, {"field", "name"}}}},
};

/// Runs it; false when it says in words what is wrong.
template <typename Action>
bool kept(Action action) {
  try {
    action();
    return true;
  } catch (const conformance::SuiteFault& fault) {
    fuzz::demand(!std::string_view(fault.what()).empty(), "a fault says what was expected");
  } catch (const conformance::Unimplemented&) {
  }
  return false;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  constexpr std::uint64_t requests = 4;
  conformance::Replies replies;
  for (std::uint64_t id = 1; id <= requests; ++id) replies.asked(id, "hello");
  replies.forget(requests);
  std::istringstream lines(std::string(reinterpret_cast<const char*>(data), size));
  for (std::string line; std::getline(lines, line);) {
    if (!kept([&] { replies.take_line(line); })) return 0;
    for (std::uint64_t id = 1; id <= requests; ++id) {
      if (!replies.has(id)) continue;
      fuzz::demand(id != requests, "a late reply is passed over");
      nlohmann::json reply;
      const bool answered = kept([&] { reply = replies.take(id); });
      fuzz::demand(!replies.has(id), "a reply is taken once");
      if (!answered) continue;
      kept([&] { fuzz::demand(!conformance::read_hello(reply).roles.empty(), "an implementation has a role"); });
      kept([&] { conformance::text_member(reply, "hello", "name"); });
      kept([&] { conformance::number_member(reply, "serve", "port"); });
      for (const auto& expect : expectations)
        for (const auto reasons : {conformance::Reasons::normative, conformance::Reasons::ours})
          kept([&] {
            const auto judged = conformance::judge_answer(expect, reply, reasons);
            fuzz::demand(judged.agrees || !(judged.expected.empty() || judged.actual.empty()), "a difference is told");
            fuzz::demand(!judged.agrees || !judged.code_alone_differs, "what agrees differs in nothing");
          });
    }
  }
  return 0;
}
