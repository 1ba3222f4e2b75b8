#include "server/key_commands.h"

#include <botan/system_rng.h>
#include <fmt/format.h>

#include <fstream>
#include <iostream>

#include "server/account_source.h"
#include "server/escrow_change.h"
#include "server/kept_keys.h"
#include "server/key_events.h"
#include "server/key_keeper.h"
#include "server/wall_time.h"

namespace coffer::server {
namespace {

Outcome stop(Outcome outcome, std::string_view what) {
  fmt::print(stderr, "cofferd: {}\n", what);
  return outcome;
}

/// All that a command needs, opened as a server opens it.
struct Opened {
  std::unique_ptr<store::PosixFileSystem> files;
  std::unique_ptr<store::Store> store;
  std::unique_ptr<store::KeyStore> keys;
};

/// All but the keys.
std::expected<Opened, std::string> open_without_keys(const std::filesystem::path& data) {
  std::error_code ignored;
  if (!std::filesystem::is_directory(data, ignored))
    return std::unexpected(data.string() + " is no directory; expected the --data directory of `cofferd run`");
  Opened opened{.files = std::make_unique<store::PosixFileSystem>(data), .store = {}, .keys = {}};
  auto store = store::Store::open(data, *opened.files, wall_time, {.mend_at_start = false});
  if (!store) return std::unexpected(store.error().what);
  opened.store = std::move(*store);
  return opened;
}

std::expected<Opened, std::string> open(const std::filesystem::path& data) {
  auto opened = open_without_keys(data);
  if (!opened) return opened;
  auto keys = open_kept_keys(data, *opened->store);
  if (!keys) return std::unexpected(keys.error());
  opened->keys = std::move(*keys);
  return opened;
}

std::optional<Botan::secure_vector<std::uint8_t>> first_line(const std::filesystem::path& file) {
  std::ifstream stream;
  const bool standard = file == "-";
  if (!standard) stream.open(file, std::ios::binary);
  std::string line;
  if (!std::getline(standard ? std::cin : stream, line) || line.empty()) return std::nullopt;
  Botan::secure_vector<std::uint8_t> password(line.begin(), line.end());
  Botan::secure_scrub_memory(line.data(), line.size());
  return password;
}

// [ARC-152] A server MUST NOT purge an account that is not deactivated.
/// ok, or it is said why not: what is lost of an account that is in use does not come back.
Outcome require_deactivated(const KeyCommandOptions& options, std::string_view only_then) {
  const auto fixture = read_fixture(options.fixture);
  if (!fixture) return stop(Outcome::bad_fixture, fixture.error());
  const auto user = std::ranges::find(fixture->users, options.user, &accounts::User::id);
  if (user == fixture->users.end())
    return stop(Outcome::bad_fixture, fmt::format("{}: there is no user {}; one who was taken out of it is put back as deactivated",
                                                  options.fixture.string(), options.user));
  if (user->state != accounts::State::deactivated)
    return stop(Outcome::bad_fixture, fmt::format("{}: user {} is {}; only of one who is deactivated {}", options.fixture.string(),
                                                  options.user, accounts::name(user->state), only_then));
  return Outcome::ok;
}

Outcome erase_keys_of(std::uint64_t user, Opened& opened) {
  const auto records = opened.keys->records_of(user);
  if (!records) return stop(Outcome::store_failed, records.error().what);
  const std::vector<std::pair<std::string_view, std::string>> fields{{"user", std::to_string(user)},
                                                                     {"key_records", std::to_string(records->size())}};
  if (auto logged = opened.store->note_durably("keys_erased", fields); !logged) return stop(Outcome::store_failed, logged.error().what);
  if (auto erased = opened.keys->erase_user(user); !erased) return stop(Outcome::store_failed, erased.error().what);
  fmt::print("erased of user {}: {} key records, with device keys and a changed password; no copy of the server from now on opens them\n",
             user, records->size());
  return Outcome::ok;
}

/// The event log has why.
Outcome told_of(const std::vector<store::Owner>& unopened) {
  for (const auto& owner : unopened)
    fmt::print(
        stderr,
        "cofferd: {}: the server does not open its wrap of this archive's key, which stays as it is: no administrator opens the archive, "
        "and a new password neither. Its user is to log in on a computer that has the key, and to run `coffer destination accept-older "
        "NAME` "
        "there where the login says so; any other computer needs `--password-file` with the password of before. Or put keys.sqlite back "
        "from its backup\n",
        text(owner));
  return unopened.empty() ? Outcome::ok : Outcome::damage_found;
}

}  // namespace

Outcome renew_escrow_key(const KeyCommandOptions& options) {
  const auto fixture = read_fixture(options.fixture);
  if (!fixture) return stop(Outcome::bad_fixture, fixture.error());
  auto opened = open(options.data);
  if (!opened) return stop(Outcome::store_failed, opened.error());
  const auto changed = change_escrow_key(options.data, *opened->keys, *opened->store, fixture->server_guid);
  if (!changed) return stop(Outcome::store_failed, changed.error());
  fmt::print("wrapped for another escrow key: {} archive keys; the former key is gone\n", changed->records);
  return told_of(changed->unopened);
}

Outcome give_up_escrow_key(const KeyCommandOptions& options) {
  const auto fixture = read_fixture(options.fixture);
  if (!fixture) return stop(Outcome::bad_fixture, fixture.error());
  auto opened = open(options.data);
  if (!opened) return stop(Outcome::store_failed, opened.error());
  const auto lost = give_up_escrow_key(options.data, *opened->keys, *opened->store, fixture->server_guid);
  if (!lost) return stop(Outcome::store_failed, lost.error());
  if (*lost == 0)
    fmt::print("nothing is given up: the server has the escrow key that every key record is wrapped for\n");
  else
    fmt::print(
        "given up: the escrow key of {} key records. Their archives open with the account password as before; an administrator helps "
        "again, and a changed password opens them, once the user logs in again on a computer that has the key, or with that password\n",
        *lost);
  return Outcome::ok;
}

Outcome give_up_keys(const KeyCommandOptions& options) {
  const auto opened = open_without_keys(options.data);
  if (!opened) return stop(Outcome::store_failed, opened.error());
  const auto locked = give_up_kept_keys(options.data, *opened->store);
  if (!locked) return stop(Outcome::store_failed, locked.error());
  if (*locked == 0)
    fmt::print("nothing is given up: keys.sqlite is there, or no computer has ever logged in\n");
  else
    fmt::print(
        "given up: the keys of {} computers. No password opens their archives any more. Who has a copy of an archive's key goes on with "
        "`coffer destination accept-older NAME --archive-key FILE` on that computer, and then `coffer key create --mode MODE`\n",
        *locked);
  return Outcome::ok;
}

Outcome reset_password(const KeyCommandOptions& options) {
  auto fixture = read_fixture(options.fixture);
  if (!fixture) return stop(Outcome::bad_fixture, fixture.error());
  const auto password = first_line(options.password_file);
  if (!password || password->size() > spec::limits::password_octets_max)
    return stop(Outcome::usage, "expected a password of 1 to 1,024 octets in the first line of --password-file");
  const KeyKeeperSettings settings{fixture->server_guid, rounds_taken(*fixture)};
  if (std::ranges::none_of(fixture->users, [&](const auto& user) { return user.id == options.user; }))
    return stop(Outcome::bad_fixture, fmt::format("{}: there is no user {}", options.fixture.string(), options.user));
  auto opened = open(options.data);
  if (!opened) return stop(Outcome::store_failed, opened.error());
  accounts::Directory directory{
      std::move(*fixture), Botan::system_rng(), {}, [](std::uint64_t, std::uint64_t) { return std::expected<void, std::string>(); }};
  auto escrow_key = settled_escrow_key(options.data, *opened->keys, settings.server);
  if (!escrow_key) return stop(Outcome::store_failed, escrow_key.error());
  auto keeper = KeyKeeper::begin(settings, std::move(*escrow_key), directory, *opened->keys, *opened->store);
  if (!keeper) return stop(Outcome::store_failed, keeper.error());
  const auto unopened = (*keeper)->reset_password(options.user, *password);
  if (!unopened) return stop(Outcome::store_failed, std::get<protocol::Failed>(unopened.error()).cause);
  fmt::print("user {} has another password; whatever the fixture says of it no longer counts\n", options.user);
  return told_of(*unopened);
}

Outcome erase_keys(const KeyCommandOptions& options) {
  if (const auto other = require_deactivated(options, "are the keys erased"); other != Outcome::ok) return other;
  auto opened = open(options.data);
  if (!opened) return stop(Outcome::store_failed, opened.error());
  return erase_keys_of(options.user, *opened);
}

Outcome purge_account(const KeyCommandOptions& options) {
  if (const auto other = require_deactivated(options, "is the account purged"); other != Outcome::ok) return other;
  auto opened = open(options.data);
  if (!opened) return stop(Outcome::store_failed, opened.error());
  // [KEY-041] A server that purges an account MUST erase its key records before its data.
  if (const auto erased = erase_keys_of(options.user, *opened); erased != Outcome::ok) return erased;
  const std::vector<std::pair<std::string_view, std::string>> fields{{"user", std::to_string(options.user)}};
  if (auto logged = opened->store->note_durably("archives_purged", fields); !logged)
    return stop(Outcome::store_failed, logged.error().what);
  const auto purged = opened->store->purge(options.user);
  if (!purged) return stop(Outcome::store_failed, purged.error().what + "; the keys are erased and the archives still stand: run it again");
  fmt::print(
      "purged of user {}: {} archives with {} octets of blocks; `cofferd compact --live-percent 100 --data {}` takes these out of the "
      "packs at once, and says where damage keeps it from that; a running server does where it is worth it\n",
      options.user, purged->archives, purged->octets, options.data.string());
  return Outcome::ok;
}

}  // namespace coffer::server
