// IPv4 and IPv6 addresses as text: whether they are some. The same answer on every platform, for it is part of a message's ranges.
// Must not know: sockets, messages.
#pragma once

#include <string_view>

namespace coffer::protocol {

/// [MSG-011] Four decimal numbers from 0 to 255 without leading zeros and with dots between, or a text form of RFC 4291 section 2.2
/// without zone or brackets.
bool is_address(std::string_view text);

}  // namespace coffer::protocol
