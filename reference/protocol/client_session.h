// The session as the client sees it: octets, the program's requests and time in; actions and happenings out.
// Runs from spec/tables/machines/client_session.toml. Must not know: sockets, TLS, clocks, files, threads, keys of archives, entropy.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <variant>

#include "coffer/spec/client_session.h"
#include "protocol/frame.h"
#include "protocol/message.h"
#include "protocol/server_session.h"
#include "protocol/session_types.h"

namespace coffer::protocol {

struct ClientSettings {
  Version version;  // what the version step states
  std::uint64_t computer = 0;
  Login login;
  std::optional<std::uint64_t> expected_server;  // refuse another one [IDN-006]; nullopt: accept and report the first seen
  std::uint64_t config_version = 0;              // of the configuration on the device
  Timers timers = spec::timer_milliseconds;
};

// ---- Requests of the program: each is legal in the state that the table gives; submit() answers false elsewhere ----------------
struct BeginPing {
  std::uint64_t token = 0;
};
struct BeginOffer {
  Octets ids;
};
struct SendBlock {
  Digest id{}, checksum{};
  Octets sealed;
};
struct BeginCommit {
  CommitVersion version;
};
struct BeginList {
  std::uint64_t from = 0;
};
struct BeginListBlocks {
  Digest after{};
};
struct BeginRelease {
  Octets ids;
};
struct BeginFetchKey {};
struct BeginStoreKey {
  Octets record;
  std::uint64_t generation = 0;  // the record's, which the answer has to name
};
struct BeginRecoverKey {
  Octets recipient;
};
struct BeginChangePassword {
  Botan::secure_vector<std::uint8_t> current, replacement;
};
struct RequestRestore {
  std::uint64_t version = 0;
  std::uint16_t purpose = 0;
};
struct BeginFetch {
  Octets ids;
};
struct FinishRestore {
  bool complete = false;
};
struct Leave {};
using ClientRequest = std::variant<BeginPing, BeginOffer, SendBlock, BeginCommit, BeginList, BeginListBlocks, BeginRelease, BeginFetchKey,
                                   BeginStoreKey, BeginRecoverKey, BeginChangePassword, RequestRestore, BeginFetch, FinishRestore, Leave>;

// ---- What the program is told ---------------------------------------------------------------------------------------------------
struct ServerSeen {
  std::uint64_t guid = 0;
};
struct LoggedIn {
  std::uint64_t user = 0;
  std::uint32_t permissions = 0;
};
struct Configured {
  std::uint64_t version = 0;
  std::vector<Setting> settings;
};  // apply before the next next_action(): the acknowledgement follows
struct SessionReady {};
struct Alive {
  std::uint64_t token = 0;
};
struct Wanted {
  std::vector<std::uint16_t> indices;
};  // of the offer
struct VersionStored {
  std::uint64_t number = 0;
};
struct VersionsListed {
  std::vector<VersionEntry> entries;
  bool more = false;
};
struct BlocksListed {
  Octets ids;
  bool more = false;
};
struct ReleaseTaken {};  // takes effect with the next version that is stored
struct KeyShown {
  std::uint16_t modes = 0;
  Octets escrow_key;
  Botan::secure_vector<std::uint8_t> device_key;
  Octets record;
};
struct KeyAcknowledged {
  std::uint64_t generation = 0;
};
struct KeyHandedOver {
  Octets wrap;
};
struct PasswordTaken {};
struct RestoreStarted {};
struct BlockArrived {
  Digest id{};
  Octets sealed;
};  // checksum already verified
struct BlocksEnded {
  std::vector<std::uint16_t> missing;
};
struct RestoreFinished {};
/// The session is over: by the peer (its reason), by this side (the fault), or by a lost connection.
struct Ended {
  std::optional<std::uint16_t> peer_reason;
  std::optional<Fault> fault;
};
using ClientAction = std::variant<Send, Close, ServerSeen, LoggedIn, Configured, SessionReady, Alive, Wanted, VersionStored, VersionsListed,
                                  BlocksListed, ReleaseTaken, KeyShown, KeyAcknowledged, KeyHandedOver, PasswordTaken, RestoreStarted,
                                  BlockArrived, BlocksEnded, RestoreFinished, Ended>;

class ClientSession {
 public:
  ClientSession(ClientSettings settings, Time now);
  ~ClientSession();
  ClientSession(ClientSession&&) noexcept;
  ClientSession& operator=(ClientSession&&) noexcept;

  /// The channel is up: the version step begins.
  void connected(Time now);
  void feed(Time now, View octets);
  /// False, and nothing happens, when the state does not admit the request.
  [[nodiscard]] bool submit(Time now, ClientRequest request);
  void tick(Time now);
  void peer_closed(Time now);

  std::optional<ClientAction> next_action();
  std::optional<Time> deadline() const;
  spec::client_session::State state() const;

 private:
  struct Machine;
  std::unique_ptr<Machine> machine_;
};

}  // namespace coffer::protocol
