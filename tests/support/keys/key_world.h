// One archive, its server, its computer and its user, and everything that happens to the archive's key; the operations go the way that a
// server's and a client's do, through the checks of 7.6, and what nobody may do is tried as well. After each, who can derive the key from
// what they have is to be exactly who the tables of 7.3 and 7.7 say.
#pragma once

#include <optional>
#include <string>

#include "keys/key_keeping.h"
#include "keys/key_making.h"
#include "keys/key_server.h"
#include "keys/ledger.h"
#include "protocol/message.h"

namespace coffer::keys {

/// Between the computer and the server.
class Wire {
 public:
  enum class Sender : std::uint8_t { client, server };
  virtual ~Wire() = default;
  /// What whoever stands there records.
  virtual Octets carried(View frame, Sender sender) = 0;
};

class KeyWorld {
 public:
  static constexpr ArchiveOwner owner = KeyServer::owner, stranger = KeyServer::stranger;
  static constexpr std::size_t acts = 23, store_act = 1;

  KeyWorld(KeyServer& server, Wire& wire, Botan::RandomNumberGenerator& random);
  /// The act of that number, below `acts`; `how` means something to some.
  void act(std::size_t what, std::uint8_t how);
  /// The first thing that is not as the specification has it; empty when all is.
  std::string broken() const;
  std::size_t stored() const { return stored_; }
  std::optional<KeyMode> mode() const { return in_force_ ? std::optional(in_force_->mode) : std::nullopt; }

 private:
  // The user and the device
  void log_in();
  void store(KeyMode mode);
  std::optional<ArchiveKey> opened_by_the_user();
  /// Without a record the key is one that the user gave.
  bool user_has_a_copy() const { return keeps_the_key_ && (!mode() || mode() == KeyMode::custom); }
  bool somebody_has_the_key() { return device_.wraps.any() || user_has_a_copy() || opened_by_the_user(); }
  void unlock();
  void log_out();
  void change_archive_password();
  void forget_archive_password();
  void give_archive_password();
  void lose_the_key();
  void change_account_password();
  void recover();
  // The server
  void reset_account_password();
  void give_account_password();
  /// What it wrapped anew is looked at, and noted.
  void see_wrapped_anew(std::string_view rule);
  void rotate_escrow_key(std::uint8_t how);
  void learn_escrow_key();
  void forbid(KeyMode mode);
  void block();
  void stop_being_active();
  void lock_device();
  void purge();
  void lose_server_keys();
  void take_copy();
  void put_back();
  bool send(const Octets& sent);
  void note(const Octets& record);
  // What nobody may do
  void replay(std::uint8_t how);
  void store_another_key(KeyMode mode);
  void send_something_wrong(std::uint8_t how);
  // Octets
  std::uint64_t generation() const { return in_force_ ? in_force_->generation : 0; }
  Octets made_record(KeyRecordParts parts, const ArchiveOwner& whose, const ArchiveKey& key);
  Octets random_octets(std::size_t size);
  void client_sends(const protocol::Message& message) { carry(message, Wire::Sender::client); }
  void server_sends(const protocol::Message& message) { carry(message, Wire::Sender::server); }
  void carry(const protocol::Message& message, Wire::Sender sender);
  void demand(bool holds, std::string_view rule);

  KeyServer& server_;
  Wire& wire_;
  Botan::RandomNumberGenerator& random_;
  ArchiveKey key_, other_key_;
  Ledger ledger_{owner, key_.check_value()};
  KeyPolicy policy_;
  bool exists_ = true, active_ = true;  // the account is there; computer and user are active
  bool knows_archive_password_ = true, keeps_the_key_ = true, was_account_password_ = false, was_archive_password_ = false;
  bool was_for_this_escrow_key_ = false;
  unsigned count_ = 1000;  // of passwords: none is the beginning of another
  std::size_t stored_ = 0;
  std::string broken_;
  std::string account_password_, archive_password_;
  Octets record_;  // in force, and what it says
  std::optional<KeyRecord> in_force_;
  std::optional<KeyMode> seen_;  // the highest mode
  std::vector<Octets> former_records_;
  Octets device_key_octets_;

  /// What a copy of what the server keeps brings back.
  struct Then {
    Octets record;
    std::optional<KeyRecord> in_force;
    std::vector<Octets> former_records;
    std::string account_password, archive_password;
    Possession account_secret, archive_secret;
    bool knew_archive_password, had_device_key;
  };
  std::optional<Then> copy_;

  // Who has what: now, and of all that there was
  Possession escrow_key_, device_key_, account_secret_, archive_secret_;
  Possession device_, saved_login_;  // on the disk
  Possession former_secrets_, held_by_the_server_, archive_secrets_, set_by_an_administrator_;
  Possession copied_records_, copied_disks_, locked_disks_, saved_logins_, opened_by_this_device_key_;
  Possession handed_out_, on_the_wire_, in_frames_;  // the last as the server reads them
  Possession strangers_;                             // another user's of the same server
};

}  // namespace coffer::keys
