// The forms in which a secret lies about where it should not be. Must not know: where that is looked for.
#pragma once

#include <string>
#include <vector>

#include "wire/octets.h"

namespace coffer::conformance {

struct SecretForm {
  std::string name;  // "as it is", "in base64" …
  Octets octets;
};

/// As it is and reversed, in hex of either case, in base64 of either alphabet wherever it begins in what was encoded, and as text of two
/// octets a character. Of a secret of fewer than 6 octets there is no base64: its inner digits would be found everywhere.
std::vector<SecretForm> forms_of(View secret);

}  // namespace coffer::conformance
