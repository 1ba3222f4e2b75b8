// The contract with an implementation under test: requests and replies as JSON lines (interop/README.md). What breaks the contract is a
// SuiteFault that says what was expected; what the implementation cannot do is Unimplemented. Must not know: cases, wires.
#pragma once

#include <chrono>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <string_view>

namespace coffer::conformance {

class ChildProcess;

class Adapter {
 public:
  /// Starts it; throws SuiteFault when it cannot be run.
  explicit Adapter(const std::string& command);
  ~Adapter();

  /// Sends a request and returns at once with its id.
  std::uint64_t begin(std::string_view verb, nlohmann::json fields = nlohmann::json::object());
  /// The reply to that request, whatever the order in which replies come. Throws SuiteFault, or Unimplemented.
  nlohmann::json await(std::uint64_t id, std::chrono::milliseconds patience);
  /// True when its reply is already here.
  bool replied(std::uint64_t id);
  nlohmann::json call(std::string_view verb, nlohmann::json fields = nlohmann::json::object(),
                      std::chrono::milliseconds patience = std::chrono::seconds(60));
  /// True once it broke the contract: nothing more can be asked of it.
  bool broken() const { return broken_; }
  std::string take_errors();

 private:
  void take_line(const std::string& line);
  [[noreturn]] void fault(std::string text);
  std::unique_ptr<ChildProcess> process_;
  std::uint64_t last_id_ = 0;
  std::map<std::uint64_t, std::string> asked_;  // requests without a reply yet, and their verbs
  std::map<std::uint64_t, nlohmann::json> replies_;
  std::set<std::uint64_t> forgotten_;  // given up on: a late reply is no fault
  bool broken_ = false;
};

/// What `hello` says of an implementation.
struct Hello {
  std::string name, version;
  std::vector<std::string> roles;
  std::map<std::string, std::string> claims;
};
/// Throws SuiteFault when the reply is not as interop/schema/hello.schema.json says.
Hello hello(Adapter& adapter);

/// What is wrong with an adapter before any case has run; empty: it keeps the contract as far as can be told.
std::vector<std::string> preflight(const std::string& command, std::string* errors = nullptr);

/// A member of a reply, of its type; throws SuiteFault naming verb, member and type.
std::string text_member(const nlohmann::json& reply, std::string_view verb, const std::string& member);
std::uint64_t number_member(const nlohmann::json& reply, std::string_view verb, const std::string& member);

}  // namespace coffer::conformance
