// Restoring a version into a directory, and verifying one without writing. A lost block costs only the files that use it.
// Must not know: sockets, command lines.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "client/failure.h"
#include "client/pace.h"
#include "client/server_link.h"
#include "client/tree_writer.h"
#include "client/version_content.h"
#include "keys/archive_key.h"

namespace coffer::client {

using RestoreProgress = WorkDone;
using ShowRestore = std::function<void(const RestoreProgress&)>;

struct RestoreOptions {
  std::string target;
  WriteRules rules = {};
  /// What of the version: everything, or what these name (selection.h), with the directories above it.
  std::vector<std::string> patterns = {};
  /// What looks as if it were there already is read and compared.
  bool verify_existing = false;
  ShowRestore progress = [](const RestoreProgress&) {};
  /// Asked often, from another thread: true ends the restore with `interrupted`.
  std::function<bool()> interrupted = [] { return false; };
};

struct RestoreReport {
  std::uint64_t files = 0, directories = 0, links = 0, special = 0, content_octets = 0;  // restored
  std::uint64_t there = 0;                                                               // that were there already, exactly
  std::uint64_t left = 0;  // where something else stood, which the rule for conflicts leaves as it is
  std::vector<LostBlock> lost;
  Problems problems;  // entries that were not restored
  Problems reduced;   // what was, with less than its entry says: by kind
  Problems renamed;   // under another name
};

/// Failures: the session's; the target cannot be written at all. What was already restored stays.
Outcome<RestoreReport> restore(ServerLink& link, const keys::ArchiveKeys& keys, const archive::VersionRecord& record,
                               const RestoreOptions& options);

struct VerifyReport {
  std::uint64_t files = 0, blocks = 0, content_octets = 0;
  std::vector<LostBlock> lost;
  Problems problems;  // files that a restore would not give back
};

/// Fetches and opens every block of the version.
Outcome<VerifyReport> verify(
    ServerLink& link, const keys::ArchiveKeys& keys, const archive::VersionRecord& record, const ShowRestore& progress,
    const std::function<bool()>& interrupted = [] { return false; });

}  // namespace coffer::client
