#include "keys/key_world.h"

#include <stdexcept>
#include <utility>

#include <botan/rng.h>

#include "protocol/frame.h"

namespace coffer::keys {
namespace {

constexpr std::uint32_t few = 2;
constexpr Rounds any{.min = 1, .max = 100};

View octets(const std::string& text) { return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()}; }
Secret secret(const std::string& text) { return {text.begin(), text.end()}; }

KeyMode a_mode(std::uint8_t how) { return spec::all_key_modes[how % spec::all_key_modes.size()]; }

}  // namespace

KeyWorld::KeyWorld(Shelf& shelf, Wire& wire, Botan::RandomNumberGenerator& random)
    : shelf_(shelf),
      wire_(wire),
      random_(random),
      key_(ArchiveKey::generate(random)),
      other_key_(ArchiveKey::generate(random)),
      escrow_(AgreementKey::generate(random)),
      escrow_key_(ledger_.secret(escrow_.octets())) {
  ledger_.secret(key_.octets());
  held_by_the_server_ |= escrow_key_;
  give_account_password();
  give_archive_password();
  strangers_ = ledger_.secret(random_octets(10)) | ledger_.secret(random_octets(32)) |  // password, archive key
               ledger_.secret(shelf_.device_key(stranger, random_octets(32)));
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
    case 11: policy_.permitted |= bit(a_mode(how)); return;
    case 12: return block();
    case 13: active_ = exists_; return;
    case 14: return log_out();
    case 15: return unlock();
    case 16: return recover();
    case 17: dies_ = true; return;
    case 18: return how % 4 == 0 ? purge() : unlock();  // nothing comes after a purge
    case 19: return lose_the_key();
    default: throw std::logic_error("no such act");
  }
}

// ---- The user and the device -----------------------------------------------------------------------------------------------------------

/// The login is saved on the device, and the server hands out the device key.
void KeyWorld::log_in() {
  device_key_octets_ = shelf_.device_key(owner, random_octets(32));
  saved_login_ = account_secret_;
  saved_logins_ |= saved_login_;
  device_key_ = ledger_.secret(device_key_octets_);
  held_by_the_server_ |= device_key_;
  client_sends(protocol::Login{
      .registration_key = "ACMESTANDARD0001", .user_name = "user", .password = secret(account_password_), .computer = owner.computer});
  server_sends(protocol::LoginAccepted{.user = owner.user, .permissions = 0});
  client_sends(protocol::FetchKey{});
  const auto& escrow = escrow_.public_key();
  server_sends(protocol::KeyState{.modes = policy_.permitted,
                                  .escrow_key = {escrow.begin(), escrow.end()},
                                  .device_key = {device_key_octets_.begin(), device_key_octets_.end()},
                                  .record = record_});
}

void KeyWorld::store(KeyMode mode) {
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
  set_account_password();
  client_sends(protocol::ChangePassword{.current = secret(former), .replacement = secret(account_password_)});
  server_sends(protocol::PasswordChanged{});
  saved_login_ = account_secret_;
  saved_logins_ |= saved_login_;
}

/// [KEY-046] The key goes to a one-time key, which is forgotten with it.
void KeyWorld::recover() {
  if (!active_ || mode() != KeyMode::account_password) return;
  const AgreementKey one_time = AgreementKey::generate(random_);
  const auto held = open_escrow(*in_force_, owner, escrow_);
  if (!held) return demand(false, "KEY-026 the server opens what it keeps for itself");
  const AgreementWrap handed = wrap_for(Wrap::recovery, owner, *held, one_time.public_key(), random_).value();
  const auto recovered = open_as_recipient(Wrap::recovery, owner, handed, one_time);
  demand(recovered && recovered->check_value() == key_.check_value(), "KEY-046 what is recovered is the archive's key");
  handed_out_ |= ledger_.handed_out(handed);
  const auto& recipient = one_time.public_key();
  client_sends(protocol::RecoverKey{.recipient = {recipient.begin(), recipient.end()}});
  protocol::KeyRecovered answer{.wrap = {handed.one_time.begin(), handed.one_time.end()}};
  answer.wrap.insert(answer.wrap.end(), handed.wrapped.begin(), handed.wrapped.end());
  server_sends(answer);
}

// ---- The server ------------------------------------------------------------------------------------------------------------------------

/// An administrator does it.
void KeyWorld::reset_account_password() {
  if (!exists_) return;
  set_account_password();
  set_by_an_administrator_ = account_secret_;
}

/// [KEY-043] A server that sets another account password MUST in the same transaction replace the account_wrap
void KeyWorld::set_account_password() {
  former_secrets_ |= account_secret_;
  give_account_password();
  if (mode() != KeyMode::account_password) return;
  const auto next = wrapped_anew(*in_force_, owner, escrow_, octets(account_password_), few, random_);
  if (!next) return demand(false, "KEY-026 the server opens what it keeps for itself");
  keep(*next);
}

void KeyWorld::give_account_password() {
  account_password_ = "account password " + std::to_string(++count_);
  account_secret_ = ledger_.secret(octets(account_password_));
  held_by_the_server_ |= account_secret_;
}

/// [KEY-040] It may end before the records change: then the next key is dropped.
void KeyWorld::rotate_escrow_key(std::uint8_t how) {
  AgreementKey next = AgreementKey::generate(random_);
  Possession next_key = ledger_.secret(next.octets());
  held_by_the_server_ |= next_key;
  if (how % 4 != 0) {
    if (mode() == KeyMode::account_password) {
      const auto wrapped = for_another_escrow_key(*in_force_, owner, escrow_, next.public_key(), random_);
      if (!wrapped) return demand(false, "KEY-026 the server opens what it keeps for itself");
      keep(*wrapped);
    }
    std::swap(escrow_, next);
    std::swap(escrow_key_, next_key);
  }
  former_secrets_ |= next_key;
}

void KeyWorld::forbid(KeyMode mode) {
  if (spec::can_be_forbidden(mode)) policy_.permitted &= static_cast<std::uint16_t>(~bit(mode));
}

/// [KEY-050] Or deauthorised, or the user deactivated: the device key is erased, and the wrap on the disk stays locked.
void KeyWorld::block() {
  shelf_.erase_device_key();
  stop_being_active();
}

void KeyWorld::stop_being_active() {
  active_ = false;
  former_secrets_ |= device_key_;
  locked_disks_ |= device_;
  device_key_ = device_ = opened_by_this_device_key_ = {};
}

/// [KEY-041] Key records, device keys and passwords go; what the user holds stays the user's.
void KeyWorld::purge() {
  shelf_.purge();
  stop_being_active();
  exists_ = false;
  record_.clear();
  in_force_.reset();
}

/// As a server takes what it is sent; whether it keeps it, or has it already.
bool KeyWorld::send(const Octets& sent) {
  client_sends(protocol::StoreKey{.record = sent});
  const auto record = read_sent(sent, owner, any);
  if (!record) return false;
  const auto answer = may_replace(record_, sent, *record, owner, policy_);
  if (!answer) return false;
  if (*answer == Replacement::in_force_already) return true;
  if (*answer == Replacement::to_be_opened && !opens(sent, *record, owner, escrow_, true)) return false;
  if (!read_key_record(sent, owner, any)) return demand(false, "KEY-024 a record of another archive is refused"), true;
  demand(policy_.permits(record->mode) || record->mode == mode(), "KEY-010 no archive enters a mode that is forbidden");
  demand(!mode() || record->mode >= *mode(), "KEY-011 a mode only rises");
  demand(record->generation == generation() + 1, "KEY-032 a record follows the one in force");
  keep(sent);
  return true;
}

void KeyWorld::keep(const Octets& record) {
  if (!record_.empty()) former_records_.push_back(record_);
  record_ = record;
  in_force_ = read_key_record(record, owner, any).value();
  copied_records_ |= ledger_.record(record);
  keeps_the_key_ = keeps_the_key_ || mode() == KeyMode::custom;
  was_account_password_ = was_account_password_ || mode() == KeyMode::account_password;
  was_archive_password_ = was_archive_password_ || mode() == KeyMode::archive_password;
  ++stored_;
  const bool died = std::exchange(dies_, false);
  shelf_.put(record, died);
  // [KEY-031] Whose acknowledgement was lost sends the same octets again.
  if (died && active_) demand(send(record) && record_ == record, "KEY-031 a record that is sent again is the one in force");
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
  if (!parts.escrow_key) parts.escrow_key = escrow_.public_key();
  parts.password = octets(parts.mode == KeyMode::account_password ? account_password_ : archive_password_);
  parts.rounds = few;
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
