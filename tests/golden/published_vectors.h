// Files of test vectors as NIST's validation suites and their heirs write them: `[NAME = value]` sections, `NAME = value` lines, a bare
// FAIL, an empty or comment line between. Must not know: what the values are for.
#pragma once

#include <functional>
#include <map>
#include <string>

#include "protocol/octets.h"

namespace coffer::golden {

/// One vector: its lines and its section's, by name; "FAIL" is there where the file says that it fails.
using Published = std::map<std::string, std::string>;

/// Gives each vector of the file, below Debian's python3-cryptography-vectors, to `take`. How many; a file that is not there fails the
/// test.
std::size_t each_published(const std::string& file, const std::function<void(const Published&)>& take);

Octets from_hex(const std::string& digits);
/// The octets of a member in hexadecimal digits; empty where it is.
Octets octets_of(const Published& vector, const std::string& name);

}  // namespace coffer::golden
