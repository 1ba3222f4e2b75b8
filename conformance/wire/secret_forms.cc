#include "wire/secret_forms.h"

#include <algorithm>
#include <cctype>

namespace coffer::conformance {
namespace {

constexpr std::size_t base64_secret_octets_min = 6;

Octets upper(std::string text) {
  for (char& digit : text) digit = static_cast<char>(std::toupper(static_cast<unsigned char>(digit)));
  return octets(text);
}

Octets wide(View text) {
  Octets out;
  for (const auto octet : text) {
    out.push_back(octet);
    out.push_back(0);
  }
  return out;
}

}  // namespace

std::vector<SecretForm> forms_of(View secret) {
  const Octets reversed(secret.rbegin(), secret.rend());
  std::vector<SecretForm> forms{{"as it is", Octets(secret.begin(), secret.end())},
                                {"reversed", reversed},
                                {"in hex", octets(hex(secret))},
                                {"in upper-case hex", upper(hex(secret))},
                                {"reversed, in hex", octets(hex(reversed))},
                                {"reversed, in upper-case hex", upper(hex(reversed))},
                                {"in two octets a character", wide(secret)}};
  if (secret.size() < base64_secret_octets_min) return forms;
  for (std::size_t before = 0; before < 3; ++before) {
    const auto text = base64(joined({repeated(before, 0), secret}));
    // Without the first and last digits, which neighbours have a part in.
    auto digits = text.substr(4, text.size() - 8);
    forms.push_back({"in base64", octets(digits)});
    std::ranges::replace(digits, '+', '-');
    std::ranges::replace(digits, '/', '_');
    if (octets(digits) != forms.back().octets) forms.push_back({"in base64 for addresses", octets(digits)});
  }
  return forms;
}

}  // namespace coffer::conformance
