// A broken rule as a value: which requirement, what the peer is told, and where.
// Must not know: sockets, logs, exceptions of libraries (they stop in the file that calls the library).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "coffer/spec/reasons.h"

namespace coffer::protocol {

struct Fault {
  spec::Reason reason;           // what Disconnect carries
  std::string_view requirement;  // the rule that was broken, for logs and reports
  std::uint64_t offset = 0;      // octets from the start of the connection or payload
  std::string detail = {};       // for the event log only; never on the wire, never a secret
};

}  // namespace coffer::protocol
