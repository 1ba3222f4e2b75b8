#include "judge/reach.h"

#include <fmt/format.h>

namespace coffer::conformance {

std::optional<std::string> cannot_reach(const Endpoint& server, const std::optional<Octets>& pin, const Patience& patience) {
  const auto where = fmt::format("{}:{}", server.host, server.port);
  const auto deadline = Clock::now() + patience.answer;
  auto socket = Socket::connect(server, deadline);
  if (!socket)
    return fmt::format("tried a TCP connection to {}: {}; start the server, or name the address it listens on with --connect", where,
                       socket.error());
  Recorder unread;
  Random random(1, "reach");
  // Any key is accepted here, to tell another key from another protocol.
  const auto channel = Channel::client(std::move(*socket), unread, unread.open(), {}, random.octets(48));
  if (const auto trouble = channel->handshake(deadline))
    return fmt::format("tried a TLS 1.2 handshake with {}: {}; is it a Coffer server's TLS port (chapter 4)?", where, *trouble);
  if (const auto& key = channel->facts().server_pin; pin && *pin != key)
    return fmt::format(
        "tried a TLS 1.2 handshake with {}: its key has the pin {}, not {}; give that with --pin if it is the server to judge", where,
        hex(key), hex(*pin));
  return std::nullopt;
}

}  // namespace coffer::conformance
