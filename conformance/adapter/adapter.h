// The contract with an implementation under test: requests and replies as JSON lines (interop/README.md). What breaks the contract is a
// SuiteFault that says what was expected; what the implementation cannot do is Unimplemented. Must not know: cases, wires.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "adapter/replies.h"

namespace coffer::conformance {

class ChildProcess;

/// How long an adapter may take from its start to its answer to `hello`, unless the caller says otherwise.
inline constexpr std::chrono::seconds hello_patience{10};

class Adapter {
 public:
  /// Starts it; throws SuiteFault when it cannot be run.
  explicit Adapter(const std::string& command);
  ~Adapter();

  /// Sends a request and returns with its id: at once, but where the adapter does not read. By the end of the patience it is given up.
  std::uint64_t begin(std::string_view verb, nlohmann::json fields = nlohmann::json::object(),
                      std::chrono::milliseconds patience = std::chrono::seconds(60));
  /// The reply to that request, whatever the order in which replies come. Throws SuiteFault, or Unimplemented.
  nlohmann::json await(std::uint64_t id, std::chrono::milliseconds patience);
  /// True when its reply is already here.
  bool replied(std::uint64_t id);
  /// Sends a request and waits for its reply; an adapter that reads or replies too late is given up.
  nlohmann::json call(std::string_view verb, nlohmann::json fields = nlohmann::json::object(),
                      std::chrono::milliseconds patience = std::chrono::seconds(60));
  /// Asks it to end, and hears it out. Throws SuiteFault when it says what is no reply, ends otherwise than with status 0, or does not end.
  void bye(std::chrono::milliseconds patience = std::chrono::seconds(10));
  /// True once it broke the contract: nothing more can be asked of it.
  bool broken() const { return broken_; }
  /// As await, but the adapter is given up when it does not reply: it, or what it waits for, hangs.
  nlohmann::json await_or_give_up(std::uint64_t id, std::chrono::milliseconds patience);
  bool hung() const { return hung_; }
  std::string take_errors();

 private:
  void take_line(const std::string& line);
  [[noreturn]] void fault(std::string text);
  /// The fault of an adapter to which the request `verb` could not be written; what it said is its first fault, if that is wrong.
  [[noreturn]] void not_written(std::string_view verb, bool stuck, std::chrono::milliseconds patience);
  /// The fault of an adapter that ended before its reply to `verb`.
  [[noreturn]] void ended_before(std::string_view verb, const std::string& how);
  std::string command_;
  std::unique_ptr<ChildProcess> process_;
  std::uint64_t last_id_ = 0;
  Replies replies_;
  bool broken_ = false, hung_ = false, heard_ = false, left_ = false;  // heard: it has said a line; left: bye was said
};

/// What the adapter's implementation is. Throws SuiteFault.
Hello hello(Adapter& adapter, std::chrono::milliseconds patience = hello_patience);

/// What is wrong with an adapter before any case has run; empty: it keeps the contract as far as can be told. `on_wait` is told what is
/// waited for, once that has taken two seconds.
std::vector<std::string> preflight(const std::string& command, std::string* errors = nullptr,
                                   const std::function<void(std::string_view)>& on_wait = {},
                                   std::chrono::milliseconds hello_within = hello_patience);

}  // namespace coffer::conformance
