#include "client/session.h"

#include <ctime>

#include <fmt/chrono.h>
#include <fmt/format.h>

#include "client/destination_choice.h"
#include "client/net_link.h"
#include "fault/switch.h"

namespace coffer::client {

Outcome<std::optional<archive::ChainPoint>> Session::seen() const {
  if (fault::on(fault::ARC_025_nothing_remembered)) return std::nullopt;
  return device->seen(link->facts().server, link->facts().user);
}

Outcome<void> Session::remember(const archive::ChainPoint& point) {
  if (point.number == 0) return {};
  return device->remember(SeenVersion{link->facts().server, link->facts().user, point});
}

Outcome<void> Session::remember_own(const archive::ChainPoint& point) {
  auto kept = remember(point);
  if (!kept)
    kept.error().message =
        fmt::format("version {} is at the server, and this device could not note that: {}", point.number, kept.error().message);
  return kept;
}

Outcome<VersionList> Session::versions() {
  Problems problems;
  auto list = versions(problems);
  if (list && !problems.empty()) return std::unexpected(Failure{ExitCode::local, problems.front().what});
  return list;
}

Outcome<VersionList> Session::versions(Problems& problems) {
  const auto known = seen();
  if (!known) return std::unexpected(known.error());
  auto list = list_versions(*link, keys, *known);
  if (!list || *known == list->head) return list;
  if (const auto kept = remember(list->head); !kept)
    problems.push_back(
        {"", fmt::format("this device could not note that version {} is the newest: {}", list->head.number, kept.error().message)});
  return list;
}

Outcome<void> Session::begin_again(const protocol::Timers& timers) {
  const SessionFacts before = link->facts();
  link->leave();
  const auto credential = device->credential(destination);
  if (!credential) return std::unexpected(credential.error());
  auto another = connect(*device, destination, *credential, timers);
  if (!another) return std::unexpected(another.error());
  link = std::move(*another);
  const SessionFacts now = link->facts();
  if (now.user == before.user && now.computer == before.computer && now.server == before.server) return {};
  link->leave();
  return std::unexpected(Failure{ExitCode::local, "the login or the server was changed while this ran: run the same command again"});
}

namespace {

Outcome<std::pair<std::shared_ptr<Device>, std::string>> chosen(const Context& context) {
  auto device = Device::open(context.home);
  if (!device) return std::unexpected(device.error());
  auto destination = one_destination(*device, context.destinations);
  if (!destination) return std::unexpected(destination.error());
  return std::pair{std::make_shared<Device>(std::move(*device)), std::move(*destination)};
}

}  // namespace

Outcome<Visit> visit(const Context& context, std::uint32_t permissions_any_of) {
  auto where = chosen(context);
  if (!where) return std::unexpected(where.error());
  return visit(std::move(where->first), where->second, context.timers, permissions_any_of);
}

Outcome<Visit> visit(std::shared_ptr<Device> device, const std::string& destination, const protocol::Timers& timers,
                     std::uint32_t permissions_any_of) {
  const auto credential = device->credential(destination);
  if (!credential) return std::unexpected(credential.error());
  auto link = connect(*device, destination, *credential, timers);
  if (!link) return std::unexpected(link.error());
  if (((*link)->facts().permissions & permissions_any_of) == 0 && permissions_any_of != 0) {
    (*link)->leave();
    return std::unexpected(
        Failure{ExitCode::refused, fmt::format("the server does not permit this to {}{}. Ask its administrator for a role that does",
                                               credential->user_name, credential->deferred ? ", whose login is deferred" : "")});
  }
  return Visit{std::move(device), destination, std::move(*link)};
}

Outcome<Session> open_session(const Context& context, std::uint32_t permissions_any_of) {
  auto where = chosen(context);
  if (!where) return std::unexpected(where.error());
  return open_session(std::move(where->first), where->second, context.timers, permissions_any_of);
}

Outcome<Session> open_session(std::shared_ptr<Device> device, const std::string& destination, const protocol::Timers& timers,
                              std::uint32_t permissions_any_of) {
  // Who has never logged in is told that, and who has no key need not be connected for it.
  if (const auto credential = device->credential(destination); !credential) return std::unexpected(credential.error());
  if (const auto kept = require_kept(*device, destination); !kept) return std::unexpected(kept.error());
  auto visiting = visit(std::move(device), destination, timers, permissions_any_of);
  if (!visiting) return std::unexpected(visiting.error());
  const auto stop = [&](Failure failure) {
    visiting->link->leave();
    return std::unexpected(std::move(failure));
  };
  auto shown = ask_for_key(*visiting->link, *visiting->device);
  if (!shown) return stop(std::move(shown.error()));
  auto key = open_kept(*visiting->link, *visiting->device, destination, *shown);
  if (!key) return stop(std::move(key.error()));
  if (auto believed = believe(*visiting->link, *visiting->device, *shown, *key); !believed) return stop(std::move(believed.error()));
  keys::ArchiveKeys archive_keys = key->derive(owner_of(visiting->link->facts()));
  return Session{std::move(*visiting), std::move(*shown), std::move(*key), std::move(archive_keys)};
}

Outcome<const ListedVersion*> find_version(const VersionList& list, std::uint64_t number) {
  // Numbers begin at 1 and have no gaps: the chain was verified.
  if (number >= 1 && number <= list.versions.size()) {
    const ListedVersion& version = list.versions[number - 1];
    // [ARC-114] A client MUST NOT restore or verify a version that a record of its chain retires.
    // [ARC-115] A client that is asked for a retired version SHOULD say by which version it was retired.
    if (version.retired_by && !fault::on(fault::ARC_114_restored_all_the_same))
      return std::unexpected(Failure{
          ExitCode::refused, fmt::format("version {} was retired by version {} of {}: it is no longer kept", number, *version.retired_by,
                                         time_for_people(list.versions[*version.retired_by - 1].record.created_ns))});
    if (version.record.kind != archive::RecordKind::tree)
      return std::unexpected(
          Failure{ExitCode::refused, fmt::format("version {} has no files: it only says which versions were retired", number)});
    return &version;
  }
  return std::unexpected(Failure{
      ExitCode::refused, list.versions.empty()
                             ? "the archive has no version yet: make one with `coffer backup`"
                             : fmt::format("there is no version {}: the archive has versions 1 to {}", number, list.versions.size())});
}

std::string time_for_people(std::int64_t nanoseconds) {
  const std::time_t seconds = nanoseconds / 1'000'000'000;
  std::tm utc{};
  ::gmtime_r(&seconds, &utc);
  return fmt::format("{:%Y-%m-%d %H:%M:%S} UTC", utc);
}

}  // namespace coffer::client
