#include "client/progress.h"

#include <unistd.h>

#include <cstdio>
#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "client/printable.h"

namespace coffer::client {

Progress::Progress(std::string doing, bool as_json)
    : doing_(std::move(doing)), as_json_(as_json), terminal_(::isatty(STDERR_FILENO) == 1) {}

namespace {

std::string with_shares(const std::string& json, const std::vector<Progress::Share>& shares) {
  auto progress = nlohmann::ordered_json::parse(json);
  auto& list = progress["progress"]["destinations"] = nlohmann::ordered_json::array();
  for (const auto& one : shares) list.push_back({{"name", one.name}, {"state", one.state}, {"octets_sent", one.octets_sent}});
  return progress.dump();
}

}  // namespace

/// Whether it is time to show something; notes what is done by now.
bool Progress::is_due(const WorkDone& done) {
  using namespace std::chrono_literals;
  if (!as_json_ && !terminal_) return false;
  const auto now = Clock::now();
  if (now - shown_ < (as_json_ ? 1000ms : 200ms)) return false;
  shown_ = now;
  pace_.note(std::chrono::duration_cast<Pace::Moment>(now - began_), done);
  return now - began_ >= 2s;
}

void Progress::print(const std::string& json_or_line) {
  if (as_json_) {
    fmt::print(stderr, "{}\n", json_or_line);
  } else {
    visible_ = true;
    fmt::print(stderr, "\r\033[K{} {}", doing_, json_or_line);
  }
  std::fflush(stderr);
}

void Progress::show(const WorkDone& done, const std::vector<Share>& shares) {
  if (!is_due(done)) return;
  if (as_json_) {
    const std::string json = json_of(doing_, done, pace_);
    return print(shares.empty() ? json : with_shares(json, shares));
  }
  std::string line = line_of(done, pace_);
  for (const Share& one : shares) line += fmt::format("; {} {} {}", one.name, octets_for_people(one.octets_sent), one.state);
  print(line);
}

void Progress::show(const BlocksSeen& seen) {
  if (!is_due({.octets_done = seen.octets})) return;
  print(as_json_ ? json_of(doing_, seen, pace_) : line_of(seen, pace_));
}

void Progress::clear() {
  if (std::exchange(visible_, false)) fmt::print(stderr, "\r\033[K");
}

}  // namespace coffer::client
