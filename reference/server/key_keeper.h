// The server's side of chapter 7: shows, keeps and opens key records, hands out device keys, wraps anew when an account password changes.
// The only place where the escrow key is used, and each use is in the event log first. Must not know: messages' encoding, connections,
// sockets.
#pragma once

#include <mutex>

#include "accounts/directory.h"
#include "keys/key_keeping.h"
#include "protocol/server_session.h"
#include "store/key_store.h"
#include "store/store.h"

namespace coffer::server {

struct KeyKeeperSettings {
  std::uint64_t server = 0;  // the server's identity
  keys::Rounds rounds;       // that are taken
};

/// Any thread may call any operation.
class KeyKeeper {
 public:
  /// All but the settings and the key must outlive it. Device keys of whom the directory does not call active are erased here [KEY-050].
  static std::expected<std::unique_ptr<KeyKeeper>, std::string> begin(KeyKeeperSettings settings, keys::AgreementKey escrow_key,
                                                                      accounts::Directory& directory, store::KeyStore& keys,
                                                                      store::Store& events);

  protocol::ServerAnswer find(const store::Owner& owner);
  protocol::ServerAnswer keep(const store::Owner& owner, View record);
  protocol::ServerAnswer open(const store::Owner& owner, View recipient);
  protocol::ServerAnswer set_password(const store::Owner& owner, View current, View replacement);
  /// An administrator's: nobody is asked for the current one. The archives whose server_wrap does not open, and stays as it is.
  std::expected<std::vector<store::Owner>, protocol::ServerAnswer> reset_password(std::uint64_t user, View replacement);
  /// [KEY-012] Refused, or nothing when the archive may have blocks.
  std::optional<protocol::ServerAnswer> may_offer(const store::Owner& owner);

 private:
  KeyKeeper(KeyKeeperSettings settings, keys::AgreementKey escrow_key, accounts::Directory& directory, store::KeyStore& keys,
            store::Store& events)
      : settings_(settings), escrow_key_(std::move(escrow_key)), directory_(directory), keys_(keys), events_(events) {}
  keys::ArchiveOwner archive_owner(const store::Owner& owner) const { return {owner.user, owner.computer, settings_.server}; }
  keys::KeyRecord read(View record, const store::Owner& owner) const;
  /// Not where the escrow key that it is wrapped for was given up [KEY-054].
  bool opens(const keys::KeyRecord& record) const { return record.server && record.server->escrow_key == escrow_key_.public_key(); }
  /// The caller holds mutex_.
  std::expected<std::vector<store::Owner>, protocol::ServerAnswer> replace_password(std::uint64_t user, View replacement,
                                                                                    std::string_view cause);
  store::Result<void> log_opening(const store::Owner& owner, std::string_view cause);
  /// With a fault alone.
  void log_request(const store::Owner& owner, std::string_view name);

  const KeyKeeperSettings settings_;
  const keys::AgreementKey escrow_key_;
  accounts::Directory& directory_;
  store::KeyStore& keys_;
  store::Store& events_;
  std::mutex mutex_;  // one change of key records or of a password at a time: what is replaced is what was looked at
};

}  // namespace coffer::server
