// Why a client has no connection, or no more: a value that a program can show and act upon.
#pragma once

#include <string>
#include <string_view>

namespace coffer::net {

enum class TroubleKind {
  cannot_resolve,   // no address for the host's name
  cannot_connect,   // no address of it accepts
  pin_mismatch,     // the server's key is not the deployed one [CHN-008]
  tls_failed,       // any other failure of the handshake or of a record [CHN-012]
  timed_out,        // connect, handshake or sending made no progress within the timer
  connection_lost,  // reset, or ended without the peer's Disconnect
  given_up,         // by this side's program, while the server was silent
};

/// The enumerator's own word.
constexpr std::string_view name(TroubleKind kind) {
  switch (kind) {
    case TroubleKind::cannot_resolve: return "cannot_resolve";
    case TroubleKind::cannot_connect: return "cannot_connect";
    case TroubleKind::pin_mismatch: return "pin_mismatch";
    case TroubleKind::tls_failed: return "tls_failed";
    case TroubleKind::timed_out: return "timed_out";
    case TroubleKind::connection_lost: return "connection_lost";
    case TroubleKind::given_up: return "given_up";
  }
  return {};
}

struct Trouble {
  TroubleKind kind = TroubleKind::cannot_connect;
  std::string detail;  // one sentence for a person: address, what the system or library said
};

}  // namespace coffer::net
