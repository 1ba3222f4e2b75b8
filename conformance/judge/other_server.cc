#include "judge/other_server.h"

#include "peer/outcome.h"

namespace coffer::conformance {

OtherServer::OtherServer(Stage& stage, const ServerCredentials& credentials)
    : stage_{.recorder = stage.recorder,
             .random = Random(stage.random.number(), "another server"),
             .patience = stage.patience,
             .used_once = stage.used_once},
      credentials_(credentials) {
  holdings_.server_guid = stage_.random.guid();
}

OtherServer::~OtherServer() { over_ = true; }

void OtherServer::serve(Conduct conduct) {
  peer_.reset();
  over_ = false;
  serving_ = std::async(std::launch::async, [this, conduct = std::move(conduct)] {
    std::optional<Socket> socket;
    for (bool last = false; !socket && !last;) {
      last = over_;
      socket = listener_.accept(Clock::now() + std::chrono::milliseconds(20));
    }
    if (!socket) throw Unmet("a connection to the client's other destination", "none");
    peer_ = std::make_unique<ServerPeer>(stage_, std::move(*socket), credentials_, holdings_);
    conduct(*peer_);
    // A client that has ended its side may linger until its peer does too [SES-007].
    if (peer_->end().any()) peer_->channel().close();
  });
}

const ServerPeer& OtherServer::served() {
  over_ = true;
  serving_.get();
  return *peer_;
}

}  // namespace coffer::conformance
