#include <fmt/format.h>

#include "peer/client_peer.h"

namespace coffer::conformance {

RawPeer::RawPeer(Stage& stage, const Endpoint& server) : stage_(stage), name_(stage.recorder.open()) {
  auto socket = Socket::connect(server, stage.deadline());
  if (!socket) throw NotReached("a TCP connection to the server", socket.error());
  socket_ = std::move(*socket);
  stage.recorder.happened(name_, fmt::format("TCP connected to {}:{}", server.host, server.port));
}

void RawPeer::send(View octets, std::string what) {
  stage_.recorder.octets(name_, Direction::sent, std::move(what), octets);
  // A peer that has closed already refuses more: what it answered before is what counts.
  socket_.send(octets, stage_.deadline());
}

void RawPeer::shut_sending() { socket_.shut_sending(); }

Octets RawPeer::receive_until_end() {
  Octets all;
  for (const auto deadline = stage_.deadline();;) {
    const auto arrival = socket_.receive(all, deadline);
    if (arrival == Arrival::octets) continue;
    if (!all.empty()) stage_.recorder.octets(name_, Direction::received, "octets", all);
    if (arrival == Arrival::nothing) throw Unmet("the end of the connection", "nothing in time");
    stage_.recorder.happened(name_, arrival == Arrival::reset ? "connection reset" : "end of stream received");
    ended_ = true;
    return all;
  }
}

ServerFlight RawPeer::server_flight() {
  for (const auto deadline = stage_.deadline();;) {
    if (const auto flight = read_server_flight(received_)) {
      stage_.recorder.octets(name_, Direction::received, flight->alert ? fmt::format("TLS alert {}", *flight->alert) : "TLS server flight",
                             received_);
      return *flight;
    }
    switch (socket_.receive(received_, deadline)) {
      case Arrival::octets: break;
      case Arrival::nothing: throw Unmet("a server hello, an alert or the end of the connection", "nothing in time");
      case Arrival::ended:
      case Arrival::reset:
        stage_.recorder.happened(name_, "the connection ended");
        ended_ = true;
        return {};
    }
  }
}

void RawPeer::expect_refusal_by_close(std::optional<std::chrono::milliseconds> within) {
  stage_.expected_refusal = true;
  Octets rest;
  for (const auto deadline = within ? Clock::now() + *within : stage_.deadline(); !ended_;) {
    const auto arrival = socket_.receive(rest, deadline);
    if (arrival == Arrival::nothing)
      throw Unmet("the end of the connection", rest.empty() ? "nothing in time" : fmt::format("{} octets and no end in time", rest.size()));
    ended_ = arrival != Arrival::octets;
  }
  if (!rest.empty()) stage_.recorder.octets(name_, Direction::received, "octets before the end", rest);
  stage_.recorder.happened(name_, "the connection ended");
}

}  // namespace coffer::conformance
