#include "campaign/reach.h"

#include <algorithm>
#include <functional>

#include "coffer/spec/messages.h"
#include "coffer/spec/reasons.h"
#include "coffer/spec/ways.h"

namespace coffer::conformance {

namespace {

bool of_the_wire(std::string_view event) {
  return event == "data" || event == "malformed" ||
         std::ranges::any_of(spec::message_rows, [&](const auto& row) { return row.name == event; });
}

std::string transition(std::string_view state, std::string_view event, bool ended) {
  return std::string(state).append(" ").append(event).append(ended ? " ends" : " goes on");
}

/// Whether the machine reads anything in this state.
bool reads(const spec::Way& way) {
  return std::ranges::any_of(spec::ways, [&](const spec::Way& other) {
    return other.machine == way.machine && other.from == way.from && other.event == "malformed" && other.row != "ignored";
  });
}

}  // namespace

Reach::Reach(std::string_view machine) {
  std::set<std::string_view> reading;
  for (const auto& way : spec::ways)
    if (way.machine == machine && way.event == "malformed" && way.row != "ignored" && reads(way)) reading.insert(way.from);
  for (const auto& way : spec::ways) {
    if (way.machine != machine || !reading.contains(way.from) || !of_the_wire(way.event) || way.from == "connecting") continue;
    possible_states_.insert(way.from);
    possible_.insert(transition(way.from, way.event, way.to == "closed"));
    // What a held state makes of it is seen as the state's own.
    for (const auto& further : spec::ways)
      if (further.machine == machine && further.from == way.to && !reading.contains(way.to) && way.to != "closed" &&
          further.row.starts_with("on_") && further.row.ends_with("_refused"))
        possible_.insert(transition(way.from, way.event, true));
  }
  const bool server = machine == "server_session";
  for (const auto& row : spec::reason_rows) {
    // Time, room and an end of the other side's own are not brought about by what a trace says.
    const auto is = [&](spec::Reason reason) { return row.reason == reason; };
    using enum spec::Reason;
    if (row.by == (server ? "client" : "server") || is(timeout) || is(busy) || is(server_stopping) || is(internal_error) ||
        is(quota_exceeded))
      continue;
    possible_reasons_.insert(row.name);
  }
}

bool Reach::take(const Played& played) {
  bool fresh = false;
  std::size_t before = 0;
  for (const auto& seen : played.seen) {
    states_.insert(seen.state);
    if (!seen.reason.empty() && possible_reasons_.contains(seen.reason)) fresh |= reasons_.insert(seen.reason).second;
    auto name = transition(seen.state, seen.event, seen.ended);
    const auto one = std::hash<std::string>()(name + std::string(seen.reason));
    if (possible_.contains(name)) fresh |= seen_.insert(std::move(name)).second;
    fresh |= pairs_.insert(one ^ before * 31).second;
    before = one;
  }
  return fresh;
}

Tally Reach::states() const { return {states_.size(), possible_states_.size()}; }
Tally Reach::transitions() const { return {seen_.size(), possible_.size()}; }
Tally Reach::reasons() const { return {reasons_.size(), possible_reasons_.size()}; }

std::vector<std::string> Reach::missing() const {
  std::vector<std::string> left;
  std::ranges::set_difference(possible_, seen_, std::back_inserter(left));
  return left;
}

}  // namespace coffer::conformance
