// The suite as the server of a client under test: an honest little server to walk with, and a dishonest one wherever the case says so.
#pragma once

#include <functional>
#include <map>
#include <set>

#include "coffer/spec/client_session.h"
#include "peer/peer.h"

namespace coffer::conformance {

/// What the honest server holds. It outlives its connections, so that a client can back up on one and restore on another.
struct Holdings {
  std::uint64_t server_guid = 0x5eed5eed5eed5eed;
  std::uint64_t user = 1;
  std::uint32_t permissions = 3;
  std::uint64_t config_version = 1;
  std::vector<Message> settings;
  std::map<Octets, SealedBlock> blocks;
  struct Version {
    std::uint64_t number;
    Octets previous, link, record;
  };
  std::vector<Version> versions;
  std::uint16_t key_modes = 7;
  Octets escrow_private = repeated(32, 0x5e), device_key = repeated(32, 0xd7);
  Octets key_record;                                                  // empty: none
  std::function<Octets(const Octets& recipient)> recovery_wrap = {};  // empty: there is nothing to recover
};

class ServerPeer : public Peer {
 public:
  /// Completes the handshake on an accepted socket; throws NotReached when the client does not.
  ServerPeer(Stage& stage, Socket socket, const ServerCredentials& credentials, Holdings& holdings,
             const ServerChannelOptions& options = {});
  ~ServerPeer() override;

  /// Answers everything honestly until the named message ("offer_blocks", "data", …) arrives; returns it unanswered.
  /// Throws NotReached when the client ends or falls silent first.
  Received serve_until(std::string_view name);
  /// Answers honestly until the client ends the session; throws Unmet when it ends in another way than goodbye.
  void serve_to_the_end();
  /// As serve_to_the_end, but any end is well.
  void serve_to_any_end();
  /// The honest answer to one message, sent (login_accepted to login, data frames and blocks_fetched to fetch_blocks …).
  void answer(const Received& received);

  Holdings& holdings() { return holdings_; }
  /// All messages and data frames that came, in order.
  const std::vector<Received>& seen() const { return seen_; }
  /// Those of one name.
  std::vector<Message> seen(std::string_view name) const;

 private:
  Received receive_and_note();
  Holdings& holdings_;
  std::vector<Received> seen_;
  std::set<Octets> released_;  // in this session, until its next commit
};

}  // namespace coffer::conformance
