// Secrets as a user hands them over: a password from a file's first octets or typed without being shown, an archive key from a file.
// Must not know: what they are for.
#pragma once

#include <optional>
#include <string>

#include "client/failure.h"
#include "keys/archive_key.h"

namespace coffer::client {

/// From `file` (less one line end; "-": standard input), or asked for on the terminal by `what` where no file is named. 1 to 1,024 octets;
/// else usage.
Outcome<keys::Secret> password_from_terminal_or(const std::string& file, const std::string& what);

/// The same for a password that is to hold from now on: who types it types it twice.
Outcome<keys::Secret> new_password_from_terminal_or(const std::string& file, const std::string& what);

/// From `file` ("-": standard input, without being shown on a terminal), of 64 hexadecimal digits; else usage, which names the option
/// [KEY-004]. nullopt where no file is named.
Outcome<std::optional<keys::ArchiveKey>> archive_key_from(const std::string& file);

}  // namespace coffer::client
