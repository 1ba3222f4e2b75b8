#include "adapter/adapter.h"

#include <fmt/format.h>

#include "adapter/child_process.h"
#include "peer/outcome.h"

namespace coffer::conformance {

using nlohmann::json;

namespace {

double in_seconds(std::chrono::milliseconds time) { return static_cast<double>(time.count()) / 1000; }

}  // namespace

Adapter::Adapter(const std::string& command) : command_(command) {
  auto process = ChildProcess::start(command);
  if (!process) throw SuiteFault("the adapter cannot be started: " + process.error());
  process_ = std::move(*process);
}

Adapter::~Adapter() {
  if (!broken_ && !left_)
    process_->write_line(json{{"verb", "bye"}, {"id", ++last_id_}}.dump(), std::chrono::steady_clock::now() + std::chrono::seconds(2));
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

std::uint64_t Adapter::begin(std::string_view verb, json fields, std::chrono::milliseconds patience) {
  const auto id = ++last_id_;
  fields["verb"] = verb;
  fields["id"] = id;
  replies_.asked(id, verb);
  const auto written =
      process_->write_line(fields.dump(-1, ' ', false, json::error_handler_t::replace), std::chrono::steady_clock::now() + patience);
  if (written != ChildProcess::Written::whole) not_written(verb, written == ChildProcess::Written::stuck, patience);
  return id;
}

void Adapter::not_written(std::string_view verb, bool stuck, std::chrono::milliseconds patience) {
  if (stuck) hung_ = broken_ = true;  // half a request stands in its input: nothing can follow
  // The end of one that is gone may not have been noticed yet.
  const auto until = std::chrono::steady_clock::now() + (stuck ? std::chrono::seconds(0) : std::chrono::seconds(1));
  while (const auto line = process_->read_line(until)) take_line(*line);
  if (const auto ended = process_->ended()) ended_before(verb, *ended);
  if (stuck)
    fault(fmt::format("the adapter does not read its standard input: the request `{}` was not taken within {:g} s", verb,
                      in_seconds(patience)));
  fault(fmt::format("the adapter no longer reads requests (still running): `{}` could not be asked", verb));
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
    throw SuiteFault(fmt::format("the adapter did not reply to `{}` within {:g} s{}{}", verb, in_seconds(patience),
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
  return await_or_give_up(begin(verb, std::move(fields), patience), patience);
}

void Adapter::bye(std::chrono::milliseconds patience) {
  left_ = true;
  const auto deadline = std::chrono::steady_clock::now() + patience;
  begin("bye", json::object(), patience);
  process_->close_input();  // which tells it the same
  while (const auto line = process_->read_line(deadline)) take_line(*line);
  const auto how = process_->ended();
  if (!how) fault(fmt::format("the adapter did not end within {:g} s of `bye`", in_seconds(patience)));
  if (*how != "exit status 0") fault(fmt::format("the adapter ended with {} on `bye`, and not with 0", *how));
}

std::string Adapter::take_errors() { return process_->take_errors(); }

Hello hello(Adapter& adapter, std::chrono::milliseconds patience) { return read_hello(adapter.call("hello", json::object(), patience)); }

}  // namespace coffer::conformance
