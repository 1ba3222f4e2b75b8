// The name of a server's key: SHA-256 of its SubjectPublicKeyInfo, the one thing a client trusts [CHN-009].
// Must not know: certificates, TLS, sockets.
#pragma once

#include <expected>
#include <string>
#include <string_view>

#include "protocol/octets.h"

namespace coffer::net {

struct Pin {
  Digest sha256{};
  bool operator==(const Pin&) const = default;
};

/// 64 lower-case hex digits.
std::string to_text(const Pin& pin);

/// 64 hex digits of either case; otherwise what was wrong, fit to be shown.
std::expected<Pin, std::string> parse_pin(std::string_view text);

}  // namespace coffer::net
