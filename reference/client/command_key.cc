// `coffer key …`: who can open the archive, and with which secret (chapter 7).
#include <unistd.h>

#include <optional>

#include <botan/system_rng.h>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "client/agreement.h"
#include "client/commands.h"
#include "client/key_loss.h"
#include "client/key_ring.h"
#include "client/key_source.h"
#include "client/password_input.h"
#include "client/printable.h"
#include "client/session.h"
#include "client/small_file.h"
#include "coffer/spec/permissions.h"
#include "keys/key_text.h"

namespace coffer::client {
namespace {

using keys::KeyMode;

std::unexpected<Failure> usage(std::string message) { return std::unexpected(Failure{ExitCode::usage, std::move(message)}); }

Outcome<KeyMode> mode_named(const std::string& text) {
  for (const KeyMode mode : spec::all_key_modes)
    if (name(mode) == text) return mode;
  return usage("--mode: expected account_password, archive_password or custom");
}

Shown done(std::string text, nlohmann::json json) {
  return {.code = ExitCode::ok, .text = std::move(text), .json = json.dump(), .problems = {}};
}

/// Who verifies a login sees the account password, and could open with it what only the user is to open.
void warn_of_one_for_both(std::string_view this_is) {
  fmt::print(stderr,
             "This is your {} password too, and the server sees the account password when you log in: who breaks into it could open the "
             "archive. Take another one with `coffer key change-password`.\n",
             this_is);
}

void warn_if_it_logs_in(const Device& device, const std::string& destination, const keys::Secret& archive_password) {
  if (const auto credential = device.credential(destination); credential && credential->password == archive_password)
    warn_of_one_for_both("account");
}

/// The same for one that is to hold from now on.
Outcome<keys::Secret> new_password_of(KeyMode mode, const Device& device, const std::string& destination, const std::string& file) {
  auto password = password_of(mode, device, destination, file, new_password_from_terminal_or);
  if (password && mode == KeyMode::archive_password) warn_if_it_logs_in(device, destination, *password);
  return password;
}

Outcome<Asked> ask(const Context& context, std::uint32_t permissions_any_of) {
  auto visiting = visit(context, permissions_any_of);
  if (!visiting) return std::unexpected(visiting.error());
  auto shown = ask_for_key(*visiting->link, *visiting->device);
  if (!shown) {
    visiting->link->leave();
    return std::unexpected(shown.error());
  }
  return Asked{std::move(*visiting), std::move(*shown)};
}

std::unexpected<Failure> stop(const Visit& visiting, Failure failure) {
  visiting.link->leave();
  return std::unexpected(std::move(failure));
}

/// What an archive begins with: the key given, or the one that the device has, or a random one.
Outcome<keys::ArchiveKey> key_to_begin_with(const Asked& here, std::optional<keys::ArchiveKey> given, const protocol::Timers& timers) {
  if (given) return std::move(*given);
  const auto kept = here.device->kept_key(here.destination);
  if (!kept) return std::unexpected(kept.error());
  if (*kept) return open_kept(*here.link, *here.device, here.destination, here.shown);
  auto elsewhere = key_from_elsewhere(here, timers);
  if (!elsewhere) return std::unexpected(elsewhere.error());
  if (*elsewhere) return std::move(**elsewhere);
  Botan::System_RNG random;
  return keys::ArchiveKey::generate(random);
}

/// What the mode means, and at a terminal the question whether it is to be: no mode gives way to a lower one. Failure: interrupted.
Outcome<void> agreed_to(const Visit& visiting, KeyMode mode) {
  fmt::print(stderr, "{}", what_it_means(*visiting.device, visiting.destination, mode));
  if (mode == KeyMode::account_password || !somebody_is_there()) return {};
  return ask_to_go_on("This cannot be taken back.");
}

Outcome<Shown> taken(const Visit& visiting, KeyMode mode, const Outcome<std::uint64_t>& generation) {
  if (!generation) return std::unexpected(generation.error());
  visiting.link->leave();
  return done(fmt::format("the key mode is {}.\n", name(mode)), {{"mode", name(mode)}, {"generation", *generation}});
}

constexpr auto either = spec::permissions::backup | spec::permissions::restore;

Outcome<void> change_archive_password(const Asked& here, const std::string& password_file) {
  const auto key = open_kept(*here.link, *here.device, here.destination, here.shown);
  if (!key) return std::unexpected(key.error());
  if (auto believed = believe(*here.link, *here.device, here.shown, *key); !believed) return believed;
  fmt::print(stderr, "{}", what_it_means(*here.device, here.destination, KeyMode::archive_password));
  auto password = new_password_from_terminal_or(password_file, "New archive password");
  if (!password) return std::unexpected(password.error());
  warn_if_it_logs_in(*here.device, here.destination, *password);
  const auto generation =
      store_key(*here.link, *here.device, here.shown, *key, {.mode = KeyMode::archive_password, .password = std::move(*password)});
  if (!generation) return std::unexpected(generation.error());
  return {};
}

/// In every mode: in account_password the server wraps the key anew, in the others nothing is under this password.
Outcome<void> change_account_password(const Asked& here, const std::string& password_file) {
  auto password = new_password_from_terminal_or(password_file, "New account password");
  if (!password) return std::unexpected(password.error());
  const auto& record = here.shown.record;
  if (record && record->mode == KeyMode::archive_password && keys::open_with_password(*record, owner_of(here.link->facts()), *password))
    warn_of_one_for_both("archive");
  auto credential = here.device->credential(here.destination);
  if (!credential) return std::unexpected(credential.error());
  if (auto changed = here.link->change_password(credential->password, *password); !changed) return changed;
  credential->password = std::move(*password);
  return here.device->remember(here.destination, *credential);
}

}  // namespace

Outcome<Shown> run_key_create(const Context& context, const KeyArguments& arguments) {
  const auto mode = mode_named(arguments.mode);
  if (!mode) return std::unexpected(mode.error());
  auto given = archive_key_from(arguments.archive_key);
  if (!given) return std::unexpected(given.error());
  auto here = ask(context, spec::permissions::backup);
  if (!here) return std::unexpected(here.error());
  auto& [device, destination, link] = static_cast<Visit&>(*here);
  if (here->shown.record)
    return stop(*here, {ExitCode::usage, fmt::format("this archive's key mode is {} already: `coffer key upgrade` raises it, and a device "
                                                     "without the key takes it with `coffer key import`",
                                                     name(here->shown.record->mode))});
  if (auto possible = require_mode(*link, *device, here->shown, *mode); !possible) return stop(*here, possible.error());
  if (auto agreed = agreed_to(*here, *mode); !agreed) return stop(*here, agreed.error());
  auto password = new_password_of(*mode, *device, destination, arguments.password_file);
  if (!password) return stop(*here, password.error());
  const auto key = key_to_begin_with(*here, std::move(*given), context.timers);
  if (!key) return stop(*here, key.error());
  // Before the server has a record of it: no record may be of a key that nobody has.
  if (auto kept = keep_key(*link, *device, destination, here->shown, *key, false); !kept) return stop(*here, kept.error());
  const auto generation = store_key(*link, *device, here->shown, *key, {.mode = *mode, .password = std::move(*password)});
  if (generation)
    if (auto kept = keep_key(*link, *device, destination, here->shown, *key); !kept) return stop(*here, kept.error());
  return taken(*here, *mode, generation);
}

Outcome<Shown> run_key_upgrade(const Context& context, const KeyArguments& arguments) {
  const auto mode = mode_named(arguments.mode);
  if (!mode) return std::unexpected(mode.error());
  auto here = open_session(context, spec::permissions::backup);
  if (!here) return std::unexpected(here.error());
  if (!here->shown.record) return stop(*here, {ExitCode::usage, "this archive has no key mode yet: choose one with `coffer key create`"});
  if (auto possible = require_mode(*here->link, *here->device, here->shown, *mode); !possible) return stop(*here, possible.error());
  if (auto agreed = agreed_to(*here, *mode); !agreed) return stop(*here, agreed.error());
  auto password = new_password_of(*mode, *here->device, here->destination, arguments.password_file);
  if (!password) return stop(*here, password.error());
  return taken(*here, *mode,
               store_key(*here->link, *here->device, here->shown, here->key, {.mode = *mode, .password = std::move(*password)}));
}

Outcome<Shown> run_key_show_mode(const Context& context) {
  const auto here = ask(context, either);
  if (!here) return std::unexpected(here.error());
  if (const auto key = open_kept(*here->link, *here->device, here->destination, here->shown))
    if (auto same = require_same_key(here->shown, *key); !same) return stop(*here, same.error());
  here->link->leave();
  if (!here->shown.record) return done("no key mode yet: the server has no record of the archive's key.\n", {{"mode", nullptr}});
  const auto mode = here->shown.record->mode;
  return done(fmt::format("{}\n{}", name(mode), what_it_means(*here->device, here->destination, mode)),
              {{"mode", name(mode)}, {"generation", here->shown.record->generation}});
}

Outcome<Shown> run_key_change_password(const Context& context, const KeyArguments& arguments) {
  // The account's wraps nothing here: the server wraps anew, in account_password alone. So no key is needed for it.
  auto here = ask(context, either);
  if (!here) return std::unexpected(here.error());
  const bool archive_s_own = here->shown.record && here->shown.record->mode == KeyMode::archive_password;
  if (auto changed = archive_s_own && !arguments.account ? change_archive_password(*here, arguments.password_file)
                                                         : change_account_password(*here, arguments.password_file);
      !changed)
    return stop(*here, changed.error());
  here->link->leave();
  const auto* which = archive_s_own && !arguments.account ? "archive" : "account";
  // What is wrapped for an escrow key that the server has no more, it does not wrap anew [KEY-054, KEY-055].
  if (here->shown.is_for_another_escrow_key())
    fmt::print(
        stderr,
        "The server lost the escrow key that this archive's key is wrapped for: until `coffer login` is run on a computer that has the "
        "key, the backup opens elsewhere with the former password alone.\n");
  return done(fmt::format("the {} password is changed; no data was touched.\n", which), {{"changed", which}});
}

Outcome<Shown> run_key_import(const Context& context, const KeyArguments& arguments) {
  auto given = archive_key_from(arguments.archive_key);
  if (!given) return std::unexpected(given.error());
  const auto here = ask(context, either);
  if (!here) return std::unexpected(here.error());
  const auto key = key_for(*here, std::move(*given), arguments.password_file, context.timers);
  if (!key) return stop(*here, key.error());
  if (auto believed = believe(*here->link, *here->device, here->shown, key->key); !believed) return stop(*here, believed.error());
  if (auto kept = keep_key(*here->link, *here->device, here->destination, here->shown, key->key); !kept) return stop(*here, kept.error());
  here->link->leave();
  return done("this device has the archive's key.\n", {{"key_check", hex(key->key.check_value())}});
}

Outcome<Shown> run_key_export(const Context& context, const KeyArguments& arguments) {
  const auto session = open_session(context, either);
  if (!session) return std::unexpected(session.error());
  session->link->leave();
  const auto text = keys::format_archive_key(session->key);
  if (arguments.archive_key == "-") {
    for (std::size_t at = 0; at < text.size();) {
      const auto count = ::write(STDOUT_FILENO, text.data() + at, text.size() - at);
      if (count <= 0) return std::unexpected(Failure{ExitCode::local, "cannot write standard output"});
      at += static_cast<std::size_t>(count);
    }
    return Shown{.code = ExitCode::ok, .text = {}, .json = {}, .problems = {}};
  }
  if (auto written = replace_file(arguments.archive_key, text); !written) return std::unexpected(written.error());
  return done(fmt::format("the archive key is in {}: whoever reads it reads the whole backup.\n", printable(arguments.archive_key)),
              {{"file", printable(arguments.archive_key)}});
}

Outcome<Shown> run_key_forget(const Context& context) {
  auto device = Device::open(context.home);
  if (!device) return std::unexpected(device.error());
  if (auto accepted = accept_key_loss(*device, device->destinations()); !accepted) return std::unexpected(accepted.error());
  for (const std::string& destination : device->destinations())
    if (auto gone = device->erase_key(destination); !gone) return std::unexpected(gone.error());
  return done("this device has no archive key any more, for no destination: `coffer key import` brings it back.\n", {{"forgotten", true}});
}

}  // namespace coffer::client
