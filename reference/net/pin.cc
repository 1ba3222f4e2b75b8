#include "net/pin.h"

#include <botan/hex.h>

#include <algorithm>

namespace coffer::net {

std::string to_text(const Pin& pin) { return Botan::hex_encode(pin.sha256.data(), pin.sha256.size(), false); }

std::expected<Pin, std::string> parse_pin(std::string_view text) {
  const auto wrong = std::string{"a pin is 64 hex digits, the SHA-256 of the server's public key as `cofferd pin` prints it"};
  const auto is_hex = [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); };
  Pin pin;
  if (text.size() != 2 * pin.sha256.size() || !std::ranges::all_of(text, is_hex)) return std::unexpected(wrong);
  Botan::hex_decode(pin.sha256.data(), text.data(), text.size());
  return pin;
}

}  // namespace coffer::net
