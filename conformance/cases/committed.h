// What a client has committed, opened with the archive key that the suite gave it. Must not know: what a case asks of it.
#pragma once

#include <vector>

#include "cases/client_scenes.h"

namespace coffer::conformance {

/// A block that came, opened; its absence or a broken seal fails the case.
OpenedBlock opened(Context& c, const Octets& id);
/// The blocks that a row of ids names.
std::vector<OpenedBlock> all_opened(Context& c, const Octets& ids);

struct CommittedManifest {
  Message record{"version_record"};
  /// By level, leaves first, and in order within it: the rows of each block.
  std::vector<std::vector<std::vector<Message>>> levels;

  std::vector<Message> entries() const;
};
/// Record and manifest of a version, every block of it opened and held against its parent and the record's counts.
CommittedManifest manifest_of(Context& c, const Holdings::Version& version);
std::vector<Message> entries_of(Context& c, const Holdings::Version& version);

/// The ids of an entry's content; those in id lists are read from them.
Octets content_ids(Context& c, const Message& entry);

/// Lets the client back up a tree to an honest server.
ServerPeer& backed_up(Context& c, const std::string& tree);

}  // namespace coffer::conformance
