// For every sequence of operations on a key: who can derive it from what they have is exactly who the tables of sections 7.3 and 7.7 say.
// The operations go the way that a server's and a client's do, through the checks of 7.6; what nobody may do is tried as well.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <botan/system_rng.h>

#include "actors.h"
#include "keys/key_keeping.h"
#include "keys/key_making.h"

namespace coffer::keys {
namespace {

constexpr ArchiveOwner owner{1, 2, 3};
constexpr std::uint32_t few = 2;
constexpr Rounds any{.min = 1, .max = 100};

Octets octets(const std::string& text) { return {text.begin(), text.end()}; }
Octets octets(const Secret& secret) { return {secret.begin(), secret.end()}; }

/// One archive, its server, its computer and its user.
class World {
 public:
  // ---- What happens ----------------------------------------------------------------------------------------------------------------
  void store(KeyMode mode) {
    if (somebody_has_the_key()) send(mode, generation() + 1, key_);
  }
  void replay() {
    if (!former_.empty()) take(former_[*rc::gen::inRange<std::size_t>(0, former_.size())]);
  }
  void store_another_key(KeyMode mode) { send(mode, generation() + 1, other_key_); }
  void change_archive_password() {
    if (mode() != KeyMode::archive_password || !somebody_has_the_key()) return;
    old_secrets_.push_back(octets(archive_password_));
    archive_password_ = "archive " + std::to_string(++count_);
    knows_archive_password_ = true;
    send(KeyMode::archive_password, generation() + 1, key_);
  }
  void change_account_password() {
    old_secrets_.push_back(octets(account_password_));
    account_password_ = "account " + std::to_string(++count_);
    // [KEY-043] in the same transaction as the verifier
    if (mode() == KeyMode::account_password)
      keep(wrapped_anew(in_force(), owner, escrow_, octets(account_password_), few, random_).value());
  }
  void rotate_escrow_key() {
    AgreementKey next = AgreementKey::generate(random_);
    if (mode() == KeyMode::account_password) keep(for_another_escrow_key(in_force(), owner, escrow_, next.public_key(), random_).value());
    old_secrets_.push_back(octets(escrow_.octets()));
    escrow_ = std::move(next);
  }
  void forbid(KeyMode mode) {
    if (spec::can_be_forbidden(mode)) policy_.permitted &= static_cast<std::uint16_t>(~bit(mode));
  }
  /// [KEY-050] The device key is erased, and another one made when computer and user are active again: after a block, a deactivation.
  void block() {
    if (device_wrap_) stolen_disks_.push_back(*device_wrap_);
    device_key_ = made(32);
    device_wrap_.reset();
  }
  /// [KEY-051] The disk is not what a copy of it from before was.
  void log_out() {
    if (device_wrap_) copied_disks_.push_back({*device_wrap_, device_key_});
    device_wrap_.reset();
  }
  /// A computer without the key takes the place of this one, and gets the key as the mode has it: with what is known, and by the way that a
  /// client goes. Where nothing opens it, the user's own copy of a custom key does.
  void replace_computer() {
    block();
    unlock();
  }
  void unlock() {
    if (!exists_) return;
    const std::optional<ArchiveKey> opened = opened_by_the_user();
    if (opened) RC_ASSERT(opened->check_value() == key_.check_value());
    if (!opened && !user_has_a_copy()) return;  // nobody can
    device_wrap_ = wrap_for_device(owner, key_, device_key_);
  }
  /// The server gives the key out for one request, to a one-time key that is forgotten with it [KEY-046].
  void recover() {
    if (mode() != KeyMode::account_password) return;
    const AgreementKey one_time = AgreementKey::generate(random_);
    const ArchiveKey held = open_escrow(in_force(), owner, escrow_).value();
    const AgreementWrap handed = wrap_for(Wrap::recovery, owner, held, one_time.public_key(), random_).value();
    RC_ASSERT(open_as_recipient(Wrap::recovery, owner, handed, one_time)->check_value() == key_.check_value());
    RC_ASSERT(!open_as_recipient(Wrap::recovery, owner, handed, AgreementKey::generate(random_)).has_value());
    recorded_.push_back(handed.wrapped);
  }
  /// An administrator sets the account password; the user's way with the former one ends.
  void reset_account_password() { change_account_password(); }
  /// [KEY-041] Key records, device keys and verifiers go; what the user holds stays the user's.
  void purge() {
    if (!record_.empty()) former_.push_back(record_);
    old_secrets_.push_back(device_key_);
    block();
    record_.clear();
    highest_ = 0;
    exists_ = false;
  }
  /// The user no longer knows it. A computer that has the key sets another one.
  void forget_archive_password() {
    if (mode() != KeyMode::archive_password) return;
    knows_archive_password_ = false;
    if (device_wrap_) change_archive_password();
  }

  // ---- What must hold --------------------------------------------------------------------------------------------------------------
  void judge() const {
    const auto now = mode();
    const bool account = now == KeyMode::account_password, archive = now == KeyMode::archive_password;
    const Octets account_password = octets(account_password_), archive_password = octets(archive_password_),
                 escrow = octets(escrow_.octets());
    knows("thief of the database", {records(), {}, old_secrets_}, false);
    knows("thief of database and escrow key", {records(), {}, {escrow}}, now && spec::administrator_opens(*now));
    knows("operator", {records(), {}, {escrow, account_password, device_key_}}, account);
    knows("who guessed the account password and has the database", {records(), {}, {account_password}}, account);
    knows("user with both passwords", {records(), {}, {account_password, archive_password}}, account || archive);
    knows("who has the archive password and the database", {records(), {}, {archive_password}}, archive);
    knows("who has every former secret", {records(), {}, old_secrets_}, false);
    knows("thief of the device, switched off and blocked", {{}, disks(), {}}, false);
    knows("thief of the device who comes before the block",
          {{}, device_wrap_ ? std::vector{*device_wrap_} : std::vector<Wrapped>{}, {device_key_}}, device_wrap_.has_value());
    knows("thief of disks from before blocks, with the device key of now", {{}, stolen_disks_, {device_key_}}, false);
    for (const auto& [wrap, device_key] : copied_disks_)
      knows("who copied the disk before a logout, while the computer is active", {{}, {wrap}, {device_key}}, true);
    knows("who recorded what the server handed out, and has the database and every secret but the one-time keys",
          {records(), recorded_, {device_key_, octets(archive_password_)}}, archive);
    if (!exists_) {
      knows("everybody at the server of a purged account", {records(), disks(), {escrow, account_password, archive_password, device_key_}},
            false);
      RC_ASSERT(record_.empty());
    }
    knows("man in the middle", {records(), disks(), {}}, false);
    knows("operator and every former secret but lower modes' own",
          {records(), {}, above() ? std::vector<Octets>{escrow, account_password} : std::vector<Octets>{}}, false);
    RC_ASSERT(highest_ <= rank());
  }
  std::uint64_t stored() const { return stored_; }

 private:
  KeyRecord in_force() const { return read_key_record(record_, owner, any).value(); }
  std::optional<KeyMode> mode() const { return record_.empty() ? std::nullopt : std::optional(in_force().mode); }
  std::uint64_t generation() const { return record_.empty() ? 0 : in_force().generation; }
  int rank() const { return record_.empty() ? 0 : static_cast<int>(in_force().mode); }
  bool above() const { return mode() && *mode() != KeyMode::account_password; }
  std::vector<Octets> records() const { return record_.empty() ? std::vector<Octets>{} : std::vector<Octets>{record_}; }
  std::vector<Wrapped> disks() const {
    std::vector<Wrapped> wraps = stolen_disks_;
    if (device_wrap_) wraps.push_back(*device_wrap_);
    return wraps;
  }
  /// As a client on a new computer opens it, or nothing.
  std::optional<ArchiveKey> opened_by_the_user() {
    if (!mode() || mode() == KeyMode::custom) return std::nullopt;
    const bool account = mode() == KeyMode::account_password;
    if (!account && !knows_archive_password_) return std::nullopt;
    auto opened = open_with_password(in_force(), owner, octets(account ? account_password_ : archive_password_));
    RC_ASSERT(opened.has_value());
    return std::move(*opened);
  }
  bool somebody_has_the_key() { return device_wrap_ || user_has_a_copy() || opened_by_the_user(); }
  /// Of a custom key, and of one that has no record yet, which its user gave.
  bool user_has_a_copy() const { return !mode() || mode() == KeyMode::custom; }

  void send(KeyMode mode, std::uint64_t number, const ArchiveKey& key) {
    const Octets password = octets(mode == KeyMode::account_password ? account_password_ : archive_password_);
    take(make_key_record({.mode = mode, .generation = number, .escrow_key = escrow_.public_key(), .password = password, .rounds = few},
                         owner, key, random_)
             .value());
  }
  /// As a server takes what it is sent.
  void take(const Octets& sent) {
    if (!exists_) return;  // nobody logs in
    const auto record = read_sent(sent, owner, any);
    RC_ASSERT(record.has_value());
    const auto answer = may_replace(record_, sent, *record, owner, policy_);
    if (!answer || *answer == Replacement::in_force_already) return;
    if (*answer == Replacement::to_be_opened && !opens(sent, *record, owner, escrow_, true)) return;
    if (!record_.empty()) RC_ASSERT(record->check == in_force().check);
    if (record_.empty() && record->check != key_.check_value()) return;  // another's first record: not this archive's history
    keep(sent);
  }
  void keep(const Octets& record) {
    if (!record_.empty()) former_.push_back(record_);
    record_ = record;
    highest_ = std::max(highest_, rank());
    ++stored_;
  }
  void knows(const std::string& who, const Possession& has, bool expected) const {
    const auto found = derivable(has, owner);
    RC_LOG() << who << " in mode " << rank() << ": " << found.size() << " keys\n";
    RC_ASSERT(found.contains(key_.check_value()) == expected);
  }
  Octets made(std::size_t size) {
    Octets out(size);
    random_.randomize(out.data(), out.size());
    return out;
  }

  mutable Botan::System_RNG random_;
  ArchiveKey key_ = ArchiveKey::generate(random_), other_key_ = ArchiveKey::generate(random_);
  AgreementKey escrow_ = AgreementKey::generate(random_);
  KeyPolicy policy_;
  Octets record_;
  std::vector<Octets> former_, old_secrets_;
  std::string account_password_ = "account 0", archive_password_ = "archive 0";
  Octets device_key_ = made(32);
  std::optional<Wrapped> device_wrap_;
  std::vector<Wrapped> stolen_disks_, recorded_;
  std::vector<std::pair<Wrapped, Octets>> copied_disks_;  // with the device key of their time
  bool knows_archive_password_ = true, exists_ = true;    // exists: the account does
  int highest_ = 0, count_ = 0;
  std::uint64_t stored_ = 0;
};

KeyMode a_mode() { return *rc::gen::element(KeyMode::account_password, KeyMode::archive_password, KeyMode::custom); }

void something(World& world) {
  switch (*rc::gen::inRange(0, 24)) {
    case 0:
    case 1: return world.store(KeyMode::account_password);
    case 2: return world.store(a_mode());
    case 3: return world.replay();
    case 4: return world.store_another_key(a_mode());
    case 5:
    case 6: return world.change_archive_password();
    case 7:
    case 8: return world.change_account_password();
    case 9: return world.reset_account_password();
    case 10:
    case 11: return world.rotate_escrow_key();
    case 12: return world.forbid(a_mode());
    case 13:
    case 14: return world.block();
    case 15: return world.log_out();
    case 16: return world.replace_computer();
    case 17: return world.recover();
    case 18: return world.forget_archive_password();
    case 19: return *rc::gen::inRange(0, 4) == 0 ? world.purge() : world.recover();
    default: return world.unlock();
  }
}

RC_GTEST_PROP(Knowledge, KEY_006_nobody_derives_more_or_less_than_the_tables_say, ()) {
  World world;
  if (*rc::gen::inRange(0, 4) > 0) world.store(a_mode());
  const int steps = *rc::gen::inRange(1, 25);
  for (int i = 0; i < steps; ++i) {
    something(world);
    world.judge();
  }
  RC_CLASSIFY(world.stored() > 0, "a record was kept");
  RC_CLASSIFY(world.stored() > 3, "more than three were");
}

}  // namespace
}  // namespace coffer::keys
