// Identifiers and addresses as people write them.
#include <algorithm>
#include <charconv>

#include <fmt/format.h>

#include "client/device.h"

namespace coffer::client {
namespace {

template <typename Number>
std::optional<Number> parse_number(std::string_view text, int base) {
  Number number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number, base);
  if (text.empty() || error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return number;
}

}  // namespace

std::string format_guid(std::uint64_t guid) { return fmt::format("{:016x}", guid); }

std::optional<std::uint64_t> parse_guid(std::string_view text) {
  if (text.size() != 16 || text.find_first_not_of("0123456789abcdef") != std::string_view::npos) return std::nullopt;
  const auto guid = parse_number<std::uint64_t>(text, 16);
  if (guid == 0) return std::nullopt;
  return guid;
}

std::optional<Digest> parse_digest(std::string_view text) {
  Digest digest;
  if (text.size() != 2 * digest.size() || text.find_first_not_of("0123456789abcdefABCDEF") != std::string_view::npos) return std::nullopt;
  for (std::size_t i = 0; i < digest.size(); ++i) digest[i] = *parse_number<std::uint8_t>(text.substr(2 * i, 2), 16);
  return digest;
}

std::optional<Address> parse_address(std::string_view text) {
  const std::size_t colon = text.rfind(':');
  if (colon == std::string_view::npos || colon == 0) return std::nullopt;
  std::string_view host = text.substr(0, colon);
  if (host.front() == '[' && host.back() == ']')
    host = host.substr(1, host.size() - 2);
  else if (host.find(':') != std::string_view::npos)
    return std::nullopt;
  const auto port = parse_number<std::uint16_t>(text.substr(colon + 1), 10);
  const auto foreign = [](char c) { return c <= ' ' || c >= 0x7F; };
  if (host.empty() || std::ranges::any_of(host, foreign) || !port || *port == 0) return std::nullopt;
  return Address{std::string(host), *port};
}

std::string format_address(const std::string& host, std::uint16_t port) {
  const bool literal = host.find(':') != std::string::npos;
  return fmt::format(fmt::runtime(literal ? "[{}]:{}" : "{}:{}"), host, port);
}

bool is_destination_name(std::string_view text) {
  return !text.empty() && text.size() <= 32 && text.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-_") == std::string_view::npos;
}

}  // namespace coffer::client
