// The wire that clients and servers have: the reference's TLS channel, its handshake included. Must not know: what the frames say.
#pragma once

#include "keys/key_world.h"
#include "net/tls_channel.h"

namespace coffer::keys {

class TlsWire final : public Wire {
 public:
  TlsWire();
  Octets carried(View frame, Sender sender) override;

 private:
  net::TlsChannel client_, server_;
};

}  // namespace coffer::keys
