// `coffer key …`: who can open the archive, and with which secret (chapter 7).
#include <unistd.h>

#include <algorithm>

#include <botan/system_rng.h>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "client/commands.h"
#include "client/destination_choice.h"
#include "client/key_ring.h"
#include "client/net_link.h"
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

/// The password that a mode has: the account's is the one that logs in.
Outcome<keys::Secret> password_of(KeyMode mode, const Device& device, const std::string& destination, const std::string& file) {
  if (mode == KeyMode::custom) return keys::Secret();
  if (mode == KeyMode::account_password) {
    auto credential = device.credential(destination);
    if (!credential) return std::unexpected(credential.error());
    return std::move(credential->password);
  }
  return password_from_terminal_or(file, "Archive password");
}

/// Asks the server with the session's own permission, and tells what it said.
struct Asked {
  Session session;
  keys::ArchiveKey key;
  ShownKey shown;
};
Outcome<Asked> asked(const Context& context) {
  auto session = open_session(context, spec::permissions::backup);
  if (!session) return std::unexpected(session.error());
  auto key = session->device->archive_key();
  if (!key) return std::unexpected(key.error());
  auto shown = ask_for_key(*session->link, *session->device);
  if (!shown) return std::unexpected(shown.error());
  if (auto same = require_same_key(*shown, *key); !same) return std::unexpected(same.error());
  return Asked{std::move(*session), std::move(*key), std::move(*shown)};
}

Outcome<Shown> take_mode(const Context& context, const KeyArguments& arguments, bool first) {
  const auto mode = mode_named(arguments.mode);
  if (!mode) return std::unexpected(mode.error());
  // [KEY-013] A client MUST tell its user, before it stores a key record, what opens the archive in that mode and what is lost with which
  // secret.
  fmt::print(stderr, "{}\n", consequences(*mode));
  auto now = asked(context);
  if (!now) return std::unexpected(now.error());
  auto& [session, key, shown] = *now;
  if (first == shown.record.has_value()) {
    session.link->leave();
    return first ? usage(fmt::format("this archive's key mode is {} already: raise it with `coffer key upgrade`", name(shown.record->mode)))
                 : usage("this archive has no key mode yet: choose one with `coffer key create`");
  }
  auto password = password_of(*mode, *session.device, session.destination, arguments.password_file);
  if (!password) return std::unexpected(password.error());
  const auto generation = store_key(*session.link, *session.device, shown, key, {.mode = *mode, .password = std::move(*password)});
  if (!generation) return std::unexpected(generation.error());
  session.link->leave();
  return done(fmt::format("the key mode is {}.\n", name(*mode)), {{"mode", name(*mode)}, {"generation", *generation}});
}

/// The key that a new device takes: the one given, or what the archive's record opens to.
Outcome<keys::ArchiveKey> key_for(const KeyArguments& arguments, ServerLink& link, const Device& device, const std::string& destination,
                                  const ShownKey& shown) {
  const keys::ArchiveOwner owner = owner_of(link.facts());
  if (!arguments.archive_key.empty()) {
    const auto file = read_small_file(arguments.archive_key == "-" ? "/dev/stdin" : arguments.archive_key, 4096);
    if (!file) return std::unexpected(file.error());
    auto key = keys::parse_archive_key(file->text());
    if (file->missing || !key) return usage("--archive-key: expected a file of 64 hexadecimal digits");
    return std::move(*key);
  }
  if (!shown.record) return usage("the server has no key record of this archive: give the key itself with --archive-key");
  const KeyMode mode = shown.record->mode;
  if (mode == KeyMode::custom) return usage("in this key mode only the key itself opens the archive: give it with --archive-key");
  const auto password = password_of(mode, device, destination, arguments.password_file);
  if (!password) return std::unexpected(password.error());
  auto key = keys::open_with_password(*shown.record, owner, *password);
  if (key) return std::move(*key);
  if (mode == KeyMode::archive_password) return usage("this is not the archive password. Without it nobody can open the archive here");
  return recovered_key(link, owner);
}

}  // namespace

Outcome<Shown> run_key_create(const Context& context, const KeyArguments& arguments) { return take_mode(context, arguments, true); }
Outcome<Shown> run_key_upgrade(const Context& context, const KeyArguments& arguments) { return take_mode(context, arguments, false); }

Outcome<Shown> run_key_show_mode(const Context& context) {
  auto now = asked(context);
  if (!now) return std::unexpected(now.error());
  now->session.link->leave();
  if (!now->shown.record) return done("no key mode yet: the archive key is on this device alone.\n", {{"mode", nullptr}});
  const auto mode = now->shown.record->mode;
  return done(fmt::format("{}\n{}\n", name(mode), consequences(mode)),
              {{"mode", name(mode)}, {"generation", now->shown.record->generation}});
}

Outcome<Shown> run_key_change_password(const Context& context, const KeyArguments& arguments) {
  auto now = asked(context);
  if (!now) return std::unexpected(now.error());
  auto& [session, key, shown] = *now;
  const bool archive = shown.record && shown.record->mode == KeyMode::archive_password;
  auto password = password_from_terminal_or(arguments.password_file, archive ? "New archive password" : "New account password");
  if (!password) return std::unexpected(password.error());
  if (archive) {
    const auto generation =
        store_key(*session.link, *session.device, shown, key, {.mode = KeyMode::archive_password, .password = std::move(*password)});
    if (!generation) return std::unexpected(generation.error());
  } else {
    auto credential = session.device->credential(session.destination);
    if (!credential) return std::unexpected(credential.error());
    if (auto changed = session.link->change_password(credential->password, *password); !changed) return std::unexpected(changed.error());
    credential->password = std::move(*password);
    if (auto kept = session.device->remember(session.destination, *credential); !kept) return std::unexpected(kept.error());
  }
  session.link->leave();
  return done(fmt::format("the {} password is changed; no data was touched.\n", archive ? "archive" : "account"),
              {{"changed", archive ? "archive" : "account"}});
}

Outcome<Shown> run_key_import(const Context& context, const KeyArguments& arguments) {
  auto device = Device::open(context.home);
  if (!device) return std::unexpected(device.error());
  const auto destination = one_destination(*device, context.destinations);
  if (!destination) return std::unexpected(destination.error());
  const auto credential = device->credential(*destination);
  if (!credential) return std::unexpected(credential.error());
  auto link = connect(*device, *destination, *credential, context.timers);
  if (!link) return std::unexpected(link.error());
  const auto shown = ask_for_key(**link, *device);
  if (!shown) return std::unexpected(shown.error());
  const auto key = key_for(arguments, **link, *device, *destination, *shown);
  if (!key) return std::unexpected(key.error());
  if (auto same = require_same_key(*shown, *key); !same) return std::unexpected(same.error());
  if (auto kept = device->replace_archive_key(*key); !kept) return std::unexpected(kept.error());
  (*link)->leave();
  return done("this device has the archive's key.\n", {{"key_check", hex(key->check_value())}});
}

Outcome<Shown> run_key_export(const Context& context, const KeyArguments& arguments) {
  const auto device = Device::open(context.home);
  if (!device) return std::unexpected(device.error());
  const auto key = device->archive_key();
  if (!key) return std::unexpected(key.error());
  const auto text = keys::format_archive_key(*key);
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
  if (auto gone = device->forget_archive_key(); !gone) return std::unexpected(gone.error());
  return done("this device has no archive key any more: `coffer key import` brings it back.\n", {{"forgotten", true}});
}

}  // namespace coffer::client
