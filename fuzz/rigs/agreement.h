// That both ends of a session mean the same: what one end's program or shell said is, in order and nothing between, what the other's
// hears. A statement is kept as the fields of the frame that carries it.
// Must not know: sessions' states, traces.
#pragma once

#include <deque>

#include "protocol/client_session.h"
#include "protocol/server_session.h"

namespace coffer::fuzz {

class Agreement {
 public:
  /// Once the client's channel is up.
  void said(const protocol::ClientSettings& settings);
  void said(const protocol::ClientRequest& request);
  /// An answer that the server's session took.
  void said(const protocol::ServerAnswer& answer);
  void heard(const protocol::ServerAction& action);
  void heard(const protocol::ClientAction& action);

 private:
  std::deque<Octets> to_server_, to_client_;
  std::uint64_t committing_ = 0;
};

}  // namespace coffer::fuzz
