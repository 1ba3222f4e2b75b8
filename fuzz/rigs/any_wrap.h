// What a holder of a wrapping key can seal besides archive keys: RFC 3394's wrapping of any 32 octets behind any header, as RFC 5649 uses
// it. Written from the RFC, for a library's function makes right headers alone. Must not know: archive keys, whose wrap it is.
#pragma once

#include <algorithm>
#include <array>

#include <botan/block_cipher.h>
#include <botan/secmem.h>

namespace coffer::fuzz {

/// What RFC 5649 puts before 32 octets.
inline constexpr std::array<std::uint8_t, 8> right_header{0xa6, 0x59, 0x59, 0xa6, 0, 0, 0, 32};

/// Header and content, sealed.
inline std::array<std::uint8_t, 40> any_wrap(const Botan::secure_vector<std::uint8_t>& wrapping_key, std::array<std::uint8_t, 40> octets) {
  const auto aes = Botan::BlockCipher::create_or_throw("AES-256");
  aes->set_key(wrapping_key);
  for (std::uint8_t step = 0; step < 24; ++step) {
    auto* const part = octets.data() + 8 + step % 4 * 8;
    std::array<std::uint8_t, 16> block;
    std::copy_n(octets.data(), 8, block.data());
    std::copy_n(part, 8, block.data() + 8);
    aes->encrypt(block.data());
    std::copy_n(block.data(), 8, octets.data());
    std::copy_n(block.data() + 8, 8, part);
    octets[7] ^= static_cast<std::uint8_t>(step + 1);
  }
  return octets;
}

}  // namespace coffer::fuzz
