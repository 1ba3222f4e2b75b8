// The entries of a version that a selection takes, the directories above them, and the first names of hard links among them.
// Must not know: where the entries go.
#pragma once

#include "client/selection.h"
#include "client/version_content.h"

namespace coffer::client {

/// As read_content, of the leaves that it takes. A hard link whose first name is not among the chosen becomes what that is. Failures:
/// likewise; local when nothing fits.
Outcome<VersionContent> read_chosen(BlockFetcher& fetcher, const archive::VersionRecord& record, const Selection& selection);

}  // namespace coffer::client
