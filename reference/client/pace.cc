#include "client/pace.h"

#include <cmath>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "client/printable.h"

namespace coffer::client {
namespace {

using namespace std::chrono_literals;

constexpr auto looked_back = 15s;
constexpr auto apart = 500ms;
// Where many small files follow a few large ones, octets alone would promise too much: a file costs about what so many octets do.
constexpr double octets_of_a_file = 16384;

double work(std::uint64_t octets, std::uint64_t files) {
  return static_cast<double>(octets) + octets_of_a_file * static_cast<double>(files);
}

}  // namespace

void Pace::note(Moment now, const WorkDone& done) {
  if (!points_.empty() && points_.size() > 1 && now - points_[points_.size() - 2].when < apart)
    points_.back() = {now, done};
  else
    points_.push_back({now, done});
  while (points_.size() > 2 && now - points_[1].when >= looked_back) points_.pop_front();
}

std::optional<double> Pace::octets_per_second() const {
  if (points_.size() < 2) return std::nullopt;
  const std::chrono::duration<double> time = points_.back().when - points_.front().when;
  if (time < apart) return std::nullopt;
  return static_cast<double>(points_.back().done.octets_done - points_.front().done.octets_done) / time.count();
}

std::optional<std::chrono::seconds> Pace::left() const {
  if (points_.size() < 2) return std::nullopt;
  if (points_.back().done.totals == WorkDone::Totals::at_least) return std::nullopt;
  const auto& [from, before] = points_.front();
  const auto& [to, now] = points_.back();
  const std::chrono::duration<double> time = to - from;
  const double done = work(now.octets_done - before.octets_done, now.files_done - before.files_done);
  if (time < apart || done <= 0) return std::nullopt;
  const auto rest = [](std::uint64_t all, std::uint64_t part) { return all - std::min(all, part); };
  const double seconds = work(rest(now.octets, now.octets_done), rest(now.files, now.files_done)) / (done / time.count());
  if (seconds > 1e8) return std::nullopt;
  return std::chrono::seconds(std::llround(std::ceil(seconds)));
}

namespace {

std::string rate_of(const Pace& pace) {
  const auto rate = pace.octets_per_second();
  return rate ? fmt::format(", {}/s", octets_for_people(static_cast<std::uint64_t>(std::llround(*rate)))) : std::string();
}

nlohmann::ordered_json json_rate_of(const Pace& pace) {
  const auto rate = pace.octets_per_second();
  return rate ? nlohmann::ordered_json(std::llround(*rate)) : nlohmann::ordered_json();
}

}  // namespace

std::string line_of(const WorkDone& done, const Pace& pace) {
  const auto of = done.totals == WorkDone::Totals::exact ? "of" : done.totals == WorkDone::Totals::about ? "of about" : "of at least";
  std::string line = fmt::format("{} {} {} files, {} {} {}", done.files_done, of, done.files, octets_for_people(done.octets_done), of,
                                 octets_for_people(done.octets));
  line += rate_of(pace);
  if (const auto left = pace.left()) {
    const auto seconds = left->count();
    line += seconds < 3600 ? fmt::format(", {}:{:02} left", seconds / 60, seconds % 60)
                           : fmt::format(", {}:{:02}:{:02} left", seconds / 3600, seconds / 60 % 60, seconds % 60);
  }
  return line;
}

std::string json_of(const std::string& doing, const WorkDone& done, const Pace& pace) {
  nlohmann::ordered_json progress{
      {"doing", doing},        {"files_done", done.files_done},           {"files", done.files},    {"octets_done", done.octets_done},
      {"octets", done.octets}, {"octets_per_second", json_rate_of(pace)}, {"seconds_left", nullptr}};
  if (const auto left = pace.left()) progress["seconds_left"] = left->count();
  if (done.totals != WorkDone::Totals::exact) progress["totals"] = done.totals == WorkDone::Totals::about ? "about" : "at_least";
  return nlohmann::ordered_json{{"progress", std::move(progress)}}.dump();
}

std::string line_of(const BlocksSeen& seen, const Pace& pace) {
  const std::string versions = seen.versions == 0 ? "" : fmt::format("{} of {} versions, ", seen.versions_done, seen.versions);
  return fmt::format("{}{} blocks, {}{}", versions, seen.blocks, octets_for_people(seen.octets), rate_of(pace));
}

std::string json_of(const std::string& doing, const BlocksSeen& seen, const Pace& pace) {
  nlohmann::ordered_json progress{{"doing", doing}};
  if (seen.versions > 0) {
    progress["versions_done"] = seen.versions_done;
    progress["versions"] = seen.versions;
  }
  progress["blocks"] = seen.blocks;
  progress["octets_done"] = seen.octets;
  progress["octets_per_second"] = json_rate_of(pace);
  return nlohmann::ordered_json{{"progress", std::move(progress)}}.dump();
}

}  // namespace coffer::client
