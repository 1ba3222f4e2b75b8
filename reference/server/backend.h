// Answers what the net's shell asks, from the accounts and the store. Knows which session is on which computer, whose it is, and where its
// archive lies. Must not know: sockets, TLS, command lines.
#pragma once

#include <mutex>
#include <optional>
#include <unordered_map>

#include "accounts/directory.h"
#include "accounts/presence.h"
#include "net/backend.h"
#include "server/key_keeper.h"
#include "store/store.h"

namespace coffer::server {

class Backend final : public net::Backend {
 public:
  /// All must outlive it.
  Backend(accounts::Directory& directory, store::Store& store, KeyKeeper& keys) : directory_(directory), store_(store), keys_(keys) {}

  protocol::ServerAnswer check_computer(net::ConnectionId connection, const protocol::CheckComputer& question) override;
  protocol::ServerAnswer check_login(net::ConnectionId connection, const protocol::CheckLogin& question) override;
  protocol::ServerAnswer enter(net::ConnectionId connection, protocol::LoginAdmitted admitted) override;
  protocol::ServerAnswer find_missing(net::ConnectionId connection, const protocol::FindMissing& question) override;
  std::optional<protocol::ServerAnswer> store_blocks(net::ConnectionId connection, std::span<const protocol::StoreBlock> blocks) override;
  protocol::ServerAnswer commit(net::ConnectionId connection, const protocol::CommitRequest& request) override;
  protocol::ServerAnswer find_versions(net::ConnectionId connection, const protocol::FindVersions& question) override;
  protocol::ServerAnswer find_block_ids(net::ConnectionId connection, const protocol::FindBlockIds& question) override;
  protocol::ServerAnswer stage_release(net::ConnectionId connection, const protocol::StageRelease& request) override;
  protocol::ServerAnswer find_key(net::ConnectionId connection, const protocol::FindKey& question) override;
  protocol::ServerAnswer keep_key(net::ConnectionId connection, const protocol::KeepKey& request) override;
  protocol::ServerAnswer open_key(net::ConnectionId connection, const protocol::OpenKey& request) override;
  protocol::ServerAnswer set_password(net::ConnectionId connection, const protocol::SetPassword& request) override;
  protocol::ServerAnswer begin_restore(net::ConnectionId connection, const protocol::BeginRestore& request) override;
  std::vector<net::LoadedBlock> load_blocks(net::ConnectionId connection, View ids, std::size_t octets_enough) override;
  protocol::ServerAnswer end_restore(net::ConnectionId connection, const protocol::EndRestore& request) override;
  void note(net::ConnectionId connection, const protocol::Note& note, net::Whose whose) override;
  void closed(net::ConnectionId connection) override;

 private:
  struct Session {
    std::uint64_t computer = 0;
    std::uint64_t user = 0;  // 0: not verified
    std::optional<store::Archive> archive;
    bool unsettled = false;  // blocks came after the last commit
    bool lacking = false;    // a block came that is not stored
    bool restoring = false;  // the store's log has a beginning without an end
  };

  /// A copy: sessions come and go on the storage thread while logins are checked on others.
  Session session(net::ConnectionId connection);
  template <class Change>
  void update(net::ConnectionId connection, Change change);
  /// Asked of the store once a session.
  store::Result<store::Archive> archive(net::ConnectionId connection);
  /// Whose archive a session of a verified user is about.
  store::Owner owner(net::ConnectionId connection);
  protocol::Failed failed(net::ConnectionId connection, const store::Trouble& trouble);

  accounts::Directory& directory_;
  store::Store& store_;
  KeyKeeper& keys_;
  accounts::Presence presence_;  // on the storage thread only
  std::mutex mutex_;
  std::unordered_map<net::ConnectionId, Session> sessions_;
};

}  // namespace coffer::server
