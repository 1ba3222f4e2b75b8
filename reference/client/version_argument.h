// Versions and paths as a user writes them, and the version of an archive that is meant.
// Must not know: what is done with it.
#pragma once

#include <cstdint>
#include <string>

#include "client/failure.h"
#include "client/session.h"

namespace coffer::client {

/// Digits and nothing else: what would be read as another number than was meant must not choose a version. Failure: usage.
Outcome<std::uint64_t> version_number(const std::string& text);

/// "/a/b/" as "a/b", as it is in an archive; "/" as "". Taken as `coffer ls` shows it, with \xNN for octets that cannot be shown, or as it
/// is.
std::string path_in_archive(const std::string& given);

/// A session that may restore, and one of the archive's versions.
struct OpenVersion {
  Session session;
  VersionList list;
  ListedVersion version;
  Problems problems;  // of the device, which did not keep it from being read
};
Outcome<OpenVersion> open_version(const Context& context, const std::string& number);

}  // namespace coffer::client
