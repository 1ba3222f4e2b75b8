#include "client/key_source.h"

#include <fmt/format.h>

#include "client/password_input.h"
#include "client/small_file.h"
#include "coffer/spec/permissions.h"
#include "fault/switch.h"

namespace coffer::client {

using keys::KeyMode;

namespace {

std::unexpected<Failure> usage(std::string message) { return std::unexpected(Failure{ExitCode::usage, std::move(message)}); }

}  // namespace

Failure with_a_way_on(Failure not_recovered) {
  not_recovered.message +=
      ". The account password of before, under which the key was last wrapped, still opens it: `coffer key import --password-file FILE`; "
      "or log in on a computer that has the key";
  return not_recovered;
}

Outcome<keys::Secret> password_of(KeyMode mode, const Device& device, const std::string& destination, const std::string& file,
                                  AskForPassword ask_for_it) {
  if (mode == KeyMode::custom) return keys::Secret();
  if (mode == KeyMode::account_password) {
    auto credential = device.credential(destination);
    if (!credential) return std::unexpected(credential.error());
    return std::move(credential->password);
  }
  auto password = ask_for_it(file, "Archive password");
  // [KEY-059] A client MUST NOT keep the archive password, send it, or show a password or an archive key that its user did not ask for
  if (password && fault::on(fault::KEY_059_password_kept))
    if (auto kept = replace_file(device.home() + "/archive.password", *password); !kept) return std::unexpected(kept.error());
  if (password && fault::on(fault::KEY_059_password_told)) fmt::print(stderr, "{}\n", std::string(password->begin(), password->end()));
  return password;
}

Outcome<std::optional<keys::ArchiveKey>> key_from_elsewhere(const Asked& here, const protocol::Timers& timers) {
  std::optional<Failure> failure;
  for (const std::string& other : here.device->destinations()) {
    if (other == here.destination) continue;
    const auto kept = here.device->kept_key(other);
    if (!kept) return std::unexpected(kept.error());
    if (!*kept) continue;
    auto there = open_session(here.device, other, timers, spec::permissions::backup | spec::permissions::restore);
    if (there) {
      there->link->leave();
      return std::optional(std::move(there->key));
    }
    failure = Failure{there.error().code, fmt::format("this device's archive key is that of destination \"{}\" too, and cannot be opened "
                                                      "there: {}",
                                                      other, there.error().message)};
  }
  if (failure) return std::unexpected(*failure);
  return std::nullopt;
}

Outcome<FoundKey> key_for(const Asked& here, std::optional<keys::ArchiveKey> given, const std::string& password_file,
                          const protocol::Timers& timers) {
  if (given) return FoundKey{std::move(*given)};
  if (auto elsewhere = key_from_elsewhere(here, timers); elsewhere && *elsewhere) return FoundKey{std::move(**elsewhere)};
  if (!here.shown.record)
    return usage(
        "the server has no key record of this archive, so that only the key itself brings it back: give the file that `coffer key export` "
        "wrote with --archive-key");
  const KeyMode mode = here.shown.record->mode;
  if (mode == KeyMode::custom) return usage("in this key mode only the key itself opens the archive: give it with --archive-key");
  // An account password of before is one that its user names: what was changed meanwhile may not be what the record is under.
  const bool of_before = mode == KeyMode::account_password && !password_file.empty();
  auto password = of_before ? password_from_terminal_or(password_file, {})
                            : password_of(mode, *here.device, here.destination, password_file, password_from_terminal_or);
  if (!password) return std::unexpected(password.error());
  const keys::ArchiveOwner owner = owner_of(here.link->facts());
  auto key = keys::open_with_password(*here.shown.record, owner, *password);
  if (key) return FoundKey{std::move(*key), std::move(*password)};
  if (mode == KeyMode::archive_password) return usage("this is not the archive password. Without it nobody can open the archive here");
  if (of_before) return usage("the archive's key is not under this account password: give the one that it was last wrapped for");
  auto recovered = recovered_key(*here.link, owner);
  if (!recovered) return std::unexpected(with_a_way_on(std::move(recovered.error())));
  return FoundKey{std::move(*recovered)};
}

}  // namespace coffer::client
