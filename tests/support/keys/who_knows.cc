// The tables of 7.3 and 7.7, actor by actor: what each has, and whether the key comes out.
#include "keys/key_world.h"

namespace coffer::keys {

std::string KeyWorld::broken() const {
  if (!broken_.empty()) return broken_;
  if (ledger_.repeats()) return "KEY-020 each salt and each one-time key is taken anew";
  const auto now = mode();
  const bool account = now == KeyMode::account_password, archive = now == KeyMode::archive_password;
  const Possession database = ledger_.lying_in(server_.stored()), escrow_files = ledger_.lying_in(server_.escrow_files());
  // What a login as the user brings, as long as computer and user are active.
  const Possession login = active_ ? ledger_.lying_in(record_) | device_key_ : Possession();
  const auto may_log_in = [&](const Possession& has) { return active_ && (has.secrets & account_secret_.secrets).any(); };
  const auto with_login = [&](const Possession& has) { return may_log_in(has) ? has | login : has; };
  const Possession thief = device_ | locked_disks_ | saved_login_ | strangers_ | on_the_wire_,
                   copier = copied_disks_ | saved_logins_ | strangers_ | on_the_wire_;
  const Possession operator_of_old = database | copied_records_ | held_by_the_server_ | in_frames_;
  const bool this_device_key_opens = opened_by_this_device_key_.wraps.any();

  struct Actor {
    std::string_view who;
    Possession has;
    bool knows;
  };
  const Actor actors[] = {
      {"user with the password of the mode", database | account_secret_ | archive_secret_, account || archive},
      {"administrator, through the server", with_login(set_by_an_administrator_), account && may_log_in(set_by_an_administrator_)},
      {"operator of the server", database | escrow_key_ | account_secret_, now && spec::administrator_opens(*now)},
      {"operator who keeps every message and an old copy of the database", operator_of_old, was_account_password_},
      {"operator of the same, who guesses archive passwords", operator_of_old | archive_secrets_,
       was_account_password_ || was_archive_password_},
      {"thief of the database", database | strangers_, false},
      {"thief of the database with every former secret", database | former_secrets_ | strangers_, false},
      {"thief of the database who guesses the account password", database | account_secret_, account},
      {"thief of the database who guesses the archive password", database | archive_secret_, archive},
      {"thief of database and escrow key", database | escrow_files, now && spec::administrator_opens(*now)},
      {"thief of all files, who has an old copy of the database", database | escrow_files | copied_records_, was_for_this_escrow_key_},
      {"thief of the device, switched off", with_login(thief), may_log_in(thief) && (account || device_.wraps.any())},
      {"who copied the disk at every time, and logs in", with_login(copier), may_log_in(copier) && (account || this_device_key_opens)},
      {"thief of the device, running", device_ | device_key_, device_.wraps.any()},
      {"thief of database and of every copy of the disk", database | copied_disks_ | saved_logins_,
       this_device_key_opens || (account && (saved_logins_.secrets & account_secret_.secrets).any())},
      {"who recorded what the server handed out, with every secret but the one-time keys",
       database | handed_out_ | device_key_ | archive_secret_ | former_secrets_, archive},
      {"man in the middle", on_the_wire_ | strangers_, false},
  };
  for (const auto& [who, has, knows] : actors)
    if (ledger_.opens(has) != knows)
      return "KEY-006 " + std::string(who) + (knows ? " should know the key, in mode " : " knows the key, in mode ") +
             std::string(now ? name(*now) : "none");
  if (!exists_ && (database.wraps.any() || (database.secrets & held_by_the_server_.secrets).any()))
    return "KEY-041 nothing of a purged account's keys is left";
  return {};
}

}  // namespace coffer::keys
