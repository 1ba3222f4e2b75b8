#include "client/older_archive.h"

#include <fmt/format.h>

#include "coffer/spec/permissions.h"

namespace coffer::client {
namespace {

std::string missing_versions(const VersionList& list, const std::optional<archive::ChainPoint>& seen) {
  if (!seen || seen->number == 0) return {};
  if (list.versions.size() < seen->number)
    return list.versions.empty()
               ? fmt::format("It has no version; this device has seen version {}. ", seen->number)
               : fmt::format("Its newest version is {}; this device has seen version {}. ", list.versions.size(), seen->number);
  if (list.versions[seen->number - 1].link != seen->link)
    return fmt::format("Its version {} is another one than this device has seen. ", seen->number);
  return {};
}

std::string missing_of_key(const ShownKey& shown, const std::optional<SeenKey>& seen) {
  if (!seen) return {};
  if (!shown.record) return "It has no key record; this device has seen one: `coffer key create` makes another for the same key. ";
  if (static_cast<std::uint8_t>(shown.record->mode) < seen->mode)
    return fmt::format("Its key mode is {}, which is lower than the one that this device has seen: `coffer key upgrade` raises it again. ",
                       name(shown.record->mode));
  if (shown.record->generation < seen->generation)
    return fmt::format("Its key record is generation {}; this device has seen generation {}: the password of then opens it. ",
                       shown.record->generation, seen->generation);
  return {};
}

}  // namespace

Outcome<OlderArchive> look_at_older(std::shared_ptr<Device> device, const std::string& destination, const protocol::Timers& timers) {
  auto session =
      open_session(std::move(device), destination, timers, spec::permissions::backup | spec::permissions::restore, Belief::fresh);
  if (!session) return std::unexpected(session.error());
  const auto stop = [&](Failure failure) {
    session->link->leave();
    return std::unexpected(std::move(failure));
  };
  const SessionFacts facts = session->link->facts();
  const auto seen = session->seen();
  if (!seen) return stop(seen.error());
  const auto seen_key = session->device->seen_key(facts.server, facts.user);
  if (!seen_key) return stop(seen_key.error());
  const auto list = list_versions(*session->link, session->keys, std::nullopt);
  if (!list) return stop(list.error());
  std::string missing = missing_versions(*list, *seen) + missing_of_key(session->shown, *seen_key);
  return OlderArchive{.session = std::move(*session), .head = list->head, .missing = std::move(missing)};
}

// [ARC-148] A client SHOULD go on from an older state of an archive than it has seen when its user, told what is missing, says so.
Outcome<void> accept_older(const OlderArchive& older) {
  const SessionFacts facts = older.session.link->facts();
  Device& device = *older.session.device;
  if (auto forgotten = device.forget_seen(facts.server, facts.user); !forgotten) return forgotten;
  if (auto believed = believe(*older.session.link, device, older.session.shown, older.session.key); !believed) return believed;
  if (older.head.number == 0) return {};
  return device.remember(SeenVersion{facts.server, facts.user, older.head});
}

std::string_view way_on_from_older() {
  return ". Ask the server's administrator whether it was put back from an older copy. If it was, `coffer destination accept-older NAME` "
         "goes "
         "on from what it has";
}

}  // namespace coffer::client
