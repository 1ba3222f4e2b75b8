// Is an adapter fit to be asked at all? Each fault says what was expected and what to change.
#include <fmt/format.h>

#include <thread>

#include "adapter/adapter.h"
#include "peer/outcome.h"
#include "wire/random.h"

namespace coffer::conformance {
namespace {

constexpr std::chrono::seconds patience{20};

/// As hello(), but says that it waits, for whoever looks on.
Hello awaited_hello(Adapter& adapter, const std::function<void(std::string_view)>& on_wait, std::chrono::milliseconds hello_within) {
  const auto id = adapter.begin("hello");
  const auto told_at = std::chrono::steady_clock::now() + std::min<std::chrono::milliseconds>(std::chrono::seconds(2), hello_within);
  while (on_wait && !adapter.replied(id)) {
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
    if (std::chrono::steady_clock::now() < told_at) continue;
    on_wait("waiting for `hello`…");
    break;
  }
  return read_hello(adapter.await(id, hello_within));
}

/// A verb nobody can have foreseen must come back as unimplemented: an adapter that says yes to everything proves nothing.
void ask_the_unknown(Adapter& adapter, std::vector<std::string>& faults) {
  Random random(static_cast<std::uint64_t>(std::chrono::steady_clock::now().time_since_epoch().count()), "preflight");
  const std::string verb = "verb" + hex(random.octets(6));
  try {
    const auto reply = adapter.call(verb, {}, patience);
    faults.push_back(fmt::format("expected {{\"unimplemented\": …}} in reply to the unknown verb \"{}\", got: {}", verb, reply.dump()));
  } catch (const Unimplemented&) {
  }
}

/// Requests may overlap: each reply is known by its id.
void ask_two_at_once(Adapter& adapter) {
  const auto first = adapter.begin("hello");
  const auto second = adapter.begin("reset");
  adapter.await(second, patience);
  adapter.await(first, patience);
}

/// Who offers faults refuses those that nobody offered: an adapter that passes over the name would show a suite that catches nothing.
void ask_for_no_such_fault(Adapter& adapter, std::vector<std::string>& faults) {
  try {
    const auto reply = adapter.call("prepare", {{"fixture", nlohmann::json::object()}, {"fault", "no_such_fault"}}, patience);
    faults.push_back(
        fmt::format("expected {{\"unimplemented\": …}} in reply to a `prepare` with a fault that is none, got: {}", reply.dump()));
  } catch (const Unimplemented&) {
  }
}

/// Who answers vectors leaves kinds that it does not know.
void ask_for_no_such_vector(Adapter& adapter, std::vector<std::string>& faults) {
  try {
    const auto reply = adapter.call("vector", {{"kind", "no_such_kind"}, {"input", nlohmann::json::object()}}, patience);
    faults.push_back(fmt::format("expected {{\"unimplemented\": …}} in reply to a `vector` of a kind that is none, got: {}", reply.dump()));
  } catch (const Unimplemented&) {
  }
}

}  // namespace

std::vector<std::string> preflight(const std::string& command, std::string* errors, const std::function<void(std::string_view)>& on_wait,
                                   std::chrono::milliseconds hello_within) {
  std::vector<std::string> faults;
  std::unique_ptr<Adapter> adapter;
  try {
    adapter = std::make_unique<Adapter>(command);
    const auto said = awaited_hello(*adapter, on_wait, hello_within);
    ask_the_unknown(*adapter, faults);
    if (!said.faults.empty()) ask_for_no_such_fault(*adapter, faults);
    if (!said.vectors.empty()) ask_for_no_such_vector(*adapter, faults);
    ask_two_at_once(*adapter);
  } catch (const Unimplemented& reason) {
    faults.push_back(fmt::format("`hello` and `reset` must be implemented ({})", reason.what()));
  } catch (const SuiteFault& fault) {
    faults.push_back(fault.what());
  }
  if (adapter && errors != nullptr) *errors = adapter->take_errors();
  return faults;
}

}  // namespace coffer::conformance
