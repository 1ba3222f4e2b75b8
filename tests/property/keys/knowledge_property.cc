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
  void store(KeyMode mode) { send(mode, generation() + 1, key_); }
  void replay() {
    if (!former_.empty()) take(former_[*rc::gen::inRange<std::size_t>(0, former_.size())]);
  }
  void store_another_key(KeyMode mode) { send(mode, generation() + 1, other_key_); }
  void change_archive_password() {
    if (mode() != KeyMode::archive_password) return;
    old_secrets_.push_back(octets(archive_password_));
    archive_password_ = "archive " + std::to_string(++count_);
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
  void block() {  // [KEY-050] the device key is erased, and another one made when the computer comes back
    old_device_wrap_ = device_wrap_;
    device_key_ = made(32);
    device_wrap_.reset();
  }
  void unlock() { device_wrap_ = wrap_for_device(owner, key_, device_key_); }

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
    knows("thief of a disk from before a block, with the device key of now",
          {{}, old_device_wrap_ ? std::vector{*old_device_wrap_} : std::vector<Wrapped>{}, {device_key_}}, false);
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
    std::vector<Wrapped> wraps;
    for (const auto& wrap : {device_wrap_, old_device_wrap_})
      if (wrap) wraps.push_back(*wrap);
    return wraps;
  }

  void send(KeyMode mode, std::uint64_t number, const ArchiveKey& key) {
    const Octets password = octets(mode == KeyMode::account_password ? account_password_ : archive_password_);
    take(make_key_record({.mode = mode, .generation = number, .escrow_key = escrow_.public_key(), .password = password, .rounds = few},
                         owner, key, random_)
             .value());
  }
  /// As a server takes what it is sent.
  void take(const Octets& sent) {
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
  std::optional<Wrapped> device_wrap_, old_device_wrap_;
  int highest_ = 0, count_ = 0;
  std::uint64_t stored_ = 0;
};

KeyMode a_mode() { return *rc::gen::element(KeyMode::account_password, KeyMode::archive_password, KeyMode::custom); }

void something(World& world) {
  switch (*rc::gen::inRange(0, 12)) {
    case 0:
    case 1: return world.store(KeyMode::account_password);
    case 2: return world.store(a_mode());
    case 3: return world.replay();
    case 4: return world.store_another_key(a_mode());
    case 5: return world.change_archive_password();
    case 6:
    case 7: return world.change_account_password();
    case 8: return world.rotate_escrow_key();
    case 9: return world.forbid(a_mode());
    case 10: return world.block();
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
