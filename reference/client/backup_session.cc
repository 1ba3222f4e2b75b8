#include "client/backup_session.h"

#include <algorithm>
#include <chrono>
#include <future>

#include <botan/system_rng.h>
#include <fmt/format.h>

#include "client/destination_choice.h"
#include "client/interruption.h"
#include "client/key_ring.h"
#include "client/session.h"
#include "coffer/spec/permissions.h"
#include "fault/switch.h"

namespace coffer::client {
namespace {

struct Opened {
  Session session;
  archive::ChainPoint head;
};

Outcome<Opened> open_destination(std::shared_ptr<Device> device, const std::string& name, const protocol::Timers& timers) {
  auto session = open_session(std::move(device), name, timers, spec::permissions::backup);
  if (!session) return std::unexpected(session.error());
  if (auto ready = ready_for_blocks(*session->link, *session->device, session->destination, session->shown, session->key); !ready) {
    session->link->leave();
    return std::unexpected(ready.error());
  }
  const auto seen = session->seen();
  if (!seen) return std::unexpected(seen.error());
  const auto head = chain_head(*session->link, session->keys, *seen);
  if (!head) return std::unexpected(head.error());
  if (*seen != *head)
    if (auto kept = session->remember(*head); !kept) return std::unexpected(kept.error());
  return Opened{std::move(*session), *head};
}

// [ARC-143] A client that backs up to several destinations SHOULD commit at one without waiting for another that is slower.
/// All at once: who is away keeps the others waiting no longer than the timers of one connection say.
std::vector<Outcome<Opened>> open_all(const std::shared_ptr<Device>& device, const std::vector<std::string>& names,
                                      const protocol::Timers& timers) {
  std::vector<std::future<Outcome<Opened>>> coming;
  for (const std::string& name : names)
    coming.push_back(std::async(std::launch::async, [&] { return open_destination(device, name, timers); }));
  std::vector<Outcome<Opened>> opened;
  for (auto& one : coming) opened.push_back(one.get());
  return opened;
}

// [KEY-053] A client MUST use one archive key for all destinations of a device.
/// That of the first destination that has one; those of another key fail by themselves. Its check value.
Digest let_only_one_key_in(std::vector<Outcome<Opened>>& opened, const std::vector<std::string>& names) {
  std::optional<Digest> check;
  std::size_t first = 0;
  for (std::size_t i = 0; i < opened.size(); ++i) {
    if (!opened[i]) continue;
    const Digest own = opened[i]->session.key.check_value();
    if (!check) {
      check = own;
      first = i;
    } else if (own != *check && !fault::on(fault::KEY_053_a_key_for_each)) {
      opened[i]->session.link->leave();
      opened[i] = std::unexpected(Failure{
          ExitCode::local, fmt::format("the archive there has another key than the one at destination \"{}\", and all destinations of a "
                                       "device share one. Give --home another directory for one of the two",
                                       names[first])});
    }
  }
  return check.value_or(Digest{});
}

/// The sessions that there are, while one backup goes to all of them.
class Sessions {
 public:
  Sessions(std::vector<Outcome<Opened>>& opened, const protocol::Timers& timers) {
    for (std::size_t i = 0; i < opened.size(); ++i) {
      if (!opened[i]) continue;
      Session& session = opened[i]->session;
      places_.push_back(i);
      sessions_.push_back(&session);
      destinations_.push_back({.name = session.destination,
                               .link = session.link.get(),
                               .keys = session.keys,
                               .chain = opened[i]->head,
                               .begin_again = [&session, timers]() -> Outcome<ServerLink*> {
                                 if (auto begun = session.begin_again(timers); !begun) return std::unexpected(begun.error());
                                 return session.link.get();
                               }});
      // [ARC-142] A client MUST seal what it stores at a destination for the archive there.
      if (fault::on(fault::ARC_142_for_the_first_alone)) destinations_.back().keys = destinations_.front().keys;
    }
    kept_.resize(sessions_.size());
    is_over_.resize(sessions_.size());
  }

  std::span<Destination> destinations() { return destinations_; }
  /// Where the destination of that place among those with a session stands among all.
  std::size_t place(std::size_t destination) const { return places_[destination]; }

  /// Its version is remembered, and its session ended, as soon as that may be: the others can take long.
  void ended(std::size_t destination, const Outcome<DestinationReport>& end) {
    Session& session = *sessions_[destination];
    is_over_[destination] = true;
    if (end) kept_[destination] = session.remember(end->version);
    if (end || end.error().code == ExitCode::local || end.error().code == ExitCode::interrupted) session.link->leave();
  }

  /// The backup has ended for all of them, and no session is to blame: each ends in order.
  void leave_those_left() {
    for (std::size_t i = 0; i < sessions_.size(); ++i)
      if (!is_over_[i]) sessions_[i]->link->leave();
  }

  Outcome<DestinationReport> end_of(std::size_t destination, Outcome<DestinationReport> end) const {
    if (end && !kept_[destination]) return std::unexpected(kept_[destination].error());
    return end;
  }

 private:
  std::vector<std::size_t> places_;
  std::vector<Session*> sessions_;
  std::vector<Destination> destinations_;
  std::vector<Outcome<void>> kept_;
  std::vector<bool> is_over_;
};

/// Which destinations share one reading: all.
std::vector<std::span<Destination>> turns(std::span<Destination> all) {
  // [ARC-140] A client MUST NOT let what becomes of one destination keep it from committing a version at another.
  if (!fault::on(fault::ARC_140_one_ends_all)) return {all};
  std::vector<std::span<Destination>> one_by_one;
  for (std::size_t i = 0; i < all.size(); ++i) one_by_one.push_back(all.subspan(i, 1));
  return one_by_one;
}

}  // namespace

Outcome<DeviceBackup> back_up_once(const Context& context, const BackupArguments& arguments, const BackupHooks& hooks) {
  if (std::ranges::any_of(arguments.paths, &std::string::empty))
    return std::unexpected(Failure{ExitCode::usage, "a PATH is empty: expected files and directories (. is this one, / is everything)"});
  auto device = Device::open(context.home);
  if (!device) return std::unexpected(device.error());
  const auto names = chosen_destinations(*device, context.destinations);
  if (!names) return std::unexpected(names.error());
  const std::string cache_path = device->cache_path();

  auto opened = open_all(std::make_shared<Device>(std::move(*device)), *names, context.timers);
  const Digest check = let_only_one_key_in(opened, *names);
  const CachePlace cache{cache_path, check};
  Sessions sessions(opened, context.timers);
  DeviceBackup backup{.names = *names, .report = {}};
  for (const auto& one : opened)  // until it has another end
    backup.report.destinations.push_back(std::unexpected(one ? interrupted() : one.error()));
  const auto one_alone = [&]() -> Outcome<DeviceBackup> {
    if (names->size() == 1 && !backup.report.destinations.front()) return std::unexpected(backup.report.destinations.front().error());
    return std::move(backup);
  };
  backup.begun = !sessions.destinations().empty();
  if (!backup.begun) return one_alone();

  std::vector<std::string> taking_part;
  for (const Destination& one : sessions.destinations()) taking_part.push_back(one.name);
  bool one_failed = taking_part.size() < names->size();
  std::size_t done = 0;  // destinations that have had their turn
  std::string made;
  const BackupOptions options{
      .paths = arguments.paths,
      .scan = {.left_out = context.home, .one_file_system = arguments.one_file_system, .special = arguments.special},
      .look = hooks.look,
      .now_ns = std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::system_clock::now().time_since_epoch()).count(),
      .progress = [&](const BackupProgress& now) { hooks.progress(now, taking_part); },
      .interrupted = hooks.interrupted,
      .ended =
          [&](std::size_t i, const Outcome<DestinationReport>& end) {
            sessions.ended(done + i, end);
            one_failed = one_failed || !end;
            if (end && names->size() > 1) made += fmt::format("\n{} has version {}", taking_part[done + i], end->version.number);
          }};
  auto ends = std::move(backup.report.destinations);
  for (const auto together : turns(sessions.destinations())) {
    if (one_failed && fault::on(fault::ARC_140_one_ends_all)) break;
    auto report = back_up(
        together, cache, [] { return std::make_unique<Botan::System_RNG>(); }, options);
    if (!report) {
      sessions.leave_those_left();
      report.error().message += made;
      return std::unexpected(report.error());
    }
    for (auto& end : report->destinations) {
      ends[sessions.place(done)] = sessions.end_of(done, std::move(end));
      ++done;
    }
    backup.report = std::move(*report);
  }
  backup.report.destinations = std::move(ends);
  return one_alone();
}

}  // namespace coffer::client
