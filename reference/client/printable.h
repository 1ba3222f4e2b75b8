// Octets of file names as text that any terminal, log and JSON reader can take.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "protocol/octets.h"

namespace coffer::client {

/// UTF-8 stays as it is; control characters, backslashes and octets that are not UTF-8 become \xNN.
std::string printable(std::string_view octets);

/// What it was before: of a text that `printable` makes, the octets; any other is what it is itself. So names are taken both as they are
/// shown and as they are.
std::string octets_of(std::string_view shown);

/// The octet that an escape of `printable` at the beginning of `text` stands for; nullopt if there is none.
std::optional<char> escaped_octet(std::string_view text);
inline constexpr std::size_t escape_length = 4;

/// Lower-case hex digits.
std::string hex(View octets);

/// "1.5 GiB", "12 octets".
std::string octets_for_people(std::uint64_t octets);

}  // namespace coffer::client
