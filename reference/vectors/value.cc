#include "vectors/value.h"

#include <algorithm>
#include <charconv>
#include <stdexcept>

#include <botan/hex.h>

namespace coffer::vectors {
namespace {

template <typename Number>
Number read(const Json& text, int base) {
  const auto& digits = text.get_ref<const std::string&>();
  Number value{};
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value, base);
  if (error != std::errc() || end != digits.data() + digits.size()) throw std::invalid_argument("not a number: " + digits);
  return value;
}

}  // namespace

Octets octets(const Json& text) { return Botan::hex_decode(text.get_ref<const std::string&>(), false); }

Digest digest(const Json& text) {
  const Octets from = octets(text);
  Digest to{};
  if (from.size() != to.size()) throw std::invalid_argument("32 octets are wanted, not " + std::to_string(from.size()));
  std::ranges::copy(from, to.begin());
  return to;
}

std::uint64_t number(const Json& text) { return read<std::uint64_t>(text, 10); }
std::int64_t signed_number(const Json& text) { return read<std::int64_t>(text, 10); }
std::uint64_t identity(const Json& text) { return read<std::uint64_t>(text, 16); }

std::string hex(View octets) { return Botan::hex_encode(octets.data(), octets.size(), false); }
std::string text_of(std::uint64_t number) { return std::to_string(number); }
std::string text_of(std::int64_t number) { return std::to_string(number); }

keys::ArchiveKeys archive_keys(const Json& input) {
  return keys::ArchiveKey::from_octets(octets(input.at("archive_key")))
      .value()
      .derive({number(input.at("user")), identity(input.at("computer")), identity(input.at("server"))});
}

void GivenOctets::randomize(std::uint8_t out[], std::size_t length) {
  if (length > octets_.size()) throw std::logic_error("more randomness is asked for than the vector gives");
  std::copy_n(octets_.begin(), length, out);
  octets_.erase(octets_.begin(), octets_.begin() + static_cast<std::ptrdiff_t>(length));
}

}  // namespace coffer::vectors
