// What this process holds in memory stays in it.
#pragma once

namespace coffer::net {

/// [KEY-052] No core dump is written of this process, and no other process of the same user may read its memory. To be called first in
/// main. Does nothing under sanitizers, which look into the process from outside.
void keep_memory_to_itself();

}  // namespace coffer::net
