// `coffer login`: tries a login at one destination, and keeps it on the device if the server accepts it, with the archive's key where that
// can be had. A password goes to no server that its user did not mean: with several destinations one has to be named.
// `coffer logout` takes all of it off the device, and asks no server.
#include <algorithm>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "client/commands.h"
#include "client/destination_choice.h"
#include "client/device.h"
#include "client/key_loss.h"
#include "client/key_ring.h"
#include "client/key_source.h"
#include "client/net_link.h"
#include "client/password_input.h"
#include "client/printable.h"
#include "coffer/spec/limits.h"
#include "coffer/spec/permissions.h"

namespace coffer::client {
namespace {

std::unexpected<Failure> usage(std::string message) { return std::unexpected(Failure{ExitCode::usage, std::move(message)}); }

bool alphanumeric(char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

/// What the session says of the archive's key, and what its user gives, put on the device; and what to tell the user of it.
struct Unlocked {
  bool has_key = false;
  std::string next;  // what to do now, if anything
  std::optional<Failure> no_key =
      std::nullopt;  // what the server shows is not to be believed, or it hands no key out; the login itself is as good as any
};

std::string what_next(const UnlockedKey& unlocked, const ShownKey& shown, const std::string& at) {
  const bool custom = shown.record && shown.record->mode == keys::KeyMode::custom;
  if (unlocked.key && shown.record) return "This device has the archive's key.";
  if (unlocked.key)
    return fmt::format(
        "This device has your archive key, and `coffer backup` will leave it with you alone; `coffer key create{} --mode MODE` "
        "lets others open the archive too.",
        at);
  if (!shown.record)
    return fmt::format(
        "Choose who can open the archive before the first backup: `coffer key create{} --mode MODE`, which is "
        "account_password, archive_password or custom.",
        at);
  return fmt::format("This device lacks the archive's key: `coffer key import{}` takes it, {}.", at,
                     custom ? "with --archive-key" : "with the archive password");
}

Outcome<Unlocked> unlock(ServerLink& link, Device& device, const std::string& destination, std::optional<keys::ArchiveKey> given,
                         const keys::Secret& password) {
  const SessionFacts facts = link.facts();
  if ((facts.permissions & (spec::permissions::backup | spec::permissions::restore)) == 0) {
    if (given)
      return std::unexpected(Failure{ExitCode::refused,
                                     "this login gives no permissions, and so the server hands out nothing to lock the archive key with: "
                                     "log in without --archive-key"});
    return Unlocked{};
  }
  const auto shown = ask_for_key_whatever_was_seen(link);
  if (!shown) return std::unexpected(shown.error());
  if (auto believed = require_nothing_older(link, device, *shown); !believed)
    return Unlocked{.has_key = false, .next = {}, .no_key = std::move(believed.error())};
  auto unlocked = unlocked_key(link, device, destination, *shown, std::move(given), password);
  if (!unlocked) return std::unexpected(unlocked.error());
  const std::string at = device.destinations().size() > 1 ? " --destination " + destination : "";
  Unlocked done{.has_key = unlocked->key.has_value(), .next = what_next(*unlocked, *shown, at)};
  if (unlocked->not_recovered) return Unlocked{.has_key = false, .next = {}, .no_key = with_a_way_on(std::move(*unlocked->not_recovered))};
  if (!unlocked->key) return done;
  if (auto same = require_same_key(*shown, *unlocked->key); !same && is_damaged(*shown, *unlocked->key))
    return Unlocked{.has_key = false, .next = {}, .no_key = std::move(same.error())};
  if (auto believed = believe(link, device, *shown, *unlocked->key); !believed) return std::unexpected(believed.error());
  // Who else can open the archive is for the user to know: a device without a memory takes whatever mode the server shows it.
  if (shown->record) fmt::print(stderr, "{}", what_it_means(device, destination, shown->record->mode));
  if (auto kept = keep_key(link, device, destination, *shown, *unlocked->key); !kept) return std::unexpected(kept.error());
  if (!unlocked->wrap_is_stale || (facts.permissions & spec::permissions::backup) == 0) return done;
  const auto stored = store_key(link, device, *shown, *unlocked->key, {.mode = keys::KeyMode::account_password, .password = password});
  if (!stored) return std::unexpected(stored.error());
  return done;
}

/// Who else has a key here is logged out first: what a login as another user took away, nothing might bring back.
Outcome<void> require_nobody_else(const Device& device, const std::string& destination, const std::string& user) {
  const auto kept = device.kept_key(destination);
  if (!kept) return std::unexpected(kept.error());
  if (!*kept) return {};
  const auto credential = device.credential(destination);
  if (!credential || credential->user_name == user) return {};
  return usage(
      fmt::format("{} is logged in there, and this device has the key of that archive: run `coffer logout` first, which takes "
                  "both off the device",
                  printable(credential->user_name)));
}

}  // namespace

Outcome<Shown> run_login(const Context& context, const LoginArguments& arguments) {
  if (arguments.registration_key.size() != spec::limits::registration_key_octets ||
      !std::ranges::all_of(arguments.registration_key, alphanumeric))
    return usage("--registration-key: expected 16 letters and digits");
  if (arguments.user.empty() || arguments.user.size() > spec::limits::text_octets_max) return usage("--user: expected 1 to 255 octets");
  if (printable(arguments.user).find("\\x") != std::string::npos)
    return usage("--user: expected text in UTF-8 without control characters or backslashes");
  auto device = Device::open(context.home);
  if (!device) return std::unexpected(device.error());
  const auto destination = one_destination(*device, context.destinations);
  if (!destination) return std::unexpected(destination.error());
  if (auto alone = require_nobody_else(*device, *destination, arguments.user); !alone) return std::unexpected(alone.error());
  // [KEY-004] A client MUST refuse a given archive key that has fewer than eight different octets: before anything is sent.
  auto given = archive_key_from(arguments.archive_key);
  if (!given) return std::unexpected(given.error());
  auto password = password_from_terminal_or(arguments.password_file, "Password of " + printable(arguments.user));
  if (!password) return std::unexpected(password.error());

  const Credential credential{arguments.registration_key, arguments.user, std::move(*password), arguments.deferred};
  auto link = connect(*device, *destination, credential, context.timers);
  if (!link) return std::unexpected(link.error());
  const SessionFacts facts = (*link)->facts();
  auto unlocked = unlock(**link, *device, *destination, std::move(*given), credential.password);
  (*link)->leave();
  if (!unlocked) return std::unexpected(unlocked.error());
  if (auto kept = device->remember(*destination, credential); !kept) return std::unexpected(kept.error());
  if (unlocked->no_key) {
    unlocked->no_key->message += ". The login is kept";
    return std::unexpected(std::move(*unlocked->no_key));
  }
  const nlohmann::json json = {{"user", facts.user},
                               {"server", format_guid(facts.server)},
                               {"permissions", facts.permissions},
                               {"destination", *destination},
                               {"archive_key", unlocked->has_key}};
  return Shown{.code = ExitCode::ok,
               .text = fmt::format("{} is logged in at server {}.{}{}\n", printable(arguments.user), format_guid(facts.server),
                                   unlocked->next.empty() ? "" : " ", unlocked->next),
               .json = json.dump(),
               .problems = {}};
}

Outcome<Shown> run_logout(const Context& context) {
  auto device = Device::open(context.home);
  if (!device) return std::unexpected(device.error());
  const auto destination = one_destination(*device, context.destinations);
  if (!destination) return std::unexpected(destination.error());
  if (auto accepted = accept_key_loss(*device, {*destination}); !accepted) return std::unexpected(accepted.error());
  if (auto gone = device->log_out(*destination); !gone) return std::unexpected(gone.error());
  return Shown{.code = ExitCode::ok,
               .text =
                   "Logged out: the login, what the server had pushed and the archive's key are off this device. `coffer login`, and "
                   "`coffer key import` where the password alone does not open the archive, bring them back.\n",
               .json = nlohmann::json{{"destination", *destination}, {"logged_out", true}}.dump(),
               .problems = {}};
}

}  // namespace coffer::client
