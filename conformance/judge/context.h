// What a script may use: the deployment, fresh identities, connections, and the adapter's verbs. One context per execution of a script.
#pragma once

#include <deque>
#include <memory>
#include <nlohmann/json.hpp>
#include <set>
#include <string>

#include "coffer/spec/client_session.h"
#include "judge/case.h"
#include "judge/other_server.h"
#include "peer/client_peer.h"
#include "peer/server_peer.h"

namespace coffer::conformance {

class Adapter;

/// What the client under test is asked to do.
struct Drive {
  std::string what = {};                              // connect, logout, ping, versions, backup, restore, verify, prune, key, unlock
  std::vector<std::string> paths = {};                // backup
  std::vector<std::string> destinations = {};         // backup: other ones that it goes to besides
  std::uint64_t version = 0;                          // restore, verify; 0: the newest that the honest server holds
  std::string target = {};                            // restore: a directory of scratch()
  std::string device = "device";                      // devices with the same name keep their state within one script
  std::string destination = {};                       // the other one that it is about; empty: that which the script itself serves
  std::optional<Octets> archive_key = {};             // connect: that the user has; unset: the script's own
  bool without_archive_key = false;                   // connect: the user gives none
  std::optional<Octets> pin = {};                     // unset: the suite's own server's
  std::optional<std::uint64_t> expected_server = {};  // unset: the honest server's identity
  bool deferred = false;
  bool overwrite = false;                          // restore: replace files that exist
  std::map<std::string, std::uint64_t> keep = {};  // prune: how many "last", "daily", "weekly", "monthly"
  std::map<std::string, std::uint32_t> timers_ms = {};
  std::string mode = {};              // key: account_password, archive_password, custom
  std::string archive_password = {};  // key, unlock
};

struct DriveReport {
  std::string ended;  // ok, refused, failed
  std::string detail;
};

class Context {
 public:
  /// What the judge gives. `adapter` is nullptr with --connect.
  struct Setting {
    const Fixture* fixture = nullptr;
    Endpoint server;            // of a server under test
    std::optional<Octets> pin;  // of its key
    Adapter* adapter = nullptr;
    const ServerCredentials* credentials = nullptr;  // of the suite's own server
    std::string scratch_parent;
    std::string fault = {};               // that the implementation is given; empty: none
    std::optional<Message> pending = {};  // where a case is only shown: what a client under test would have sent
  };
  Context(Stage& stage, Setting setting);
  ~Context();

  // ---- Everywhere ------------------------------------------------------------------------------------------------------
  Random& random() { return stage_.random; }
  const Fixture& fixture() const { return *setting_.fixture; }
  /// An identity that no other script of the run uses; the same each time within this script.
  std::uint64_t computer() const { return computer_; }
  void remark(std::string text) { stage_.recorder.remark(std::move(text)); }
  /// Throws Unmet unless `holds`.
  void require(bool holds, std::string expected, std::string actual);
  /// An empty directory of this script's own, removed afterwards.
  std::string scratch();
  Stage& stage() { return stage_; }

  // ---- A server under test ---------------------------------------------------------------------------------------------
  /// Alice on this script's computer.
  Walker walker() const;
  Walker walker(const Account& account) const;
  /// A new connection, TLS done, in await_version.
  ClientPeer& connect();
  ClientPeer& connect(const Walker& walker, const ClientChannelOptions& options = {});
  /// A new connection, walked to `state`.
  ClientPeer& at(spec::server_session::State state);
  ClientPeer& at(spec::server_session::State state, const Walker& walker);
  RawPeer& tcp();
  const Endpoint& server() const { return setting_.server; }

  // ---- A client under test ---------------------------------------------------------------------------------------------
  /// Asks for it and returns at once: the script now plays the server. On a device that has not logged in yet anything but "connect" is
  /// preceded by a "connect" that is served honestly, whose connection is the transcript's first.
  void drive(Drive what);
  /// What came of it; waits for the adapter's reply.
  DriveReport driven();
  /// The client's next connection, handshake done.
  ServerPeer& accept(const ServerChannelOptions& options = {});
  /// Another server of the suite, by the name that the client's device has for it; for cases that need destinations.
  OtherServer& destination(const std::string& name);
  /// The device logs in there, served honestly.
  void log_in_at(const std::string& name);
  /// The client's next connection, as bare TCP.
  Socket accept_tcp();
  /// True when the client connects again before the drive's end is reported (CHN-013, SES-033).
  bool connects_again();
  /// True when the drive's end is reported while the server's side of its connections is still held open (SES-007).
  bool ends_by_itself();
  /// Drives what leads there, accepts, and serves honestly until the client stands in `state`: what it sent there is `pending()`.
  ServerPeer& client_in(spec::client_session::State state);
  const Received& pending() const { return pending_; }
  Holdings& holdings() { return holdings_; }
  const ServerCredentials& credentials() const { return *setting_.credentials; }
  /// The archive key that the client under test is given, and the keys that follow from it for this script's device.
  const Octets& archive_key() const { return archive_key_; }
  ArchiveKeys archive_keys() const;
  /// Those of the archive at another destination.
  ArchiveKeys archive_keys_at(const std::string& name);
  /// How the adapter knows the device that a Drive names.
  std::string device_name(std::string_view device = "device") const;
  /// A file or directory tree to back up, made below scratch(): name -> content. Returns its path.
  std::string make_tree(const std::map<std::string, Octets>& files);

  // ---- The adapter's other verbs; Unimplemented when it says so -----------------------------------------------------------
  /// `what`: {"do": "restart"} …, see interop/README.md.
  nlohmann::json admin(nlohmann::json what);
  /// Another server in place of the one under test, with that fixture; for cases with a server of their own. The reason when it refuses to
  /// serve it.
  std::optional<std::string> serve_anew(const Fixture& fixture);
  /// The server under test, started again with what it stores and with that fixture's accounts; for cases with a server of their own.
  void serve_again(const Fixture& fixture);
  /// `what`: {"events": true} …
  nlohmann::json observe(nlohmann::json what);
  /// What the implementation makes of the input of a test vector: the reply to the verb "vector".
  nlohmann::json vector(const std::string& kind, const nlohmann::json& input);

 private:
  void log_in(const Drive& later);
  void back_up_first(const Drive& backup);
  Stage& stage_;
  Setting setting_;
  std::uint64_t computer_;
  Octets archive_key_;
  Holdings holdings_;
  std::deque<std::unique_ptr<ClientPeer>> clients_;
  std::deque<std::unique_ptr<RawPeer>> raw_;
  std::deque<std::unique_ptr<ServerPeer>> servers_;
  std::map<std::string, std::unique_ptr<OtherServer>> destinations_;
  std::unique_ptr<ListeningSocket> listener_;
  std::optional<Socket> early_;  // a connection that connects_again() found
  std::optional<std::uint64_t> drive_id_;
  std::string driving_;              // the device, while a "connect" of it is under way
  std::set<std::string> logged_in_;  // devices
  Received pending_;
  std::string scratch_;
  unsigned trees_ = 0;
};

}  // namespace coffer::conformance
