#include "adapter/replies.h"

#include <fmt/format.h>

#include <algorithm>

#include "peer/outcome.h"

namespace coffer::conformance {

using nlohmann::json;

namespace {

/// A claim for people: a text as it is, a list of texts joined, anything else as JSON.
std::string in_words(const json& claim) {
  if (claim.is_string()) return claim.get<std::string>();
  if (!claim.is_array() || !std::ranges::all_of(claim, [](const json& one) { return one.is_string(); })) return claim.dump();
  std::string joined;
  for (const json& one : claim) joined += (joined.empty() ? "" : ", ") + one.get<std::string>();
  return joined;
}

/// Where the verb's replies are described, for whoever has to mend one.
std::string schema_of(std::string_view verb) { return fmt::format(" (interop/schema/{}.schema.json)", verb); }

std::string shortened(const std::string& text) { return text.size() <= 200 ? text : text.substr(0, 200) + "…"; }

}  // namespace

void Replies::take_line(const std::string& line) {
  json reply = json::parse(line, nullptr, false);
  if (reply.is_discarded() || !reply.is_object())
    throw SuiteFault(fmt::format("expected a JSON object on one line of the adapter's standard output, got: {}", shortened(line)));
  const auto found = reply.find("id");
  if (found == reply.end() || !found->is_number_unsigned())
    throw SuiteFault(fmt::format("expected a reply that carries its request's id, got: {}", shortened(line)));
  const auto id = found->get<std::uint64_t>();
  if (forgotten_.erase(id) != 0) return;
  if (asked_.erase(id) == 0) throw SuiteFault(fmt::format("a reply to no open request (id {}): {}", id, shortened(line)));
  replies_[id] = std::move(reply);
}

json Replies::take(std::uint64_t id) {
  auto reply = std::move(replies_.at(id));
  replies_.erase(id);
  if (const auto found = reply.find("unimplemented"); found != reply.end())
    throw Unimplemented(found->is_string() ? found->get<std::string>() : std::string("no reason given"));
  if (const auto found = reply.find("error"); found != reply.end())
    throw SuiteFault(fmt::format("the adapter reports an error: {}", found->is_string() ? found->get<std::string>() : found->dump()));
  return reply;
}

std::string Replies::forget(std::uint64_t id) {
  auto verb = std::move(asked_.at(id));
  asked_.erase(id);
  forgotten_.insert(id);
  return verb;
}

std::string text_member(const json& reply, std::string_view verb, const std::string& member) {
  const auto found = reply.find(member);
  if (found == reply.end() || !found->is_string())
    throw SuiteFault(fmt::format("`{}` must answer with a text \"{}\", got: {}{}", verb, member, shortened(reply.dump()), schema_of(verb)));
  return found->get<std::string>();
}

std::uint64_t number_member(const json& reply, std::string_view verb, const std::string& member) {
  const auto found = reply.find(member);
  if (found == reply.end() || !found->is_number_unsigned())
    throw SuiteFault(
        fmt::format("`{}` must answer with a whole number \"{}\", got: {}{}", verb, member, shortened(reply.dump()), schema_of(verb)));
  return found->get<std::uint64_t>();
}

std::uint16_t port_member(const json& reply, std::string_view verb) {
  const auto port = number_member(reply, verb, "port");
  if (port == 0 || port > 65535)
    throw SuiteFault(fmt::format("`{}` must answer with a \"port\" from 1 to 65535, got: {}{}", verb, port, schema_of(verb)));
  return static_cast<std::uint16_t>(port);
}

namespace {

std::vector<std::string> texts(const json& of, const std::string& member) {
  std::vector<std::string> all;
  const auto found = of.find(member);
  if (found == of.end() || !found->is_array() || found->empty())
    throw SuiteFault(fmt::format("`hello` must give each of its \"faults\" a list \"{}\", got: {}", member, shortened(of.dump())) +
                     schema_of("hello"));
  for (const auto& one : *found) {
    if (!one.is_string())
      throw SuiteFault(fmt::format("`hello` must give each of its \"faults\" texts as \"{}\"", member) + schema_of("hello"));
    all.push_back(one);
  }
  return all;
}

std::vector<OfferedFault> offered_faults(const json& reply) {
  std::vector<OfferedFault> offered;
  const auto faults = reply.find("faults");
  if (faults == reply.end()) return offered;
  if (!faults->is_array()) throw SuiteFault("`hello` must answer with \"faults\" as a list, or without" + schema_of("hello"));
  for (const auto& one : *faults)
    offered.push_back({.name = text_member(one, "hello", "name"),
                       .requirements = texts(one, "requirements"),
                       .roles = texts(one, "roles"),
                       .what = text_member(one, "hello", "what")});
  return offered;
}

std::vector<std::string> offered_vectors(const json& reply) {
  std::vector<std::string> kinds;
  const auto vectors = reply.find("vectors");
  if (vectors == reply.end()) return kinds;
  if (!vectors->is_array() || !std::ranges::all_of(*vectors, [](const json& kind) { return kind.is_string(); }))
    throw SuiteFault("`hello` must answer with \"vectors\" as a list of the kinds that it answers, or without" + schema_of("hello"));
  return vectors->get<std::vector<std::string>>();
}

}  // namespace

Hello read_hello(const json& reply) {
  Hello hello{.name = text_member(reply, "hello", "name"),
              .version = reply.contains("version") ? text_member(reply, "hello", "version") : "",
              .roles = {},
              .claims = {},
              .faults = offered_faults(reply),
              .vectors = offered_vectors(reply)};
  if (const auto destinations = reply.find("destinations"); destinations != reply.end()) {
    if (!destinations->is_boolean())
      throw SuiteFault("`hello` must answer with \"destinations\" as true or false, or without" + schema_of("hello"));
    hello.destinations = *destinations;
  }
  const auto roles = reply.find("roles");
  if (roles == reply.end() || !roles->is_array() || roles->empty())
    throw SuiteFault("`hello` must answer with \"roles\": a list of \"server\", \"client\" or both" + schema_of("hello"));
  for (const auto& role : *roles) {
    if (role != "server" && role != "client")
      throw SuiteFault(fmt::format("`hello` names the role {}; there are \"server\" and \"client\"", role.dump()) + schema_of("hello"));
    hello.roles.push_back(role);
  }
  if (const auto claims = reply.find("claims"); claims != reply.end()) {
    if (!claims->is_object()) throw SuiteFault("`hello` must answer with \"claims\" as an object, or without" + schema_of("hello"));
    for (const auto& [key, value] : claims->items()) hello.claims[key] = in_words(value);
  }
  return hello;
}

}  // namespace coffer::conformance
