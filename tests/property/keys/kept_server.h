// The reference's server of one archive's key, as cofferd puts it together: its keeper of keys over its own stores and escrow key files, in
// a directory of its own, where key records of more users lie. Must not know: who knows what.
#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <random>
#include <utility>
#include <vector>

#include "accounts/fixture.h"
#include "keys/key_server.h"
#include "store/memory_file_system.h"
#include "store/statement.h"

namespace coffer::keys {

class KeptServer final : public KeyServer {
 public:
  KeptServer();
  ~KeptServer() override;
  KeptServer(const KeptServer&) = delete;
  KeptServer& operator=(const KeptServer&) = delete;

  Octets record() override;
  Octets shown() override;
  PublicKey escrow_key() override;
  Octets device_key(const ArchiveOwner& whose) override;
  bool keep(View record) override;
  std::optional<Octets> open(const PublicKey& recipient) override;
  bool change_password(View current, View replacement) override;
  void reset_password(View replacement) override;
  void permit(std::uint16_t modes) override;
  void set_active(bool active) override;
  void rotate_escrow_key(bool cut_short) override;
  void purge() override;
  void lose_keys() override;
  void take_copy() override;
  void put_back() override;
  void die_at_the_next_change() override { dies_ = true; }
  Octets stored() const override;
  Octets escrow_files() const override;

 private:
  struct Process;
  void begin();
  /// Another process begins when this one has died. Whether it had.
  bool died();
  /// In one transaction; nothing may be left of what it replaced.
  void change_others(std::size_t count, const std::function<std::pair<store::Owner, Octets>(std::size_t)>& make);
  std::filesystem::path directory() const { return place_ / std::to_string(processes_); }

  std::filesystem::path place_;
  unsigned processes_ = 0;
  bool dies_ = false, died_ = false, others_change_ = false;
  std::mt19937 numbers_{7};  // the same in every run
  accounts::Fixture fixture_;
  store::MemoryFileSystem packs_;
  std::unique_ptr<Process> process_;
  struct Others {
    std::map<std::uint64_t, Octets> records;  // by computer
    std::vector<Octets> replaced;             // wraps that they had
  };
  Others others_, others_of_the_copy_;
};

}  // namespace coffer::keys
