// A password from a file's first octets or typed without being shown. Must not know: what it is for.
#pragma once

#include <string>

#include "client/failure.h"
#include "keys/archive_key.h"

namespace coffer::client {

/// From `file` (less one line end; "-": standard input), or asked for on the terminal by `what` where no file is named. 1 to 1,024 octets;
/// else usage.
Outcome<keys::Secret> password_from_terminal_or(const std::string& file, const std::string& what);

}  // namespace coffer::client
