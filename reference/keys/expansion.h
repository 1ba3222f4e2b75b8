// HKDF as chapter 7 has it, and the octets by which everything is bound to an archive's owner. Must not know: labels, what keys are for.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "keys/archive_key.h"

namespace coffer::keys {

/// HKDF-SHA-256 with an empty salt.
Secret expand(const Secret& key, std::string_view info, std::size_t octets);

/// User, computer and server, 8 octets big-endian each.
void append_owner(std::string& to, const ArchiveOwner& owner);

}  // namespace coffer::keys
