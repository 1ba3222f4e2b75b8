// Retires versions and releases the blocks that none of the others needs, or these alone: read, release, commit, in one session and, where
// there are many, again and again, so that whatever ends it leaves the archive as it was after the last commit. Must not know: sockets,
// command lines, rules of what is kept.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "client/block_sender.h"
#include "client/pace.h"
#include "client/server_link.h"
#include "client/version_list.h"
#include "coffer/spec/limits.h"

namespace coffer::client {

struct PruneOptions {
  /// Ascending; versions of the list that have a tree and are not retired. None: only what no version needs is released, if there is any.
  std::vector<std::uint64_t> retire;
  std::int64_t now_ns = 0;
  /// Ids of which there are too many for memory lie there, in a file without a name.
  std::string directory = ".";
  /// So many blocks go with one record.
  std::size_t releases_per_record = spec::limits::releases_per_record_max;
  /// Told of each record once the server has it.
  std::function<Outcome<void>(const archive::ChainPoint&)> committed = [](const archive::ChainPoint&) { return Outcome<void>{}; };
  std::function<void(const BlocksSeen&)> progress = [](const BlocksSeen&) {};
  std::function<bool()> interrupted = [] { return false; };
};

struct PruneReport {
  archive::ChainPoint version;  // the last record; that of the list when there was nothing to say
  std::uint64_t blocks_kept = 0, blocks_released = 0;
};

/// `list`: the whole chain, verified.
/// Failures: the session's; local when a version that is kept cannot be read whole [ARC-117]; interrupted.
Outcome<PruneReport> prune(ServerLink& link, const keys::ArchiveKeys& keys, const VersionList& list, const MakeRandom& make_random,
                           const PruneOptions& options);

}  // namespace coffer::client
