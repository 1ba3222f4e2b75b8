#include "client/older_archive.h"

#include <algorithm>

#include <fmt/format.h>

#include "client/key_source.h"
#include "client/password_input.h"
#include "coffer/spec/permissions.h"

namespace coffer::client {

using keys::KeyMode;

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
  if (!shown.record && seen->generation == 0) return {};
  if (!shown.record)
    return fmt::format("It has no key record; this device has seen one: `coffer key create --mode {}` makes another for the same key. ",
                       name(seen->mode));
  if (shown.record->mode < seen->mode)
    return fmt::format("Its key mode is {}, which is lower than the one that this device has seen: `coffer key upgrade` raises it again. ",
                       name(shown.record->mode));
  if (shown.record->generation < seen->generation)
    return fmt::format("Its key record is generation {}; this device has seen generation {}: the password of then opens it. ",
                       shown.record->generation, seen->generation);
  return {};
}

/// Of an archive that this device has had a key of, no other is its key: what a server without records shows cannot tell.
Outcome<void> require_the_one_kept(const Asked& here, const keys::ArchiveKey& key) {
  const auto kept = here.device->kept_key(here.destination);
  if (!kept) return std::unexpected(kept.error());
  const SessionFacts facts = here.link->facts();
  if (!*kept || (*kept)->server != facts.server || (*kept)->user != facts.user || (*kept)->check == key.check_value()) return {};
  return std::unexpected(Failure{ExitCode::usage, "this is not the key that this device has of the archive: give that one"});
}

Outcome<FoundKey> key_of(const Asked& here, std::optional<keys::ArchiveKey> given, const std::string& password_file,
                         const protocol::Timers& timers) {
  if (!given)
    if (auto kept = open_kept(*here.link, *here.device, here.destination, here.shown)) return FoundKey{std::move(*kept)};
  auto key = key_for(here, std::move(given), password_file, timers);
  if (!key) return key;
  if (auto same = require_the_one_kept(here, key->key); !same) return std::unexpected(same.error());
  if (auto same = require_the_device_s(*here.device, here.destination, key->key.check_value()); !same) return std::unexpected(same.error());
  return key;
}

// [KEY-060] A client MUST NOT put a key record in the place of one that has its own check value and another tag … in a lower mode than it
// has seen, nor, where it has seen none, in one other than custom whose wrap its user's password did not open.
Outcome<KeyMode> mode_of_next_record(const ShownKey& shown, const std::optional<SeenKey>& seen, bool opened_by_password) {
  const KeyMode mode = shown.record->mode;
  if (seen) return std::max(mode, seen->mode);
  if (mode == KeyMode::custom || opened_by_password) return mode;
  return std::unexpected(Failure{
      ExitCode::refused,
      fmt::format("the server's key record is damaged, or somebody changed it, and this device cannot tell whether its mode was {}: "
                  "run this command with the password in place of the key, or on a computer that has backed up to it",
                  name(mode))});
}

Outcome<void> replace_record(OlderArchive& older, const std::string& password_file, const protocol::Timers& timers) {
  NextRecord& next = *older.next_record;
  Session& session = older.session;
  const bool under_a_known_one = next.mode == KeyMode::archive_password && next.password;
  auto password = under_a_known_one
                      ? std::move(*next.password)
                      : password_of(next.mode, *session.device, session.destination, password_file, new_password_from_terminal_or);
  if (!password) return std::unexpected(password.error());
  if (auto again = session.begin_again(timers); !again) return again;
  const auto stored =
      store_key(*session.link, *session.device, session.shown, session.key, {.mode = next.mode, .password = std::move(*password)});
  session.link->leave();
  if (!stored) return std::unexpected(stored.error());
  return {};
}

}  // namespace

Outcome<OlderArchive> look_at_older(std::shared_ptr<Device> device, const std::string& destination, std::optional<keys::ArchiveKey> given,
                                    const std::string& password_file, const protocol::Timers& timers) {
  auto visiting = visit(std::move(device), destination, timers, spec::permissions::backup | spec::permissions::restore);
  if (!visiting) return std::unexpected(visiting.error());
  Asked here{std::move(*visiting), {}};
  const auto stop = [&](Failure failure) {
    here.link->leave();
    return std::unexpected(std::move(failure));
  };
  auto shown = ask_for_key_whatever_was_seen(*here.link);
  if (!shown) return stop(shown.error());
  here.shown = std::move(*shown);
  auto found = key_of(here, std::move(given), password_file, timers);
  if (!found) return stop(found.error());
  keys::ArchiveKey& key = found->key;
  const bool damaged = is_damaged(here.shown, key);
  if (auto same = require_same_key(here.shown, key); !same && !damaged) return stop(same.error());
  const SessionFacts facts = here.link->facts();
  const auto seen_of_key = seen_key(*here.link, *here.device);
  if (!seen_of_key) return stop(seen_of_key.error());
  const auto seen = here.device->seen(facts.server, facts.user);
  if (!seen) return stop(seen.error());
  std::optional<NextRecord> next;
  if (damaged) {
    const auto mode = mode_of_next_record(here.shown, *seen_of_key, found->password.has_value());
    if (!mode) return stop(mode.error());
    next = NextRecord{*mode, std::move(found->password)};
  }
  keys::ArchiveKeys archive_keys = key.derive(owner_of(facts));
  const auto list = list_versions(*here.link, archive_keys, std::nullopt);
  if (!list) return stop(list.error());
  std::string missing = missing_versions(*list, *seen) + missing_of_key(here.shown, *seen_of_key);
  Session session{std::move(static_cast<Visit&>(here)), std::move(here.shown), std::move(key), std::move(archive_keys)};
  return OlderArchive{.session = std::move(session), .head = list->head, .missing = std::move(missing), .next_record = std::move(next)};
}

// [ARC-148] A client SHOULD go on from an older state of an archive than it has seen when its user, told what is missing, says so.
Outcome<void> accept_older(OlderArchive& older, const std::string& password_file, const protocol::Timers& timers) {
  const SessionFacts facts = older.session.link->facts();
  Device& device = *older.session.device;
  // Before anything is forgotten: what was locked opens with what the server hands out now.
  if (!open_kept(*older.session.link, device, older.session.destination, older.session.shown))
    if (auto kept = keep_key(*older.session.link, device, older.session.destination, older.session.shown, older.session.key); !kept)
      return kept;
  if (auto forgotten = device.forget_seen(facts.server, facts.user); !forgotten) return forgotten;
  if (auto taken = older.next_record ? replace_record(older, password_file, timers)
                                     : believe(*older.session.link, device, older.session.shown, older.session.key);
      !taken)
    return taken;
  if (older.head.number == 0) return {};
  return device.remember(SeenVersion{facts.server, facts.user, older.head});
}

std::string_view way_on_from_older() {
  return ". Ask the server's administrator whether it was put back from an older copy. If it was, `coffer destination accept-older NAME` "
         "goes "
         "on from what it has";
}

}  // namespace coffer::client
