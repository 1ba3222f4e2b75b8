// A tree looked at again only where it changed: the rest is taken from the last look.
// Must not know: how changes are noticed.
#pragma once

#include "client/tree_scanner.h"
#include "client/watch_plan.h"

namespace coffer::client {

/// What scan_tree would find now, if nothing but what `dirty` names has changed since `last` was made. Files with several names are looked
/// at again in any case: a change through one name shows only in that name's directory. `dirty.everything` is not for this function.
Scan scan_again(const Scan& last, const Dirty& dirty, const ScanOptions& options);

}  // namespace coffer::client
