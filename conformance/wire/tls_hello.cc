#include "wire/tls_hello.h"

namespace coffer::conformance {
namespace {

void put16(Octets& out, std::size_t value) {
  out.push_back(static_cast<std::uint8_t>(value >> 8));
  out.push_back(static_cast<std::uint8_t>(value));
}

void put(Octets& out, View octets) { out.insert(out.end(), octets.begin(), octets.end()); }

void extension(Octets& out, std::uint16_t type, View content) {
  put16(out, type);
  put16(out, content.size());
  put(out, content);
}

Octets list16(const std::vector<std::uint16_t>& values, bool short_length = false) {
  Octets out;
  if (short_length)
    out.push_back(static_cast<std::uint8_t>(values.size() * 2));
  else
    put16(out, values.size() * 2);
  for (const auto value : values) put16(out, value);
  return out;
}

Octets extensions(const ClientHello& hello) {
  Octets out;
  extension(out, 0x000a, list16(hello.groups));
  extension(out, 0x000b, Octets{1, 0});                                              // uncompressed points
  extension(out, 0x000d, list16({0x0804, 0x0805, 0x0806, 0x0401, 0x0501, 0x0601}));  // RSA-PSS and PKCS#1 with SHA-2
  if (hello.extended_master_secret) extension(out, 0x0017, Octets{});
  if (hello.session_ticket) extension(out, 0x0023, Octets{});
  if (!hello.supported_versions.empty()) extension(out, 0x002b, list16(hello.supported_versions, true));
  extension(out, 0xff01, Octets{0});  // secure renegotiation, first handshake
  return out;
}

/// Reads forward; `ok` turns false instead of reading past the end.
struct Cursor {
  View rest;
  bool ok = true;
  std::uint64_t number(std::size_t octets) {
    std::uint64_t value = 0;
    for (const auto octet : take(octets)) value = value << 8 | octet;
    return value;
  }
  View take(std::size_t octets) {
    if (octets > rest.size()) {
      ok = false;
      return {};
    }
    const View taken = rest.first(octets);
    rest = rest.subspan(octets);
    return taken;
  }
};

void read_server_hello(ServerFlight& flight, View body) {
  Cursor cursor{body};
  flight.version = static_cast<std::uint16_t>(cursor.number(2));
  cursor.take(32);
  const auto session_id = cursor.take(static_cast<std::size_t>(cursor.number(1)));
  flight.session_id.assign(session_id.begin(), session_id.end());
  flight.suite = static_cast<std::uint16_t>(cursor.number(2));
  flight.compression = static_cast<std::uint8_t>(cursor.number(1));
  Cursor list{cursor.take(static_cast<std::size_t>(cursor.number(2)))};
  while (list.ok && !list.rest.empty()) {
    const auto type = list.number(2);
    const auto content = list.take(static_cast<std::size_t>(list.number(2)));
    if (type == 0x0017) flight.extended_master_secret = true;
    if (type == 0x0023) flight.session_ticket = true;
    if (type == 0x002b && content.size() == 2) flight.version = static_cast<std::uint16_t>(content[0] << 8 | content[1]);
  }
}

}  // namespace

Octets encode(const ClientHello& hello, Random& random) {
  Octets body;
  put16(body, hello.version);
  put(body, random.octets(32));
  body.push_back(static_cast<std::uint8_t>(hello.session_id.size()));
  put(body, hello.session_id);
  put(body, list16(hello.suites));
  body.push_back(static_cast<std::uint8_t>(hello.compression.size()));
  put(body, hello.compression);
  const Octets more = extensions(hello);
  put16(body, more.size());
  put(body, more);

  Octets record{22, 3, 1};  // handshake; the record layer names TLS 1.0 in a first flight
  put16(record, body.size() + 4);
  record.push_back(1);  // client hello
  record.push_back(0);
  put16(record, body.size());
  put(record, body);
  return record;
}

std::optional<ServerFlight> read_server_flight(View octets) {
  ServerFlight flight;
  Octets handshake;
  bool whole_hello = false;
  bool more_follows = false;  // a hello alone is not the whole story: whether a certificate comes is known once anything else does
  Cursor cursor{octets};
  while (!cursor.rest.empty()) {
    const auto type = cursor.rest[0];
    if (type < 20 || type > 23 || (cursor.rest.size() > 1 && cursor.rest[1] != 3)) return flight;  // not TLS
    cursor.number(3);
    const auto length = static_cast<std::size_t>(cursor.number(2));
    const auto body = cursor.take(length);
    if (!cursor.ok) break;
    if (type == 21 && body.size() == 2) {
      flight.fatal = body[0] == 2;
      flight.alert = body[1];
      return flight;
    }
    if (type == 20 || type == 23) more_follows = true;
    if (type == 22) handshake.insert(handshake.end(), body.begin(), body.end());
  }
  Cursor messages{handshake};
  while (messages.ok && messages.rest.size() >= 4) {
    const auto type = messages.number(1);
    const auto body = messages.take(static_cast<std::size_t>(messages.number(3)));
    if (!messages.ok) break;
    if (type == 2) {
      read_server_hello(flight, body);
      whole_hello = true;
    } else {
      more_follows = true;
    }
    if (type == 11) flight.certificate = true;
  }
  if (whole_hello && more_follows) return flight;
  return std::nullopt;
}

}  // namespace coffer::conformance
