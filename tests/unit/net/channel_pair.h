// Two TLS channels joined by nothing but memory, and any octets a test wants to put between them.
#pragma once

#include <string_view>

#include "net/server_identity.h"
#include "net/tls_channel.h"

namespace coffer::net {

/// Made once for a test binary: a key costs 40 ms.
inline const ServerIdentity& server_identity() {
  static const auto identity = ServerIdentity::make();
  return identity;
}

/// Steps a channel through all it can and returns what it says.
inline Octets run(TlsChannel& channel, View octets) {
  channel.feed(octets);
  while (channel.step()) {
  }
  return channel.take_output();
}

struct ChannelPair {
  TlsChannel server = TlsChannel::server(server_identity());
  TlsChannel client = TlsChannel::client(server_identity().pin());
  Octets handshake_of_client, handshake_of_server;  // what each sent

  void shake_hands() {
    while (server.state() == TlsChannel::State::handshaking || client.state() == TlsChannel::State::handshaking) {
      const auto from_client = client.take_output();
      const auto from_server = run(server, from_client);
      handshake_of_client.insert(handshake_of_client.end(), from_client.begin(), from_client.end());
      handshake_of_server.insert(handshake_of_server.end(), from_server.begin(), from_server.end());
      if (from_client.empty() && from_server.empty()) return;
      client.feed(from_server);
      while (client.step()) {
      }
    }
  }
};

inline Octets octets(std::string_view text) { return {text.begin(), text.end()}; }

}  // namespace coffer::net
