// How versions hang together. Pure.
#pragma once

#include "protocol/octets.h"

namespace coffer::store {

/// SHA-256 of "coffer/1 link", the previous link, the number (8 octets big-endian) and the sealed record.
Digest link_of(View previous, std::uint64_t number, View record);

bool equal(View octets, const Digest& digest);

}  // namespace coffer::store
