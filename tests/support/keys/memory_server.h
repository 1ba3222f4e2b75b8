// A server in memory, which does what chapter 7 says and leaves nothing of what it replaced.
#pragma once

#include <botan/rng.h>

#include <tuple>

#include "keys/key_keeping.h"
#include "keys/key_server.h"

namespace coffer::keys {

class MemoryServer final : public KeyServer {
 public:
  explicit MemoryServer(Botan::RandomNumberGenerator& random) : random_(random), escrow_(AgreementKey::generate(random)) {}

  Octets record() override { return record_; }
  Octets shown() override { return record_; }
  PublicKey escrow_key() override { return escrow_.public_key(); }
  Octets device_key(const ArchiveOwner& whose) override;
  bool keep(View record) override;
  std::optional<Octets> open(const PublicKey& recipient) override;
  bool change_password(View current, View replacement) override;
  void reset_password(View replacement) override;
  void permit(std::uint16_t modes) override { policy_.permitted = modes; }
  void set_active(bool active) override;
  void rotate_escrow_key(bool cut_short) override;
  void purge() override { record_.clear(), device_key_.clear(); }
  void lose_keys() override { purge(); }
  void take_copy() override { copy_ = {record_, password_, device_key_}; }
  void put_back() override { std::tie(record_, password_, device_key_) = copy_; }
  void die_at_the_next_change() override { dies_ = true; }
  Octets stored() const override;
  Octets escrow_files() const override { return {escrow_.octets().begin(), escrow_.octets().end()}; }

 private:
  /// Whether the process lives on to acknowledge it.
  bool replace(Octets record);
  /// Of account_password alone.
  std::optional<KeyRecord> escrowed() const;

  Botan::RandomNumberGenerator& random_;
  AgreementKey escrow_;
  KeyPolicy policy_;
  bool dies_ = false;
  Octets record_, password_, device_key_, strangers_;  // the last is a device key
  std::tuple<Octets, Octets, Octets> copy_;            // of the first three
};

}  // namespace coffer::keys
