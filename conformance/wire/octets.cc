#include "wire/octets.h"

#include <botan/base64.h>
#include <botan/hash.h>

namespace coffer::conformance {
namespace {

constexpr std::string_view digits = "0123456789abcdef";

int digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

}  // namespace

std::string hex(View octets) {
  std::string text;
  text.reserve(octets.size() * 2);
  for (const auto octet : octets) {
    text += digits[octet >> 4];
    text += digits[octet & 0x0f];
  }
  return text;
}

std::string base64(View octets) { return Botan::base64_encode(octets.data(), octets.size()); }

std::optional<Octets> from_hex(std::string_view text) {
  if (text.size() % 2 != 0) return std::nullopt;
  Octets result;
  for (std::size_t i = 0; i < text.size(); i += 2) {
    const int high = digit(text[i]);
    const int low = digit(text[i + 1]);
    if (high < 0 || low < 0) return std::nullopt;
    result.push_back(static_cast<std::uint8_t>(high * 16 + low));
  }
  return result;
}

std::string guid_text(std::uint64_t guid) {
  std::string text(16, '0');
  for (std::size_t i = 16; i-- > 0; guid >>= 4) text[i] = digits[guid & 0x0f];
  return text;
}

std::optional<std::uint64_t> guid_from_text(std::string_view text) {
  if (text.size() != 16) return std::nullopt;
  std::uint64_t guid = 0;
  for (const char c : text) {
    const int value = digit(c);
    if (value < 0) return std::nullopt;
    guid = guid << 4 | static_cast<std::uint64_t>(value);
  }
  return guid;
}

Octets octets(std::string_view text) { return {text.begin(), text.end()}; }

Octets repeated(std::size_t count, std::uint8_t value) { return Octets(count, value); }

Octets joined(std::initializer_list<View> parts) {
  Octets all;
  for (const auto part : parts) all.insert(all.end(), part.begin(), part.end());
  return all;
}

Octets sha256(View octets) {
  const auto hash = Botan::HashFunction::create_or_throw("SHA-256");
  hash->update(octets.data(), octets.size());
  const auto digest = hash->final();
  return {digest.begin(), digest.end()};
}

}  // namespace coffer::conformance
