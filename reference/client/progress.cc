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

void Progress::show(const WorkDone& done, const std::vector<Share>& shares) {
  using namespace std::chrono_literals;
  if (!as_json_ && !terminal_) return;
  const auto now = Clock::now();
  if (now - shown_ < (as_json_ ? 1000ms : 200ms)) return;
  shown_ = now;
  pace_.note(std::chrono::duration_cast<Pace::Moment>(now - began_), done);
  if (now - began_ < 2s) return;
  if (as_json_) {
    const std::string json = json_of(doing_, done, pace_);
    fmt::print(stderr, "{}\n", shares.empty() ? json : with_shares(json, shares));
  } else {
    visible_ = true;
    std::string line = line_of(done, pace_);
    for (const Share& one : shares) line += fmt::format("; {} {} {}", one.name, octets_for_people(one.octets_sent), one.state);
    fmt::print(stderr, "\r\033[K{} {}", doing_, line);
  }
  std::fflush(stderr);
}

void Progress::clear() {
  if (std::exchange(visible_, false)) fmt::print(stderr, "\r\033[K");
}

}  // namespace coffer::client
