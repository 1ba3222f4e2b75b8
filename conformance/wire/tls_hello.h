// The first flight of TLS written by hand, so that a case can offer what no honest library would, and what a server answers to it.
// Must not know: keys, records after the first flight, sockets.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "wire/random.h"

namespace coffer::conformance {

struct ClientHello {
  std::uint16_t version = 0x0303;                // TLS 1.2
  std::vector<std::uint16_t> suites = {0xC030};  // ECDHE_RSA_WITH_AES_256_GCM_SHA384
  Octets session_id = {};
  bool extended_master_secret = true;
  bool session_ticket = false;                                   // an empty one: asks for a ticket
  std::vector<std::uint16_t> groups = {0x001d, 0x0017, 0x0018};  // X25519, P-256, P-384
  std::vector<std::uint16_t> supported_versions = {};            // TLS 1.3's extension; empty: left out
  std::vector<std::uint8_t> compression = {0};
};
/// One handshake record.
Octets encode(const ClientHello& hello, Random& random);

/// What can be read of the answer: the first alert or the server hello.
struct ServerFlight {
  std::optional<std::uint8_t> alert;  // its description
  bool fatal = false;
  std::optional<std::uint16_t> version;  // of the server hello
  std::uint16_t suite = 0;
  Octets session_id = {};
  bool extended_master_secret = false;
  bool session_ticket = false;
  bool certificate = false;  // a certificate message follows the hello
  std::uint8_t compression = 0;
};
/// nullopt while the octets do not yet hold a whole alert or server hello. Octets that are not TLS give an empty flight.
std::optional<ServerFlight> read_server_flight(View octets);

}  // namespace coffer::conformance
