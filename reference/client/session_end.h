// Why a session or a connection ended, as an exit code and a sentence that says what to do next.
// Must not know: sockets.
#pragma once

#include "client/device.h"
#include "client/failure.h"
#include "net/trouble.h"
#include "protocol/client_session.h"

namespace coffer::client {

Failure explain(const net::Trouble& trouble, const DeviceConfig& config);
Failure explain(const protocol::Ended& ended, const DeviceConfig& config);

}  // namespace coffer::client
