// Before the first case against a server that runs already: can it be spoken to at all? Must not know: cases, adapters, frames.
#pragma once

#include <optional>
#include <string>

#include "peer/channel.h"
#include "peer/peer.h"

namespace coffer::conformance {

/// One TCP connection and one TLS handshake. Nothing when both come about; else one line that says what was tried, what was seen and what
/// to do: about the option or the reply that named the server.
enum class NamedBy : std::uint8_t { option, reply };
std::optional<std::string> cannot_reach(const Endpoint& server, const std::optional<Octets>& pin, const Patience& patience,
                                        NamedBy named_by = NamedBy::option);

}  // namespace coffer::conformance
