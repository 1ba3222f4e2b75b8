// `coffer watch PATH…`
#include <sys/signalfd.h>

#include <algorithm>
#include <csignal>
#include <cstdlib>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "client/backup_progress.h"
#include "client/backup_session.h"
#include "client/destination_choice.h"
#include "client/device.h"
#include "client/key_ring.h"
#include "client/printable.h"
#include "client/watch.h"

namespace coffer::client {
namespace {

nlohmann::json as_json(const Problems& problems) {
  nlohmann::json list = nlohmann::json::array();
  for (const Problem& problem : problems) list.push_back({{"path", printable(problem.path)}, {"problem", problem.what}});
  return list;
}

nlohmann::json with_left(nlohmann::json line, const WatchEvent& event) {
  if (event.left > 0) line.update({{"left", event.left}, {"again_in_ms", event.pause.count()}});
  return line;
}

nlohmann::json line_of(const WatchEvent& event) {
  using enum WatchEvent::Kind;
  switch (event.kind) {
    case watching: {
      nlohmann::json line{{"event", "watching"}, {"directories", event.directories}, {"not_watched", nlohmann::json::array()}};
      for (const std::string& path : event.unwatched) line["not_watched"].push_back(printable("/" + path));
      return line;
    }
    case unchanged: return with_left({{"event", "unchanged"}}, event);
    case backed_up: {
      auto line = with_left(nlohmann::json::parse(client::as_json(*event.backup)), event);
      line["event"] = "backed_up";
      line["problems"] = as_json(event.backup->report.problems);
      for (auto& destination : line["destinations"])
        if (const auto pause = event.pauses.find(destination["name"]); pause != event.pauses.end())
          destination["again_in_ms"] = pause->second.count();
      return line;
    }
    case failed:
      return {{"event", "failed"},
              {"error", event.failure->message},
              {"code", static_cast<int>(event.failure->code)},
              {"again_in_ms", event.pause.count()}};
    case stopped: return {{"event", "stopped"}};
  }
  return {};
}

double seconds(Moment pause) { return static_cast<double>(pause.count()) / 1000; }

std::string text_of_left(const WatchEvent& event) {
  if (event.left == 0) return {};
  return fmt::format("  {} still to be backed up: tried again in {} seconds\n", event.left, seconds(event.pause));
}

std::string text_of(const WatchEvent& event, const WatchArguments& arguments) {
  using enum WatchEvent::Kind;
  switch (event.kind) {
    case watching: {
      std::string text = fmt::format("watching {} directories\n", event.directories);
      if (!event.unwatched.empty())
        text += fmt::format(
            "the following are looked at every {} seconds, as the kernel refuses to watch them (/proc/sys/fs/inotify/max_user_watches is "
            "how "
            "many directories one user may watch) or is not told of all that is done there, as on network drives:\n",
            arguments.rescan_seconds);
      for (const std::string& path : event.unwatched) text += fmt::format("  {}\n", printable("/" + path));
      return text;
    }
    case unchanged: return "looked: nothing is other than in the last version\n" + text_of_left(event);
    case backed_up: {
      std::string text = as_text(*event.backup);
      for (const std::string& failure : failures_of(*event.backup)) text += fmt::format("  {}\n", failure);
      for (const auto& [name, pause] : event.pauses) text += fmt::format("  {}: again in {} seconds\n", name, seconds(pause));
      for (const Problem& problem : event.backup->report.problems) text += fmt::format("  {} {}\n", printable(problem.path), problem.what);
      return text + text_of_left(event);
    }
    case failed: return fmt::format("no backup: {}\nNothing is lost: again in {} seconds\n", event.failure->message, seconds(event.pause));
    case stopped: return "stopped\n";
  }
  return {};
}

/// The destinations to back up to. Failure: why there is no use in watching at all.
Outcome<std::vector<std::string>> usable_destinations(const Context& context) {
  const auto device = Device::open(context.home);
  if (!device) return std::unexpected(device.error());
  auto names = chosen_destinations(*device, context.destinations);
  if (!names) return names;
  std::string lacking;
  for (const std::string& name : *names) {
    const auto credential = device->credential(name);
    const auto key = require_kept(*device, name);
    if (credential && key) continue;
    const Failure& why = credential ? key.error() : credential.error();
    lacking += (lacking.empty() ? "" : "\n") + (names->size() > 1 ? name + ": " : "") + why.message;
  }
  if (!lacking.empty()) return std::unexpected(Failure{ExitCode::local, std::move(lacking)});
  return names;
}

}  // namespace

Outcome<Shown> run_watch(const Context& context, const WatchArguments& arguments) {
  if (std::ranges::any_of(arguments.backup.paths, &std::string::empty))
    return std::unexpected(Failure{ExitCode::usage, "a PATH is empty: expected files and directories (. is this one, / is everything)"});
  if (arguments.quiet_ms > arguments.delay_max_ms)
    return std::unexpected(Failure{ExitCode::usage, "--quiet-ms is more than --delay-max-ms: expected at most as much"});
  const auto destinations = usable_destinations(context);
  if (!destinations) return std::unexpected(destinations.error());

  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  const Descriptor stop(::signalfd(-1, &signals, SFD_CLOEXEC));
  const WatchOptions options{
      .paths = arguments.backup.paths,
      .scan = {.left_out = context.home, .one_file_system = arguments.backup.one_file_system, .special = arguments.backup.special},
      .pauses = {.quiet = Moment(arguments.quiet_ms),
                 .delay_max = Moment(arguments.delay_max_ms),
                 .unwatched = std::chrono::seconds(arguments.rescan_seconds),
                 .whole = std::chrono::seconds(arguments.whole_seconds),
                 .retry_max = std::chrono::seconds(arguments.retry_seconds_max)},
      .destinations = *destinations,
      .back_up =
          [&](const std::vector<std::string>& names) {
            Context to_these = context;
            to_these.destinations = names;
            Progress progress("backed up", context.as_json);
            return back_up_once(to_these, arguments.backup, {.say = say_on_standard_error, .digest = true, .progress = shown_by(progress)});
          },
      .tell =
          [&](const WatchEvent& event) {
            if (arguments.as_json)
              fmt::print("{}\n", line_of(event).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace));
            else
              fmt::print("{}", text_of(event, arguments));
            std::fflush(stdout);
          },
      .stop_fd = stop.fd()};
  // A backup that is under way waits for its server, and is given up as if the process had been killed: what it sent is not sent again.
  if (!watch(options)) std::_Exit(0);
  return Shown{};
}

}  // namespace coffer::client
