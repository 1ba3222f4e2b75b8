// Can a server be spoken to at all, before a case has run, and has it the suite's accounts? Must not know: cases, adapters.
#pragma once

#include <optional>
#include <string>

#include "judge/fixture.h"
#include "peer/channel.h"
#include "peer/peer.h"

namespace coffer::conformance {

/// Who named the server, and so what to change when it is not there.
enum class NamedBy : std::uint8_t { option, reply };

/// One TCP connection. Nothing when it comes about; else one line, as below.
std::optional<std::string> cannot_connect(const Endpoint& server, const Patience& patience, NamedBy named_by);

/// One TCP connection and one TLS handshake. Nothing when both come about; else one line that says what was tried, what was seen and what
/// to do: about the option or the reply that named the server.
std::optional<std::string> cannot_reach(const Endpoint& server, const std::optional<Octets>& pin, const Patience& patience,
                                        NamedBy named_by = NamedBy::option);

/// One session of a computer that the server has not seen, up to ready. Nothing when it gets there; else why not, in a few words.
std::optional<std::string> cannot_log_in(const Endpoint& server, const std::optional<Octets>& pin, const Patience& patience,
                                         const Account& account, std::uint64_t seed);

}  // namespace coffer::conformance
