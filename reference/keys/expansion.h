// HKDF and PBKDF2 as chapter 7 has them, and the octets by which everything is bound to an archive's owner. Must not know: labels, what
// keys are for.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "keys/archive_key.h"

namespace coffer::keys {

/// HKDF-SHA-256 with an empty salt.
Secret expand(const Secret& key, std::string_view info, std::size_t octets);

/// PBKDF2 with HMAC of that hash, which is SHA-512 in all of chapter 7; published vectors have others. `rounds` is at least 1.
Secret stretch(const std::string& hash, View password, std::string_view salt, std::uint32_t rounds, std::size_t octets);

/// User, computer and server, 8 octets big-endian each.
void append_owner(std::string& to, const ArchiveOwner& owner);

}  // namespace coffer::keys
