// Any text as an archive key: what is taken is written as 64 digits and read back as the same key.
#include <algorithm>

#include "keys/key_text.h"
#include "rigs/oracle.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace coffer;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto key = keys::parse_archive_key(text);
  if (!key) return 0;
  const auto digits = std::ranges::count_if(text, [](unsigned char c) { return std::isxdigit(c) != 0; });
  fuzz::demand(digits == 64, "KEY-001 a key is 32 octets");
  const auto written = keys::format_archive_key(*key);
  const auto again = keys::parse_archive_key({reinterpret_cast<const char*>(written.data()), written.size()});
  fuzz::demand(again.has_value(), "a key that was written can be read");
  fuzz::demand(keys::format_archive_key(*again) == written, "and is the same key");
  return 0;
}
