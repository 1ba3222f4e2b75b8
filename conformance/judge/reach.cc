#include "judge/reach.h"

#include <fmt/format.h>

namespace coffer::conformance {

std::optional<std::string> cannot_reach(const Endpoint& server, const std::optional<Octets>& pin, const Patience& patience,
                                        NamedBy named_by) {
  const auto where = fmt::format("{}:{}", server.host, server.port);
  const auto deadline = Clock::now() + patience.answer;
  auto socket = Socket::connect(server, deadline);
  if (!socket)
    return fmt::format("tried a TCP connection to {}: {}; {}", where, socket.error(),
                       named_by == NamedBy::option ? "start the server, or name the address it listens on with --connect"
                                                   : "`serve` must reply only once its server listens there");
  Recorder unread;
  Random random(1, "reach");
  // Any key is accepted here, to tell another key from another protocol.
  const auto channel = Channel::client(std::move(*socket), unread, unread.open(), {}, random.octets(48));
  if (const auto trouble = channel->handshake(deadline))
    return fmt::format("tried a TLS 1.2 handshake with {}: {}; is it a Coffer server's TLS port (chapter 4)?", where, *trouble);
  if (const auto& key = channel->facts().server_pin; pin && *pin != key)
    return fmt::format("tried a TLS 1.2 handshake with {}: its key has the pin {}, not {}; {}", where, hex(key), hex(*pin),
                       named_by == NamedBy::option ? "give that with --pin if it is the server to judge"
                                                   : "`serve` must reply with the SHA-256 of its key's SubjectPublicKeyInfo");
  return std::nullopt;
}

}  // namespace coffer::conformance
