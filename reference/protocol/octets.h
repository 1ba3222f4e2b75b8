// The protocol's raw material: octets owned, octets borrowed, and the 32-octet names of things.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

namespace coffer {

using Octets = std::vector<std::uint8_t>;
using View = std::span<const std::uint8_t>;
/// Block ids, checksums and links: 32 octets.
using Digest = std::array<std::uint8_t, 32>;

}  // namespace coffer
