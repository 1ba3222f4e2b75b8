#include "adapter/adapter.h"

#include <fmt/format.h>

#include "adapter/child_process.h"
#include "peer/outcome.h"

namespace coffer::conformance {

using nlohmann::json;

Adapter::Adapter(const std::string& command) : command_(command) {
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

void Adapter::ended_before(std::string_view verb, const std::string& how) {
  // What a shell says of a command that it cannot run.
  if (!heard_ && how == "exit status 127") fault(fmt::format("cannot start {}: not found", command_));
  if (!heard_ && how == "exit status 126") fault(fmt::format("cannot start {}: not executable", command_));
  fault(fmt::format("the adapter ended ({}) before it replied to `{}`", how, verb));
}

std::uint64_t Adapter::begin(std::string_view verb, json fields) {
  const auto id = ++last_id_;
  fields["verb"] = verb;
  fields["id"] = id;
  replies_.asked(id, verb);
  if (!process_->write_line(fields.dump(-1, ' ', false, json::error_handler_t::replace))) {
    // Its end may not have been noticed yet.
    while (process_->read_line(std::chrono::steady_clock::now() + std::chrono::seconds(1))) {
    }
    if (const auto ended = process_->ended()) ended_before(verb, *ended);
    fault(fmt::format("the adapter no longer reads requests (still running): `{}` could not be asked", verb));
  }
  return id;
}

void Adapter::take_line(const std::string& line) try {
  heard_ = true;
  replies_.take_line(line);
} catch (const SuiteFault&) {
  broken_ = true;
  throw;
}

bool Adapter::replied(std::uint64_t id) {
  while (!replies_.has(id)) {
    const auto line = process_->read_line(std::chrono::steady_clock::now());
    if (!line) return process_->ended().has_value();
    take_line(*line);
  }
  return true;
}

json Adapter::await(std::uint64_t id, std::chrono::milliseconds patience) {
  const auto deadline = std::chrono::steady_clock::now() + patience;
  while (!replies_.has(id)) {
    const auto line = process_->read_line(deadline);
    if (line) {
      take_line(*line);
      continue;
    }
    if (const auto ended = process_->ended()) ended_before(replies_.verb_of(id), *ended);
    const auto verb = replies_.forget(id);
    throw SuiteFault(fmt::format("the adapter did not reply to `{}` within {:g} s{}{}", verb, static_cast<double>(patience.count()) / 1000,
                                 heard_ ? "" : ", and has said nothing yet: is its standard output flushed after each line?",
                                 verb == "hello" ? " One that starts slowly is given longer with --hello-seconds." : ""));
  }
  return replies_.take(id);
}

json Adapter::await_or_give_up(std::uint64_t id, std::chrono::milliseconds patience) {
  try {
    return await(id, patience);
  } catch (const SuiteFault&) {
    if (replies_.forgotten(id)) hung_ = broken_ = true;
    throw;
  }
}

json Adapter::call(std::string_view verb, json fields, std::chrono::milliseconds patience) {
  return await(begin(verb, std::move(fields)), patience);
}

std::string Adapter::take_errors() { return process_->take_errors(); }

Hello hello(Adapter& adapter, std::chrono::milliseconds patience) { return read_hello(adapter.call("hello", json::object(), patience)); }

}  // namespace coffer::conformance
