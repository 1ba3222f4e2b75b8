#include "adapter/adapter.h"

#include <fmt/format.h>

#include "adapter/child_process.h"
#include "peer/outcome.h"

namespace coffer::conformance {
namespace {

using nlohmann::json;

std::string shortened(const std::string& text) { return text.size() <= 200 ? text : text.substr(0, 200) + "…"; }

}  // namespace

Adapter::Adapter(const std::string& command) {
  auto process = ChildProcess::start(command);
  if (!process) throw SuiteFault("the adapter cannot be started: " + process.error());
  process_ = std::move(*process);
}

Adapter::~Adapter() {
  if (!broken_) process_->write_line(json{{"verb", "bye"}, {"id", ++last_id_}}.dump());
}

void Adapter::fault(std::string text) {
  broken_ = true;
  throw SuiteFault(std::move(text));
}

std::uint64_t Adapter::begin(std::string_view verb, json fields) {
  const auto id = ++last_id_;
  fields["verb"] = verb;
  fields["id"] = id;
  asked_[id] = verb;
  if (!process_->write_line(fields.dump(-1, ' ', false, json::error_handler_t::replace))) {
    // Its end may not have been noticed yet.
    while (process_->read_line(std::chrono::steady_clock::now() + std::chrono::seconds(1))) {
    }
    const auto ended = process_->ended();
    fault(fmt::format("the adapter no longer reads requests ({}): `{}` could not be asked", ended.value_or("still running"), verb));
  }
  return id;
}

void Adapter::take_line(const std::string& line) {
  if (line.find_first_not_of(" \t\r") == std::string::npos) return;
  json reply = json::parse(line, nullptr, false);
  if (reply.is_discarded() || !reply.is_object())
    fault(fmt::format("expected a JSON object on one line of the adapter's standard output, got: {}", shortened(line)));
  const auto found = reply.find("id");
  if (found == reply.end() || !found->is_number_unsigned())
    fault(fmt::format("expected a reply that carries its request's id, got: {}", shortened(line)));
  const auto id = found->get<std::uint64_t>();
  if (forgotten_.erase(id) != 0) return;
  if (asked_.erase(id) == 0) fault(fmt::format("a reply to no open request (id {}): {}", id, shortened(line)));
  replies_[id] = std::move(reply);
}

bool Adapter::replied(std::uint64_t id) {
  while (!replies_.contains(id)) {
    const auto line = process_->read_line(std::chrono::steady_clock::now());
    if (!line) return process_->ended().has_value();
    take_line(*line);
  }
  return true;
}

json Adapter::await(std::uint64_t id, std::chrono::milliseconds patience) {
  const auto deadline = std::chrono::steady_clock::now() + patience;
  while (!replies_.contains(id)) {
    const auto line = process_->read_line(deadline);
    if (line) {
      take_line(*line);
      continue;
    }
    const auto verb = asked_[id];
    if (const auto ended = process_->ended())
      fault(fmt::format("the adapter ended ({}) while its reply to `{}` was awaited", *ended, verb));
    asked_.erase(id);
    forgotten_.insert(id);
    throw SuiteFault(fmt::format("the adapter did not reply to `{}` within {} ms", verb, patience.count()));
  }
  auto reply = std::move(replies_[id]);
  replies_.erase(id);
  if (const auto found = reply.find("unimplemented"); found != reply.end())
    throw Unimplemented(found->is_string() ? found->get<std::string>() : std::string("no reason given"));
  if (const auto found = reply.find("error"); found != reply.end())
    throw SuiteFault(fmt::format("the adapter reports an error: {}", found->is_string() ? found->get<std::string>() : found->dump()));
  return reply;
}

json Adapter::call(std::string_view verb, json fields, std::chrono::milliseconds patience) {
  return await(begin(verb, std::move(fields)), patience);
}

std::string Adapter::take_errors() { return process_->take_errors(); }

std::string text_member(const json& reply, std::string_view verb, const std::string& member) {
  const auto found = reply.find(member);
  if (found == reply.end() || !found->is_string())
    throw SuiteFault(fmt::format("`{}` must answer with a text \"{}\", got: {}", verb, member, shortened(reply.dump())));
  return found->get<std::string>();
}

std::uint64_t number_member(const json& reply, std::string_view verb, const std::string& member) {
  const auto found = reply.find(member);
  if (found == reply.end() || !found->is_number_unsigned())
    throw SuiteFault(fmt::format("`{}` must answer with a whole number \"{}\", got: {}", verb, member, shortened(reply.dump())));
  return found->get<std::uint64_t>();
}

Hello hello(Adapter& adapter) {
  const auto reply = adapter.call("hello");
  Hello hello{.name = text_member(reply, "hello", "name"),
              .version = reply.contains("version") ? text_member(reply, "hello", "version") : "",
              .roles = {},
              .claims = {}};
  const auto roles = reply.find("roles");
  if (roles == reply.end() || !roles->is_array() || roles->empty())
    throw SuiteFault("`hello` must answer with \"roles\": a list of \"server\", \"client\" or both");
  for (const auto& role : *roles) {
    if (role != "server" && role != "client")
      throw SuiteFault(fmt::format("`hello` names the role {}; there are \"server\" and \"client\"", role.dump()));
    hello.roles.push_back(role);
  }
  if (const auto claims = reply.find("claims"); claims != reply.end()) {
    if (!claims->is_object()) throw SuiteFault("`hello` must answer with \"claims\" as an object, or without");
    for (const auto& [key, value] : claims->items()) hello.claims[key] = value.is_string() ? value.get<std::string>() : value.dump();
  }
  return hello;
}

}  // namespace coffer::conformance
