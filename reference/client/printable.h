// Octets of file names as text that any terminal, log and JSON reader can take.
#pragma once

#include <string>
#include <string_view>

#include "protocol/octets.h"

namespace coffer::client {

/// UTF-8 stays as it is; control characters, backslashes and octets that are not UTF-8 become \xNN.
std::string printable(std::string_view octets);

/// Lower-case hex digits.
std::string hex(View octets);

/// "1.5 GiB", "12 octets".
std::string octets_for_people(std::uint64_t octets);

}  // namespace coffer::client
