// Octets owned and borrowed, and their text forms. Must not know: messages, frames, anything of reference/.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace coffer::conformance {

using Octets = std::vector<std::uint8_t>;
using View = std::span<const std::uint8_t>;

/// Lower-case hex digits, no separators.
std::string hex(View octets);
/// nullopt unless the text is an even number of hex digits (either case).
std::optional<Octets> from_hex(std::string_view text);
/// With padding, without line breaks.
std::string base64(View octets);
/// An identity as 16 lower-case hex digits.
std::string guid_text(std::uint64_t guid);
std::optional<std::uint64_t> guid_from_text(std::string_view text);

/// The octets of a text, without a terminating zero.
Octets octets(std::string_view text);
/// `count` octets of one value.
Octets repeated(std::size_t count, std::uint8_t value);
/// All parts, one after the other.
Octets joined(std::initializer_list<View> parts);

Octets sha256(View octets);

}  // namespace coffer::conformance
