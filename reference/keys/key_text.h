// The archive key as text: 64 hexadecimal digits and a line end, as a key file holds it and a person may type it.
// Must not know: where the text lies. Whoever reads it wipes it.
#pragma once

#include <expected>
#include <string_view>

#include "keys/archive_key.h"

namespace coffer::keys {

/// 64 hexadecimal digits of either case; spaces and line ends before and after are ignored. Errors: wrong_length, not_hex, weak.
std::expected<ArchiveKey, KeyError> parse_archive_key(std::string_view text);

/// 64 lower-case digits and '\n'.
Secret format_archive_key(const ArchiveKey& key);

}  // namespace coffer::keys
