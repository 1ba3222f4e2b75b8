// Requests that wait for replies, and the replies' lines: which belong together, and what breaks the contract. Must not know: processes,
// time.
#pragma once

#include <cstdint>
#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace coffer::conformance {

class Replies {
 public:
  void asked(std::uint64_t id, std::string_view verb) { asked_[id] = verb; }
  /// Takes a line of the adapter's standard output; throws SuiteFault when it is no reply to an open request.
  void take_line(const std::string& line);
  bool has(std::uint64_t id) const { return replies_.contains(id); }
  /// The reply, which is then gone. Throws Unimplemented or SuiteFault when that is what it says.
  nlohmann::json take(std::uint64_t id);
  /// Gives up on a request: a late reply is no fault. Returns its verb.
  std::string forget(std::uint64_t id);
  std::string verb_of(std::uint64_t id) const { return asked_.at(id); }
  /// It was given up, and no late reply has come.
  bool forgotten(std::uint64_t id) const { return forgotten_.contains(id); }

 private:
  std::map<std::uint64_t, std::string> asked_;  // requests without a reply yet, and their verbs
  std::map<std::uint64_t, nlohmann::json> replies_;
  std::set<std::uint64_t> forgotten_;
};

/// A deliberate violation of requirements that `prepare` can switch on.
struct OfferedFault {
  std::string name;
  std::vector<std::string> requirements, roles;
  std::string what;  // goes wrong, in a few words
};
/// What `hello` says of an implementation.
struct Hello {
  std::string name, version;
  std::vector<std::string> roles;
  std::map<std::string, std::string> claims;
  std::vector<OfferedFault> faults;
  std::vector<std::string> vectors;  // kinds of test vectors that it answers
  bool destinations = false;         // a client's device can have several
};
/// Throws SuiteFault when the reply is not as interop/schema/hello.schema.json says.
Hello read_hello(const nlohmann::json& reply);

/// A member of a reply, of its type; throws SuiteFault naming verb, member and type.
std::string text_member(const nlohmann::json& reply, std::string_view verb, const std::string& member);
std::uint64_t number_member(const nlohmann::json& reply, std::string_view verb, const std::string& member);
/// The member "port" of a reply: 1 to 65535.
std::uint16_t port_member(const nlohmann::json& reply, std::string_view verb);

}  // namespace coffer::conformance
