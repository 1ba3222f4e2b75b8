#include "judge/reach.h"

#include <fmt/format.h>

#include "peer/client_peer.h"

namespace coffer::conformance {
namespace {

std::string where(const Endpoint& server) { return fmt::format("{}:{}", server.host, server.port); }

std::string not_there(const Endpoint& server, const std::string& why, NamedBy named_by) {
  return fmt::format("tried a TCP connection to {}: {}; {}", where(server), why,
                     named_by == NamedBy::option ? "start the server, or name the address it listens on with --connect"
                                                 : "`serve` must reply only once its server listens there");
}

}  // namespace

std::optional<std::string> cannot_connect(const Endpoint& server, const Patience& patience, NamedBy named_by) {
  const auto socket = Socket::connect(server, Clock::now() + patience.answer);
  return socket ? std::nullopt : std::optional(not_there(server, socket.error(), named_by));
}

std::optional<std::string> cannot_reach(const Endpoint& server, const std::optional<Octets>& pin, const Patience& patience,
                                        NamedBy named_by) {
  const auto deadline = Clock::now() + patience.answer;
  auto socket = Socket::connect(server, deadline);
  if (!socket) return not_there(server, socket.error(), named_by);
  Recorder unread;
  Random random(1, "reach");
  // Any key is accepted here, to tell another key from another protocol.
  const auto channel = Channel::client(std::move(*socket), unread, unread.open(), {}, random.octets(48));
  if (const auto trouble = channel->handshake(deadline))
    return fmt::format("tried a TLS 1.2 handshake with {}: {}; is it a Coffer server's TLS port (chapter 4)?", where(server), *trouble);
  if (const auto& key = channel->facts().server_pin; pin && *pin != key)
    return fmt::format("tried a TLS 1.2 handshake with {}: its key has the pin {}, not {}; {}", where(server), hex(key), hex(*pin),
                       named_by == NamedBy::option ? "give that with --pin if it is the server to judge"
                                                   : "`serve` must reply with the SHA-256 of its key's SubjectPublicKeyInfo");
  return std::nullopt;
}

std::optional<std::string> cannot_log_in(const Endpoint& server, const std::optional<Octets>& pin, const Patience& patience,
                                         const Account& account, std::uint64_t seed) {
  Recorder recorder;
  Stage stage{.recorder = recorder, .random = Random(seed, "log in"), .patience = patience};
  try {
    ClientChannelOptions pinned;
    pinned.pin = pin;
    ClientPeer client(stage, server, {account.registration_key, account.name, account.password, stage.random.guid(), false}, pinned);
    client.walk_to(ClientPeer::State::ready);
    return std::nullopt;
  } catch (const NotReached& blocked) {
    return blocked.actual;
  } catch (const Unmet& unmet) {
    return unmet.actual;
  }
}

}  // namespace coffer::conformance
