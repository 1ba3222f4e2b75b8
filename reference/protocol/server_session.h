// One client's session as the server sees it: octets, answers and time in; actions out. Runs from spec/tables/machines/server_session.toml.
// Must not know: sockets, TLS, clocks, files, threads, databases, entropy. Same input, same output.
//
//   feed(now, octets)   what arrived           next_action()  what the shell must do, until nullopt
//   submit(now, answer) what was asked for     deadline()     when to call tick()
//   tick(now)           time went on           wants_input()  false: leave octets in the socket
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "coffer/spec/server_session.h"
#include "protocol/frame.h"
#include "protocol/message.h"
#include "protocol/session_types.h"

namespace coffer::protocol {

/// The same for every session of a server.
struct ServerSettings {
  std::uint64_t guid = 0;              // the server's identity, not 0
  ApplicationVersion version;          // its own
  ApplicationVersion minimum_version;  // of clients [SES-012]
  Timers timers = spec::timer_milliseconds;
};

// ---- Actions: what the shell must do -------------------------------------------------------------------------------------
struct Send {
  Octets octets;
};  // whole frames, in order
struct CheckComputer {
  std::uint64_t guid = 0;
};  // answer: ComputerAdmitted | ComputerRefused
struct CheckLogin {
  Login login;
};  // answer: LoginAdmitted | LoginRefused | ComputerRefused, when another session has the computer's place
struct FindMissing {
  Octets ids;
};  // answer: MissingFound | Failed
struct StoreBlock {
  Digest id{}, checksum{};
  Octets sealed;
};  // no answer, unless Failed; checksum already verified
struct CommitRequest {
  CommitVersion version;
};  // answer: Committed | Refused | Failed
struct FindVersions {
  std::uint64_t from = 0;
};  // answer: VersionsFound | Failed
struct FindBlockIds {
  Digest after{};
};  // answer: BlockIdsFound | Failed
struct StageRelease {
  Octets ids;
};                  // answer: ReleaseStaged | Failed
struct FindKey {};  // answer: KeyFound | Failed
struct KeepKey {
  Octets record;
};  // answer: KeyKept | Refused | Failed
struct OpenKey {
  Octets recipient;
};  // answer: KeyOpened | Refused | Failed
struct SetPassword {
  Botan::secure_vector<std::uint8_t> current, replacement;
};  // answer: PasswordSet | Refused | Failed
struct BeginRestore {
  std::uint64_t version = 0;
  std::uint16_t purpose = 0;
};  // answer: RestoreAdmitted | Refused | Failed
struct LoadBlocks {
  Octets ids;
};  // answer: BlockLoaded for each it has, in order, then BlocksLoaded
struct EndRestore {
  bool complete = false;
};  // answer: RestoreClosed | Failed
/// One line of the event log. `event` is a fixed word; fields hold no secret.
struct Note {
  std::string_view event;
  std::vector<std::pair<std::string_view, std::string>> fields;
};
struct Close {};  // after everything sent: close_notify, half-close, linger [SES-004]

using ServerAction = std::variant<Send, CheckComputer, CheckLogin, FindMissing, StoreBlock, CommitRequest, FindVersions, FindBlockIds,
                                  StageRelease, FindKey, KeepKey, OpenKey, SetPassword, BeginRestore, LoadBlocks, EndRestore, Note, Close>;

// ---- Answers: what the shell found out --------------------------------------------------------------------------------------
struct ComputerAdmitted {};
struct ComputerRefused {
  std::string cause;
};  // for the event log only [IDN-022]
struct LoginAdmitted {
  std::uint64_t user = 0;
  std::uint32_t permissions = 0;
  std::uint64_t config_version = 0;
  std::vector<Setting> settings;
};
struct LoginRefused {
  std::string cause;
};
struct MissingFound {
  std::vector<std::uint16_t> indices;
};
struct Committed {};
struct VersionsFound {
  std::vector<VersionEntry> entries;
  bool more = false;
};
struct BlockIdsFound {
  Octets ids;
  bool more = false;
};
struct ReleaseStaged {};
struct KeyFound {
  std::uint16_t modes = 0;
  Octets escrow_key;
  Botan::secure_vector<std::uint8_t> device_key;
  Octets record;
};
struct KeyKept {
  std::uint64_t generation = 0;
};
struct KeyOpened {
  Octets wrap;
};
struct PasswordSet {};
struct RestoreAdmitted {};
struct BlockLoaded {
  Digest id{}, checksum{};
  Octets sealed;
};
struct BlocksLoaded {
  std::vector<std::uint16_t> missing;
};
struct RestoreClosed {};
struct Refused {
  spec::Reason reason;
  std::string cause;
};  // version_conflict, no_such_version, quota_exceeded, and what a key record or a password is refused for
struct Failed {
  std::string cause;
};  // the server's own trouble: internal_error. In every state, for the session itself may fail

using ServerAnswer = std::variant<ComputerAdmitted, ComputerRefused, LoginAdmitted, LoginRefused, MissingFound, Committed, VersionsFound,
                                  BlockIdsFound, ReleaseStaged, KeyFound, KeyKept, KeyOpened, PasswordSet, RestoreAdmitted, BlockLoaded,
                                  BlocksLoaded, RestoreClosed, Refused, Failed>;

class ServerSession {
 public:
  /// settings must outlive the session.
  ServerSession(const ServerSettings& settings, Time now);
  ~ServerSession();
  ServerSession(ServerSession&&) noexcept;
  ServerSession& operator=(ServerSession&&) noexcept;

  void feed(Time now, View octets);
  void submit(Time now, ServerAnswer answer);
  void tick(Time now);
  void stop(Time now);
  void peer_closed(Time now);

  std::optional<ServerAction> next_action();
  std::optional<Time> deadline() const;
  bool wants_input() const;
  /// Whether octets came that no frame has used yet.
  bool holds_octets() const;
  spec::server_session::State state() const;
  /// Whether the user is verified: what the limit on sessions without one counts [LIM-002].
  bool verified() const;

 private:
  struct Machine;
  std::unique_ptr<Machine> machine_;
};

}  // namespace coffer::protocol
