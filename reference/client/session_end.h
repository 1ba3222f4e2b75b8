// Why a session or a connection ended, as an exit code and a sentence that says what to do next.
// Must not know: sockets.
#pragma once

#include "client/device.h"
#include "client/failure.h"
#include "net/trouble.h"
#include "protocol/client_session.h"

namespace coffer::client {

/// `config_path`: the file that `config` was read from, to name it where its user has to change it.
Failure explain(const net::Trouble& trouble, const DestinationConfig& config, const std::string& config_path);
Failure explain(const protocol::Ended& ended, const DestinationConfig& config);

}  // namespace coffer::client
