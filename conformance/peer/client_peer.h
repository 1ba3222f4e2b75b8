// The suite as a client of the server under test: walks to any state of server_session, then does what the case says.
#pragma once

#include "coffer/spec/server_session.h"
#include "peer/peer.h"
#include "wire/tls_hello.h"

namespace coffer::conformance {

/// Who walks. Anything unset keeps the session out of the states that need it.
struct Walker {
  std::string registration_key, user, password;
  std::uint64_t computer = 0;
  bool deferred = false;
};

class ClientPeer : public Peer {
 public:
  using State = spec::server_session::State;

  /// Connects and completes the handshake; throws NotReached when that fails.
  ClientPeer(Stage& stage, const Endpoint& server, const Walker& walker, const ClientChannelOptions& options = {});
  ~ClientPeer() override;

  /// From where the session is to `state`, by valid messages only; throws NotReached when the server does not follow.
  /// Held states cannot be stood in: asking for one is a mistake of the suite. restoring commits a version first if there is none.
  void walk_to(State state);
  State state() const { return state_; }
  /// Tells the walk where the script's own messages have led.
  void now_in(State state) { state_ = state; }

  /// Ping with a fresh token, and its pong: all that was sent before has been read, and the session stands. A block may still be refused:
  /// only a commit says that it is stored.
  void barrier();
  /// Offers, sends what is missing, commits the next version; leaves the session in ready. Returns the version's number.
  std::uint64_t commit(const std::vector<SealedBlock>& blocks, Octets record = {});
  /// The commit message that continues the chain as this peer knows it.
  Message next_commit(Octets record = {});
  /// Takes a commit that the script itself sent into the known chain.
  void committed(const Message& commit);
  /// Asks for all versions, page by page, and takes the chain from them.
  std::vector<Message> all_versions();
  /// Fetches in restoring; throws Unmet when the answer is not as ARC-052 says.
  struct Fetched {
    std::vector<ReceivedBlock> blocks;
    std::vector<std::uint16_t> missing;
  };
  Fetched fetch(const Octets& ids);

  Walker& walker() { return walker_; }
  // Learned on the way, 0 or empty before.
  std::uint64_t server_guid = 0;
  std::uint64_t user = 0;
  std::uint32_t permissions = 0;
  std::uint64_t config_version = 0;
  std::uint64_t chain_number = 0;  // of the newest version this peer knows of
  Octets chain_link;

 private:
  Message step(std::string_view name);  // expect, as part of a walk
  void walk_one();

  Walker walker_;
  State state_ = State::await_version;
};

/// TCP without TLS: hellos by hand, garbage, silence.
class RawPeer {
 public:
  RawPeer(Stage& stage, const Endpoint& server);  // throws NotReached when nobody listens
  void send(View octets, std::string what = "octets");
  void shut_sending();
  /// All that came until the connection ended; throws Unmet when it did not end in time.
  Octets receive_until_end();
  /// The server's first flight; an empty flight when the connection ended without one; throws Unmet when neither came in time.
  ServerFlight server_flight();
  /// The connection ends in time, whatever came before. `within`: instead of the patience, for the server's own timers.
  void expect_refusal_by_close(std::optional<std::chrono::milliseconds> within = {});
  bool ended() const { return ended_; }

 private:
  Stage& stage_;
  char name_;
  Socket socket_;
  Octets received_;
  bool ended_ = false;
};

}  // namespace coffer::conformance
