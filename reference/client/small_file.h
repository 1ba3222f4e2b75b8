// The device's own files: small, read whole, and replaced so that a crash at any moment leaves the old or the new one.
// Must not know: what is in them.
#pragma once

#include <string>

#include <botan/secmem.h>

#include "client/failure.h"
#include "protocol/octets.h"

namespace coffer::client {

inline constexpr std::size_t small_file_octets_max = 1U << 20U;

/// The file's octets in memory that is wiped. Failure(local) names the file and the cause; `missing` instead when it does not exist.
struct SmallFile {
  bool missing = false;
  Botan::secure_vector<std::uint8_t> octets;
  std::string_view text() const { return {reinterpret_cast<const char*>(octets.data()), octets.size()}; }
};
Outcome<SmallFile> read_small_file(const std::string& path, std::size_t octets_max = small_file_octets_max);

/// Written beside it with mode 0600, flushed to the disk, renamed over it, and the directory flushed too.
Outcome<void> replace_file(const std::string& path, View octets);
/// The same, and what was there is written over as erase_file does it.
Outcome<void> replace_secret_file(const std::string& path, View octets);

/// Its octets are written over, as far as the file system writes in place, before its name goes; both are flushed. What a replacement of it
/// that was cut short left beside it goes likewise. Nothing happens where there is none.
Outcome<void> erase_file(const std::string& path);

}  // namespace coffer::client
