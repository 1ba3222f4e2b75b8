#include "keys/key_world.h"

#include <algorithm>
#include <stdexcept>
#include <utility>

#include <botan/rng.h>

#include "protocol/frame.h"

namespace coffer::keys {
namespace {

constexpr Rounds any{.min = 1, .max = 100};

View octets(const std::string& text) { return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()}; }
Secret secret(const std::string& text) { return {text.begin(), text.end()}; }

KeyMode a_mode(std::uint8_t how) { return spec::all_key_modes[how % spec::all_key_modes.size()]; }

}  // namespace

KeyWorld::KeyWorld(KeyServer& server, Wire& wire, Botan::RandomNumberGenerator& random)
    : server_(server), wire_(wire), random_(random), key_(ArchiveKey::generate(random)), other_key_(ArchiveKey::generate(random)) {
  ledger_.secret(key_.octets());
  learn_escrow_key();
  give_account_password();
  server_.reset_password(octets(account_password_));
  give_archive_password();
  strangers_ = ledger_.secret(random_octets(10)) | ledger_.secret(random_octets(32)) |  // password, archive key
               ledger_.secret(server_.device_key(stranger));
  log_in();
}

void KeyWorld::act(std::size_t what, std::uint8_t how) {
  switch (what) {
    case 0: return store(KeyMode::account_password);
    case 1: return store(a_mode(how));
    case 2: return store_another_key(a_mode(how));
    case 3: return send_something_wrong(how);
    case 4: return replay(how);
    case 5: return change_archive_password();
    case 6: return forget_archive_password();
    case 7: return change_account_password();
    case 8: return reset_account_password();
    case 9: return rotate_escrow_key(how);
    case 10: return forbid(a_mode(how));
    case 11: policy_.permitted |= bit(a_mode(how)); return server_.permit(policy_.permitted);
    case 12: return block();
    case 13: active_ = exists_; return server_.set_active(active_);
    case 14: return log_out();
    case 15: return unlock();
    case 16: return recover();
    case 17: return server_.die_at_the_next_change();
    case 18: return how % 4 == 0 ? purge() : unlock();  // nothing comes after a purge
    case 19: return lose_the_key();
    case 20: return how < 64 ? lose_server_keys() : unlock();  // too often there would be no record
    case 21: return take_copy();
    case 22: return put_back();
    default: throw std::logic_error("no such act");
  }
}

// ---- The user and the device -----------------------------------------------------------------------------------------------------------

/// The login is saved on the device, and the server hands out the device key.
void KeyWorld::log_in() {
  device_key_octets_ = server_.device_key(owner);
  saved_login_ = account_secret_;
  saved_logins_ |= saved_login_;
  device_key_ = ledger_.secret(device_key_octets_);
  held_by_the_server_ |= device_key_;
  demand(server_.shown() == record_, "KEY-029 the record in force is shown octet by octet");
  client_sends(protocol::Login{
      .registration_key = "ACMESTANDARD0001", .user_name = "user", .password = secret(account_password_), .computer = owner.computer});
  server_sends(protocol::LoginAccepted{.user = owner.user, .permissions = 0});
  client_sends(protocol::FetchKey{});
  const PublicKey escrow = server_.escrow_key();
  server_sends(protocol::KeyState{.modes = policy_.permitted,
                                  .escrow_key = {escrow.begin(), escrow.end()},
                                  .device_key = {device_key_octets_.begin(), device_key_octets_.end()},
                                  .record = record_});
}

void KeyWorld::store(KeyMode mode) {
  // [KEY-057] Where the record is gone, a client stores none of a lower mode than it had seen.
  if (!in_force_ && seen_ && mode < *seen_) return;
  if (active_ && somebody_has_the_key()) send(made_record({.mode = mode, .generation = generation() + 1}, owner, key_));
}

/// As a client on a new computer opens it, or nothing.
std::optional<ArchiveKey> KeyWorld::opened_by_the_user() {
  if (!mode() || mode() == KeyMode::custom) return std::nullopt;
  const bool account = mode() == KeyMode::account_password;
  if (!account && !knows_archive_password_) return std::nullopt;
  auto opened = open_with_password(*in_force_, owner, octets(account ? account_password_ : archive_password_));
  demand(opened && opened->check_value() == key_.check_value(), "KEY-043 the password of the mode opens the archive");
  return opened ? std::optional(std::move(*opened)) : std::nullopt;
}

void KeyWorld::unlock() {
  if (!active_) return;
  log_in();
  if (!opened_by_the_user() && !user_has_a_copy()) return;  // nobody can
  const Wrapped wrap = wrap_for_device(owner, key_, device_key_octets_);
  device_ = ledger_.device(wrap);
  copied_disks_ |= device_;
  opened_by_this_device_key_ |= device_;
}

/// [KEY-051] The disk is not what a copy of it from before was.
void KeyWorld::log_out() { device_ = saved_login_ = {}; }

void KeyWorld::change_archive_password() {
  if (!active_ || mode() != KeyMode::archive_password || !somebody_has_the_key()) return;
  former_secrets_ |= archive_secret_;
  give_archive_password();
  send(made_record({.mode = KeyMode::archive_password, .generation = generation() + 1}, owner, key_));
}

/// A computer that has the key sets another one.
void KeyWorld::forget_archive_password() {
  if (mode() != KeyMode::archive_password) return;
  knows_archive_password_ = false;
  if (device_.wraps.any()) change_archive_password();
}

/// A computer that holds the key shows it.
void KeyWorld::lose_the_key() { keeps_the_key_ = device_.wraps.any(); }

void KeyWorld::give_archive_password() {
  archive_password_ = "archive password " + std::to_string(++count_);
  archive_secret_ = ledger_.secret(octets(archive_password_));
  archive_secrets_ |= archive_secret_;
  knows_archive_password_ = true;
}

void KeyWorld::change_account_password() {
  if (!active_) return;
  const std::string former = account_password_;
  former_secrets_ |= account_secret_;
  give_account_password();
  demand(!server_.change_password(octets(former + "?"), octets(account_password_)),
         "KEY-044 with another current password none is changed");
  demand(server_.change_password(octets(former), octets(account_password_)), "KEY-043 with the current password it is changed");
  see_wrapped_anew("KEY-043 another account password replaces the account_wrap");
  client_sends(protocol::ChangePassword{.current = secret(former), .replacement = secret(account_password_)});
  server_sends(protocol::PasswordChanged{});
  saved_login_ = account_secret_;
  saved_logins_ |= saved_login_;
}

/// [KEY-046] The key goes to a one-time key, which is forgotten with it.
void KeyWorld::recover() {
  if (!active_) return;
  const AgreementKey one_time = AgreementKey::generate(random_);
  const auto answer = server_.open(one_time.public_key());
  demand(answer.has_value() == (mode() == KeyMode::account_password), "KEY-045 KEY-046 in account_password alone a key is handed out");
  if (!answer) return;
  AgreementWrap handed;
  std::copy_n(answer->begin(), handed.one_time.size(), handed.one_time.begin());
  std::copy(answer->begin() + static_cast<std::ptrdiff_t>(handed.one_time.size()), answer->end(), handed.wrapped.begin());
  const auto recovered = open_as_recipient(Wrap::recovery, owner, handed, one_time);
  demand(recovered && recovered->check_value() == key_.check_value(), "KEY-046 what is recovered is the archive's key");
  handed_out_ |= ledger_.handed_out(handed);
  const auto& recipient = one_time.public_key();
  client_sends(protocol::RecoverKey{.recipient = {recipient.begin(), recipient.end()}});
  server_sends(protocol::KeyRecovered{.wrap = *answer});
}

// ---- The server ------------------------------------------------------------------------------------------------------------------------

/// An administrator does it.
void KeyWorld::reset_account_password() {
  if (!exists_) return;
  former_secrets_ |= account_secret_;
  give_account_password();
  server_.reset_password(octets(account_password_));
  see_wrapped_anew("KEY-043 another account password replaces the account_wrap");
  set_by_an_administrator_ = account_secret_;
}

void KeyWorld::see_wrapped_anew(std::string_view rule) {
  const Octets now = server_.record();
  demand((now != record_) == (mode() == KeyMode::account_password), rule);
  if (now != record_) note(now);
}

void KeyWorld::give_account_password() {
  account_password_ = "account password " + std::to_string(++count_);
  account_secret_ = ledger_.secret(octets(account_password_));
  held_by_the_server_ |= account_secret_;
}

/// [KEY-040] It may end before the records change: then the next key is dropped.
void KeyWorld::rotate_escrow_key(std::uint8_t how) {
  const bool cut_short = how % 4 == 0;
  const PublicKey before = server_.escrow_key();
  server_.rotate_escrow_key(cut_short);
  const bool taken = server_.escrow_key() != before;
  // Where no record tells that the next key came, a process that dies has it dropped.
  demand(taken != cut_short || (!taken && mode() != KeyMode::account_password),
         "KEY-040 another escrow key is in force, or the former one");
  if (!taken) return;
  copy_.reset();  // whose escrow key is gone: a server that is put back without it does not start
  former_secrets_ |= escrow_key_;
  learn_escrow_key();
  was_for_this_escrow_key_ = false;
  see_wrapped_anew("KEY-040 each key record of account_password is wrapped for the escrow key");
}

void KeyWorld::learn_escrow_key() {
  escrow_key_ = {};
  const Octets files = server_.escrow_files();
  for (View left = files; left.size() >= 32; left = left.subspan(32))
    if (AgreementKey(Secret(left.begin(), left.begin() + 32)).public_key() == server_.escrow_key())
      escrow_key_ = ledger_.secret(left.first(32));
  held_by_the_server_ |= escrow_key_;
}

void KeyWorld::forbid(KeyMode mode) {
  if (spec::can_be_forbidden(mode)) policy_.permitted &= static_cast<std::uint16_t>(~bit(mode));
  server_.permit(policy_.permitted);
}

/// [KEY-050] Or deauthorised, or the user deactivated: the device key is erased, and the wrap on the disk stays locked.
void KeyWorld::block() {
  server_.set_active(false);
  stop_being_active();
}

void KeyWorld::stop_being_active() {
  active_ = false;
  lock_device();
}

/// A copy from before would have the device key again; there is none in this world.
void KeyWorld::lock_device() {
  copy_.reset();
  former_secrets_ |= device_key_;
  locked_disks_ |= device_;
  device_key_ = device_ = opened_by_this_device_key_ = {};
}

/// [KEY-041] Key records, device keys and passwords go; what the user holds stays the user's.
void KeyWorld::purge() {
  server_.purge();
  stop_being_active();
  exists_ = false;
  record_.clear();
  in_force_.reset();
}

/// [KEY-056] Records, device keys and passwords that were changed are gone; an administrator sets the password of before. A record of
/// generation 1 would be taken again, but nobody has reason to send it.
void KeyWorld::lose_server_keys() {
  if (!exists_) return;
  server_.lose_keys();
  server_.reset_password(octets(account_password_));
  lock_device();
  record_.clear();
  in_force_.reset();
  former_records_.clear();
}

void KeyWorld::take_copy() {
  if (!active_) return;
  server_.take_copy();
  copy_ = {record_,         in_force_,       former_records_,         account_password_,        archive_password_,
           account_secret_, archive_secret_, knows_archive_password_, device_key_.secrets.any()};
}

/// Its user goes on from it, with the passwords of then. A device key that is younger than the copy is gone.
void KeyWorld::put_back() {
  if (!copy_) return;
  server_.put_back();
  if (!copy_->had_device_key) {
    const Then then = std::move(*copy_);
    lock_device();
    copy_ = then;
  }
  former_secrets_ |= account_secret_ | archive_secret_;
  record_ = copy_->record;
  in_force_ = copy_->in_force;
  former_records_ = copy_->former_records;
  account_password_ = copy_->account_password;
  archive_password_ = copy_->archive_password;
  account_secret_ = copy_->account_secret;
  archive_secret_ = copy_->archive_secret;
  knows_archive_password_ = knows_archive_password_ && copy_->knew_archive_password;
  former_secrets_.secrets &= ~(account_secret_ | archive_secret_).secrets;
}

/// Whether it is in force then.
bool KeyWorld::send(const Octets& sent) {
  client_sends(protocol::StoreKey{.record = sent});
  const bool acknowledged = server_.keep(sent);
  const Octets now = server_.record();
  demand(!acknowledged || now == sent, "KEY-035 what is acknowledged is in force");
  if (now == record_) return acknowledged;
  const auto record = read_key_record(now, owner, any);
  if (now != sent || !record) return demand(false, "KEY-024 a record of another archive is refused"), true;
  demand(policy_.permits(record->mode) || record->mode == mode(), "KEY-010 no archive enters a mode that is forbidden");
  demand(!mode() || record->mode >= *mode(), "KEY-011 a mode only rises");
  demand(record->generation == generation() + 1, "KEY-032 a record follows the one in force");
  note(now);
  // [KEY-031] Whose acknowledgement was lost sends the same octets again.
  if (!acknowledged) demand(send(sent), "KEY-031 a record that is sent again is the one in force");
  return true;
}

void KeyWorld::note(const Octets& record) {
  if (!record_.empty()) former_records_.push_back(record_);
  record_ = record;
  in_force_ = read_key_record(record, owner, any).value();
  seen_ = std::max(seen_, mode());
  copied_records_ |= ledger_.record(record);
  keeps_the_key_ = keeps_the_key_ || mode() == KeyMode::custom;
  was_account_password_ = was_account_password_ || mode() == KeyMode::account_password;
  was_for_this_escrow_key_ = was_for_this_escrow_key_ || mode() == KeyMode::account_password;
  was_archive_password_ = was_archive_password_ || mode() == KeyMode::archive_password;
  ++stored_;
}

// ---- What nobody may do ----------------------------------------------------------------------------------------------------------------

void KeyWorld::replay(std::uint8_t how) {
  if (!active_ || former_records_.empty()) return;
  demand(!send(former_records_[how % former_records_.size()]), "KEY-032 a former record is refused");
}

void KeyWorld::store_another_key(KeyMode mode) {
  if (!active_ || record_.empty()) return;  // the first key is the archive's
  demand(!send(made_record({.mode = mode, .generation = generation() + 1}, owner, other_key_)), "KEY-034 another key is refused");
}

void KeyWorld::send_something_wrong(std::uint8_t how) {
  if (!active_ || !somebody_has_the_key()) return;
  const AgreementKey another = AgreementKey::generate(random_);
  KeyRecordParts parts{.mode = KeyMode::account_password, .generation = generation() + 1};
  ArchiveOwner whose = owner;
  if (how % 4 == 0) parts.escrow_key = another.public_key();
  if (how % 4 == 1) parts.generation += 1 + how / 4U;
  if (how % 4 == 2) whose.computer += 1 + how / 4U, parts.mode = KeyMode::custom;  // nothing in it that would not open
  Octets record = made_record(parts, whose, key_);
  if (how % 4 == 3) record.back() ^= static_cast<std::uint8_t>(1 + how / 4U);
  demand(!send(record), "KEY-024 KEY-026 KEY-032 a record with one thing wrong is refused");
}

// ---- Octets ----------------------------------------------------------------------------------------------------------------------------

Octets KeyWorld::made_record(KeyRecordParts parts, const ArchiveOwner& whose, const ArchiveKey& key) {
  if (!parts.escrow_key) parts.escrow_key = server_.escrow_key();
  parts.password = octets(parts.mode == KeyMode::account_password ? account_password_ : archive_password_);
  parts.rounds = few_rounds;
  return make_key_record(parts, whose, key, random_).value();
}

Octets KeyWorld::random_octets(std::size_t size) {
  Octets out(size);
  random_.randomize(out.data(), out.size());
  return out;
}

/// As client and server encode it.
void KeyWorld::carry(const protocol::Message& message, Wire::Sender sender) {
  const Octets frame = protocol::control_frame(protocol::encode(message));
  in_frames_ |= ledger_.lying_in(frame);
  on_the_wire_ |= ledger_.lying_in(wire_.carried(frame, sender));
}

void KeyWorld::demand(bool holds, std::string_view rule) {
  if (!holds && broken_.empty()) broken_ = rule;
}

}  // namespace coffer::keys
