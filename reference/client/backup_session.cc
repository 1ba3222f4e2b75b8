#include "client/backup_session.h"

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <optional>
#include <utility>

#include <botan/system_rng.h>
#include <fmt/format.h>

#include "client/destination_choice.h"
#include "client/interruption.h"
#include "client/key_ring.h"
#include "client/openings.h"
#include "coffer/spec/permissions.h"
#include "fault/switch.h"

namespace coffer::client {
namespace {

Outcome<Opened> open_destination(std::shared_ptr<Device> device, const std::string& name, const protocol::Timers& timers,
                                 const std::function<void(const std::string&)>& say) {
  auto session = open_session(std::move(device), name, timers, spec::permissions::backup);
  if (!session) return std::unexpected(session.error());
  if (auto ready = ready_for_blocks(*session->link, *session->device, session->destination, session->shown, session->key, say); !ready) {
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

// [KEY-053] A client MUST use one archive key for all destinations of a device.
/// That of the first destination that has one; those of another key fail by themselves.
class OneKey {
 public:
  void let_in(Openings::End& end, const std::vector<std::string>& names) {
    if (!end.opened) return;
    const Digest own = end.opened->session.key.check_value();
    if (!check_) {
      check_ = own;
      first_ = names[end.place];
    } else if (own != *check_ && !fault::on(fault::KEY_053_a_key_for_each)) {
      end.opened->session.link->leave();
      end.opened = std::unexpected(Failure{
          ExitCode::local, fmt::format("the archive there has another key than the one at destination \"{}\", and all destinations of a "
                                       "device share one. Give --home another directory for one of the two",
                                       first_)});
    }
  }
  Digest check_value() const { return check_.value_or(Digest{}); }

 private:
  std::optional<Digest> check_;
  std::string first_;
};

/// The sessions that there are at one time, while one reading goes to all of them.
class Sessions {
 public:
  /// Of those that are open.
  Sessions(std::vector<Openings::End>& ends, const protocol::Timers& timers) {
    for (auto& [place, opened] : ends) {
      if (!opened) continue;
      Session& session = opened->session;
      places_.push_back(place);
      sessions_.push_back(&session);
      destinations_.push_back({.name = session.destination,
                               .link = session.link.get(),
                               .keys = session.keys,
                               .chain = opened->head,
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
    if (end) kept_[destination] = session.remember_own(end->version);
    if (end || end.error().code == ExitCode::local || end.error().code == ExitCode::interrupted) session.link->leave();
  }

  /// The backup has ended for all of them, and no session is to blame: each ends in order.
  void leave_those_left() {
    for (std::size_t i = 0; i < sessions_.size(); ++i)
      if (!is_over_[i]) sessions_[i]->link->leave();
  }

  Outcome<DestinationReport> end_of(std::size_t destination, Outcome<DestinationReport> end) const {
    if (!end || kept_[destination]) return end;
    return std::unexpected(kept_[destination].error());
  }

 private:
  std::vector<std::size_t> places_;
  std::vector<Session*> sessions_;
  std::vector<Destination> destinations_;
  std::vector<Outcome<void>> kept_;
  std::vector<bool> is_over_;
};

/// A backup to some destinations: those that are there share one reading, and those that come later another.
class Run {
 public:
  Run(const Context& context, const BackupArguments& arguments, const BackupHooks& hooks, Device device, std::vector<std::string> names)
      : context_(context),
        arguments_(arguments),
        hooks_(hooks),
        names_(std::move(names)),
        cache_path_(device.cache_path()),
        device_(std::make_shared<Device>(std::move(device))),
        ends_(names_.size()) {
    backup_.names = names_;
    backup_.begun = false;
  }

  Outcome<DeviceBackup> run() {
    // [ARC-140] A client MUST NOT let what becomes of one destination keep it from committing a version at another.
    if (fault::on(fault::ARC_140_one_ends_all)) {
      for (std::size_t i = 0; i < names_.size() && (i == 0 || ends_[i - 1]->has_value()); ++i)
        if (auto served = serve({names_[i]}, i); !served) return std::unexpected(served.error());
    } else if (auto served = serve(names_, 0); !served) {
      return std::unexpected(served.error());
    }
    for (auto& end : ends_) backup_.report.destinations.push_back(end ? std::move(*end) : std::unexpected(interrupted()));
    if (names_.size() == 1 && !backup_.report.destinations.front()) return std::unexpected(backup_.report.destinations.front().error());
    return std::move(backup_);
  }

 private:
  /// Those names, which begin at that place among all. Failures: of the whole backup.
  Outcome<void> serve(const std::vector<std::string>& names, std::size_t place) {
    // [ARC-143] A client that backs up to several destinations SHOULD commit at one without waiting for another that is slower.
    Openings openings([this](const std::string& name) { return open_destination(device_, name, context_.timers, hooks_.say); }, names);
    for (auto come = openings.take(); !come.empty(); come = openings.take()) {
      for (auto& end : come) {
        end.place += place;
        one_key_.let_in(end, names_);
        if (!end.opened) ends_[end.place] = std::unexpected(end.opened.error());
      }
      if (auto done = back_up_to(come); !done) return done;
    }
    return {};
  }

  Outcome<void> back_up_to(std::vector<Openings::End>& come) {
    // [KEY-061] A client MUST NOT keep octets of the files that it backed up or restored among its own once that has ended.
    if (fault::on(fault::KEY_061_copies_kept))
      for (const std::string& path : arguments_.paths)
        std::filesystem::copy(path, context_.home + "/copies",
                              std::filesystem::copy_options::recursive | std::filesystem::copy_options::overwrite_existing);
    Sessions sessions(come, context_.timers);
    if (sessions.destinations().empty()) return {};
    std::vector<std::string> taking_part;
    for (const Destination& one : sessions.destinations()) taking_part.push_back(one.name);
    const BackupOptions options{
        .paths = arguments_.paths,
        .scan = {.left_out = context_.home, .one_file_system = arguments_.one_file_system, .special = arguments_.special},
        .digest = hooks_.digest,
        .now_ns = std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::system_clock::now().time_since_epoch()).count(),
        .progress = [&](const BackupProgress& now) { hooks_.progress(now, taking_part); },
        .interrupted = hooks_.interrupted,
        .ended =
            [&](std::size_t i, const Outcome<DestinationReport>& end) {
              sessions.ended(i, end);
              if (end && names_.size() > 1) made_ += fmt::format("\n{} has version {}", taking_part[i], end->version.number);
            }};
    auto report = back_up(
        sessions.destinations(), {cache_path_, one_key_.check_value()}, [] { return std::make_unique<Botan::System_RNG>(); }, options);
    if (!report) {
      sessions.leave_those_left();
      report.error().message += made_;
      return std::unexpected(report.error());
    }
    auto each = std::exchange(report->destinations, {});
    for (std::size_t i = 0; i < each.size(); ++i) ends_[sessions.place(i)] = sessions.end_of(i, std::move(each[i]));
    // What was found and read is said as it was for those that were there first.
    if (!std::exchange(backup_.begun, true)) backup_.report = std::move(*report);
    return {};
  }

  const Context& context_;
  const BackupArguments& arguments_;
  const BackupHooks& hooks_;
  const std::vector<std::string> names_;
  const std::string cache_path_;
  const std::shared_ptr<Device> device_;
  OneKey one_key_;
  DeviceBackup backup_;
  std::vector<std::optional<Outcome<DestinationReport>>> ends_;
  std::string made_;  // words of who has a version already
};

}  // namespace

Outcome<DeviceBackup> back_up_once(const Context& context, const BackupArguments& arguments, const BackupHooks& hooks) {
  if (std::ranges::any_of(arguments.paths, &std::string::empty))
    return std::unexpected(Failure{ExitCode::usage, "a PATH is empty: expected files and directories (. is this one, / is everything)"});
  auto device = Device::open(context.home);
  if (!device) return std::unexpected(device.error());
  auto names = chosen_destinations(*device, context.destinations);
  if (!names) return std::unexpected(names.error());
  return Run(context, arguments, hooks, std::move(*device), std::move(*names)).run();
}

}  // namespace coffer::client
