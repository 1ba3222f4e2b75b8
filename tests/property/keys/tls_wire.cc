#include "tls_wire.h"

#include <algorithm>
#include <stdexcept>

#include "net/server_identity.h"

namespace coffer::keys {
namespace {

/// The same in all of a process: to make one takes long.
const net::ServerIdentity& identity() {
  static const auto made = net::ServerIdentity::make();
  return made;
}

/// The octets that went.
Octets pass(net::TlsChannel& from, net::TlsChannel& to) {
  Octets records = from.take_output();
  to.feed(records);
  while (to.step()) {
  }
  return records;
}

}  // namespace

TlsWire::TlsWire() : client_(net::TlsChannel::client(identity().pin())), server_(net::TlsChannel::server(identity())) {
  while (!pass(client_, server_).empty() || !pass(server_, client_).empty()) {
  }
  if (client_.state() != net::TlsChannel::State::established || server_.state() != net::TlsChannel::State::established)
    throw std::runtime_error("no channel comes about");
}

Octets TlsWire::carried(View frame, Sender sender) {
  auto& from = sender == Sender::client ? client_ : server_;
  auto& to = sender == Sender::client ? server_ : client_;
  from.send(frame);
  Octets records = pass(from, to);
  if (!std::ranges::equal(to.take_plaintext(), frame)) throw std::runtime_error("the channel carries something else");
  return records;
}

}  // namespace coffer::keys
