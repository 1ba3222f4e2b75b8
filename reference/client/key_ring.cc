#include "client/key_ring.h"

#include <algorithm>

#include <botan/system_rng.h>
#include <fmt/format.h>

#include "client/older_archive.h"
#include "client/small_file.h"
#include "fault/switch.h"
#include "keys/key_keeping.h"
#include "keys/key_text.h"

namespace coffer::client {
namespace {

using keys::KeyMode;

std::unexpected<Failure> refused(std::string message) { return std::unexpected(Failure{ExitCode::refused, std::move(message)}); }
std::unexpected<Failure> local(std::string message) { return std::unexpected(Failure{ExitCode::local, std::move(message)}); }

std::string import_at(const Device& device, const std::string& destination) {
  return device.destinations().size() > 1 ? fmt::format("`coffer key import --destination {}`", destination) : "`coffer key import`";
}

}  // namespace

bool ShownKey::permits(KeyMode mode) const { return (said.modes & keys::bit(mode)) != 0; }

keys::PublicKey ShownKey::escrow_key() const {
  keys::PublicKey key{};
  std::ranges::copy(said.escrow_key, key.begin());
  return key;
}

bool ShownKey::is_for_another_escrow_key() const { return record && record->server && record->server->escrow_key != escrow_key(); }

keys::ArchiveOwner owner_of(const SessionFacts& facts) { return {.user = facts.user, .computer = facts.computer, .server = facts.server}; }

Outcome<std::optional<SeenKey>> seen_key(const ServerLink& link, const Device& device) {
  const SessionFacts facts = link.facts();
  return device.seen_key(facts.server, facts.user);
}

Outcome<ShownKey> ask_for_key_whatever_was_seen(ServerLink& link) {
  auto said = link.fetch_key();
  if (!said) return std::unexpected(said.error());
  ShownKey shown{.said = std::move(*said), .record = std::nullopt};
  if (shown.said.record.empty()) return shown;
  // [KEY-027] A client MUST refuse a key record that is not laid out so, names another user, computer or server, or has 0 or more than
  // 10,000,000 rounds.
  keys::Rounds rounds;
  rounds.min = 1;  // few are the test profile's; the password that is tried on them shows nothing of itself
  const auto record = keys::read_key_record(shown.said.record, owner_of(link.facts()), rounds);
  if (!record && !fault::on(fault::KEY_027_any_record))
    return refused(fmt::format("the server shows a key record that is none of this archive: {}", keys::describe(record.error())));
  if (record) shown.record = *record;
  return shown;
}

Outcome<ShownKey> ask_for_key(ServerLink& link, const Device& device) {
  auto shown = ask_for_key_whatever_was_seen(link);
  if (!shown) return shown;
  if (auto believed = require_nothing_older(link, device, *shown); !believed) return std::unexpected(believed.error());
  return shown;
}

Outcome<void> require_nothing_older(const ServerLink& link, const Device& device, const ShownKey& shown) {
  const auto seen = seen_key(link, device);
  if (!seen) return std::unexpected(seen.error());
  // [KEY-009] A client MUST refuse, and offer and store nothing, when a server shows a key record of a lower mode or a lower generation
  if (*seen && !fault::on(fault::KEY_009_nothing_remembered)) {
    if (!shown.record && (*seen)->generation == 0) return {};
    if (!shown.record)
      return refused("the server shows no key record where this device has seen one: it may be another, or an older copy of it" +
                     std::string(way_on_from_older()));
    if (shown.record->mode < (*seen)->mode)
      return refused(
          fmt::format("the server shows the key mode {}, which is lower than the one this device has seen: what only you could open would "
                      "be open to others{}",
                      name(shown.record->mode), way_on_from_older()));
    if (shown.record->generation < (*seen)->generation)
      return refused(fmt::format("the server shows generation {} of the key record, older than the {} that this device has seen{}",
                                 shown.record->generation, (*seen)->generation, way_on_from_older()));
  }
  return {};
}

bool is_damaged(const ShownKey& shown, const keys::ArchiveKey& key) {
  return shown.record && keys::disagrees(shown.said.record, *shown.record, key) == keys::KeyTagError::tag_differs;
}

// [KEY-028] A client MUST refuse a key record whose check value or tag is not that of the key that it holds or has opened.
Outcome<void> require_same_key(const ShownKey& shown, const keys::ArchiveKey& key) {
  if (!shown.record || fault::on(fault::KEY_028_any_key)) return {};
  const auto wrong = keys::disagrees(shown.said.record, *shown.record, key);
  if (!wrong) return {};
  return refused(*wrong == keys::KeyTagError::check_differs
                     ? "the server's key record is of another archive key than this device has: take the right one with `coffer key import`"
                     : "the server's key record is not as a holder of this archive key made it: it is damaged, or somebody changed it. "
                       "Tell the server's administrator; `coffer destination accept-older NAME` puts another in its place");
}

Outcome<void> believe(const ServerLink& link, Device& device, const ShownKey& shown, const keys::ArchiveKey& key) {
  if (auto same = require_same_key(shown, key); !same || !shown.record) return same;
  const auto seen = seen_key(link, device);
  if (!seen) return std::unexpected(seen.error());
  const SessionFacts facts = link.facts();
  const SeenKey now{facts.server, facts.user, shown.record->mode, shown.record->generation};
  if (*seen && (*seen)->mode == now.mode && (*seen)->generation == now.generation) return {};
  return device.remember(now);
}

// [KEY-053] A client MUST use one archive key for all destinations of a device.
Outcome<void> require_the_device_s(const Device& device, const std::string& destination, const Digest& check) {
  if (fault::on(fault::KEY_053_a_key_for_each)) return {};
  for (const std::string& other : device.destinations()) {
    if (other == destination) continue;
    const auto kept = device.kept_key(other);
    if (!kept) return std::unexpected(kept.error());
    if (*kept && (*kept)->check != check)
      return local(
          fmt::format("this is another archive key than the one that this device has for destination \"{}\", and all its destinations "
                      "share one. Give --home another directory for this archive, or take the other key away with `coffer key forget`",
                      other));
  }
  return {};
}

// [KEY-048] A client MUST keep on the device neither a device key, nor the archive key or a key derived from it other than in a
// device_wrap.
Outcome<void> keep_key(const ServerLink& link, Device& device, const std::string& destination, const ShownKey& shown,
                       const keys::ArchiveKey& key, bool settled) {
  const Digest check = key.check_value();
  if (auto own = require_the_device_s(device, destination, check); !own) return own;
  // [KEY-059] A client MUST NOT … show a password or an archive key that its user did not ask for in what it says.
  if (fault::on(fault::KEY_059_key_told)) {
    const auto text = keys::format_archive_key(key);
    fmt::print(stderr, "{}\n", std::string(text.begin(), text.end()));
  }
  if (fault::on(fault::KEY_048_plain_beside_the_wrap))
    if (auto plain = replace_file(device.home() + "/archive.key", keys::format_archive_key(key)); !plain) return plain;
  const SessionFacts facts = link.facts();
  return device.remember(destination, KeptKey{.server = facts.server,
                                              .user = facts.user,
                                              .check = check,
                                              .wrap = keys::wrap_for_device(owner_of(facts), key, shown.said.device_key),
                                              .settled = settled});
}

Outcome<KeptKey> require_kept(const Device& device, const std::string& destination) {
  const auto kept = device.kept_key(destination);
  if (!kept) return std::unexpected(kept.error());
  if (*kept) return **kept;
  const std::string at = device.destinations().size() > 1 ? " --destination " + destination : "";
  return local(
      fmt::format("this device has no archive key{}: `coffer key create{} --mode MODE` makes one for an archive that is to begin, and "
                  "`coffer key import{}` gets that of an archive that there is",
                  at.empty() ? "" : fmt::format(" for destination \"{}\"", destination), at, at));
}

Outcome<keys::ArchiveKey> open_kept(const ServerLink& link, const Device& device, const std::string& destination, const ShownKey& shown) {
  const auto kept = require_kept(device, destination);
  if (!kept) return std::unexpected(kept.error());
  const SessionFacts facts = link.facts();
  if (kept->server != facts.server || kept->user != facts.user)
    return local(
        fmt::format("the archive key on this device is for another user or server than this login is: {} gets the one of this "
                    "archive",
                    import_at(device, destination)));
  auto key = keys::open_on_device(owner_of(facts), kept->wrap, shown.said.device_key);
  if (!key || key->check_value() != kept->check)
    return local(
        fmt::format("what the server hands out does not open the archive key on this device any more: the computer or its user "
                    "was blocked or deactivated meanwhile, or the server is not what it was. {} unlocks the device, with the "
                    "password or with the key itself",
                    import_at(device, destination)));
  return std::move(*key);
}

Outcome<void> require_mode(const ServerLink& link, const Device& device, const ShownKey& shown, KeyMode mode) {
  const bool in_force = shown.record && shown.record->mode == mode;
  // [KEY-008] A client MUST NOT store a key record whose mode the server does not permit and whose mode is not in force.
  if (!shown.permits(mode) && !in_force && !fault::on(fault::KEY_008_any_mode))
    return refused(fmt::format("the server does not permit the key mode {}", name(mode)));
  if (shown.record && mode < shown.record->mode)
    return refused(fmt::format("the key mode is {}; a mode never gives way to a lower one", name(shown.record->mode)));
  // [KEY-057] A client whose user went on from an archive without a key record MUST NOT store one of a lower mode than it had seen
  const auto seen = seen_key(link, device);
  if (!seen) return std::unexpected(seen.error());
  if (*seen && mode < (*seen)->mode)
    return refused(fmt::format("the key mode was {} before the server lost the key record; a mode never gives way to a lower one",
                               name((*seen)->mode)));
  return {};
}

Outcome<std::uint64_t> store_key(ServerLink& link, Device& device, const ShownKey& shown, const keys::ArchiveKey& key,
                                 const KeyChoice& choice) {
  if (auto possible = require_mode(link, device, shown, choice.mode); !possible) return std::unexpected(possible.error());
  Botan::System_RNG random;
  keys::KeyRecordParts parts{.mode = choice.mode, .generation = shown.record ? shown.record->generation + 1 : 1};
  if (spec::escrows(choice.mode, spec::Escrowed::server_wrap)) parts.escrow_key = shown.escrow_key();
  if (choice.mode != KeyMode::custom) parts.password = View(choice.password);
  // [KEY-019] A client MUST make a password's wrap with at least 100,000 and at most 10,000,000 rounds.
  parts.rounds = fault::on(fault::KEY_019_few_rounds) ? 10'000 : static_cast<std::uint32_t>(spec::limits::pbkdf2_rounds_min);
  auto record = keys::make_key_record(parts, owner_of(link.facts()), key, random);
  if (!record) return refused(fmt::format("the server's escrow key cannot be used: {}", keys::describe(record.error())));
  if (auto kept = link.store_key(std::move(*record), parts.generation); !kept) return std::unexpected(kept.error());
  const SessionFacts facts = link.facts();
  if (auto kept = device.remember(SeenKey{facts.server, facts.user, choice.mode, parts.generation}); !kept)
    return std::unexpected(kept.error());
  return parts.generation;
}

// [KEY-007] A client MUST NOT offer blocks before the server has shown or acknowledged a key record of the client's own archive key.
Outcome<void> ready_for_blocks(ServerLink& link, Device& device, const std::string& destination, const ShownKey& shown,
                               const keys::ArchiveKey& key, const std::function<void(const std::string&)>& tell) {
  // [KEY-006] A client MUST NOT send the archive key, or any key derived from it, to a server
  if (fault::on(fault::KEY_006_named_as_a_block)) {
    Digest named{};
    std::ranges::copy(key.octets(), named.begin());
    if (auto listed = link.list_blocks(named); !listed) return std::unexpected(listed.error());
  }
  if (shown.record || fault::on(fault::KEY_007_offers_at_once)) return {};
  const auto kept = require_kept(device, destination);
  if (!kept) return std::unexpected(kept.error());
  if (!kept->settled)
    return local(
        "a choice of key mode was cut short, and the server has no key record: make it again with `coffer key create --mode MODE`");
  // [KEY-057] … nor a higher one before its user has chosen it.
  const auto seen = seen_key(link, device);
  if (!seen) return std::unexpected(seen.error());
  if (*seen && (*seen)->mode != KeyMode::custom) {
    const auto before = name((*seen)->mode);
    return local(fmt::format("the key mode was {} before the server lost the key record: `coffer key create --mode {}` makes another",
                             before, before));
  }
  if (!shown.permits(KeyMode::custom))
    return refused(
        "this archive has no key mode yet, and the server does not permit that you alone hold the key: choose one with `coffer key create "
        "--mode MODE`");
  tell(what_it_means(device, destination, KeyMode::custom));
  const auto stored = store_key(link, device, shown, key, {.mode = KeyMode::custom, .password = {}});
  if (!stored) return std::unexpected(stored.error());
  return {};
}

Outcome<keys::ArchiveKey> recovered_key(ServerLink& link, const keys::ArchiveOwner& owner) {
  Botan::System_RNG random;
  const keys::AgreementKey mine = keys::AgreementKey::generate(random);
  const auto handed = link.recover_key(mine.public_key());
  if (!handed) return std::unexpected(handed.error());
  keys::AgreementWrap wrap;
  std::copy_n(handed->begin(), wrap.one_time.size(), wrap.one_time.begin());
  std::copy_n(handed->begin() + static_cast<std::ptrdiff_t>(wrap.one_time.size()), wrap.wrapped.size(), wrap.wrapped.begin());
  auto key = keys::open_as_recipient(keys::Wrap::recovery, owner, wrap, mine);
  if (!key) return refused(fmt::format("what the server hands out is not this archive's key: {}", keys::describe(key.error())));
  return std::move(*key);
}

// [KEY-047] A client that logged in with a password under which the account_wrap does not open MUST store a new key record under that
// password
Outcome<UnlockedKey> unlocked_key(ServerLink& link, const Device& device, const std::string& destination, const ShownKey& shown,
                                  std::optional<keys::ArchiveKey> given, const keys::Secret& password) {
  UnlockedKey found{.key = std::move(given)};
  if (!found.key)
    if (auto kept = open_kept(link, device, destination, shown)) found.key = std::move(*kept);
  if (!shown.record || shown.record->mode != KeyMode::account_password) return found;
  const keys::ArchiveOwner owner = owner_of(link.facts());
  // [KEY-055] A client that logged in with a password and has the key MUST store a new key record when the server_wrap that it is shown is
  // for another escrow key than key_state has.
  const bool for_another = shown.is_for_another_escrow_key() && !fault::on(fault::KEY_055_left_for_another);
  auto opened = keys::open_with_password(*shown.record, owner, password);
  if (opened) {
    if (!found.key) found.key = std::move(*opened);
    found.wrap_is_stale = for_another;
    return found;
  }
  found.wrap_is_stale = !fault::on(fault::KEY_047_wrap_stays) || for_another;
  if (found.key || !found.wrap_is_stale) return found;
  auto recovered = recovered_key(link, owner);
  if (recovered)
    found.key = std::move(*recovered);
  else
    found.not_recovered = std::move(recovered.error());
  return found;
}

namespace {

/// "Nobody but you will be able to restore …"
std::string_view consequences(KeyMode mode) {
  switch (mode) {
    case KeyMode::account_password:
      return "You can restore on any computer with your account password. The server's administrators can restore too, and if you forget "
             "the password, help you.";
    case KeyMode::archive_password:
      return "Nobody but you will be able to restore. If you forget this password and no computer that the server lets in holds the key "
             "any "
             "more, the backup is lost. No administrator can help.";
    case KeyMode::custom:
      return "Nobody but who has the key will be able to restore. Keep a copy of it in a safe place (`coffer key export`): if it is lost "
             "and no computer that the server lets in holds it any more, the backup is lost. No administrator can help.";
  }
  return {};
}

/// The archives of a device have one key, so that the lowest of their modes says who can read them all. Empty: they are all in this one.
std::string where_it_is_lower(const Device& device, const std::string& destination, KeyMode mode) {
  for (const std::string& other : device.destinations()) {
    if (other == destination) continue;
    const auto kept = device.kept_key(other);
    if (!kept || !*kept) continue;
    const auto seen = device.seen_key((*kept)->server, (*kept)->user);
    if (!seen || !*seen || (*seen)->mode == mode) continue;
    const bool here = mode < (*seen)->mode;
    return fmt::format("The archive at destination \"{}\" has the same key, in a {} mode: whoever can open the archive {} can read both.",
                       other, here ? "higher" : "lower", here ? "here" : "there");
  }
  return {};
}

}  // namespace

// [KEY-013] A client MUST tell its user, before it stores a key record, what opens the archive in that mode and what is lost with which
// secret.
std::string what_it_means(const Device& device, const std::string& destination, KeyMode mode) {
  std::string lines = fmt::format("{}\n", consequences(mode));
  if (const std::string lower = where_it_is_lower(device, destination, mode); !lower.empty()) lines += lower + "\n";
  return lines;
}

}  // namespace coffer::client
