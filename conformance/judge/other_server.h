// A further server of the suite, for a client that has several destinations: a thread of its own serves it, while the script serves the
// first. Must not know: adapters, cases.
#pragma once

#include <atomic>
#include <functional>
#include <future>
#include <memory>

#include "peer/server_peer.h"
#include "peer/socket.h"

namespace coffer::conformance {

class OtherServer {
 public:
  using Conduct = std::function<void(ServerPeer&)>;

  /// Its connections stand in the transcript of the stage that it is set up on.
  OtherServer(Stage& stage, const ServerCredentials& credentials);
  ~OtherServer();
  OtherServer(const OtherServer&) = delete;
  OtherServer& operator=(const OtherServer&) = delete;

  Holdings& holdings() { return holdings_; }
  std::uint16_t port() const { return listener_.port(); }

  /// Serves the client's next connection, beside the script; to be called before the client is driven.
  void serve(Conduct conduct);
  /// Once the drive is over: what was served. Throws what the conduct threw, and Unmet when no connection came.
  const ServerPeer& served();

 private:
  Stage stage_;
  const ServerCredentials& credentials_;
  Holdings holdings_;
  ListeningSocket listener_;
  std::unique_ptr<ServerPeer> peer_;
  std::atomic<bool> over_ = false;
  std::future<void> serving_;  // last: ends before what it uses
};

}  // namespace coffer::conformance
