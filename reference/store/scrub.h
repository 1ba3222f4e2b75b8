// The background reading of all packs, in small steps. Must not know: sessions, when it is asked to go on.
#pragma once

#include <cstdint>

#include "store/holdings.h"
#include "store/upkeep.h"

namespace coffer::store {

/// As Store::scrub_some. By one thread at a time, which takes the holdings' mutex, and not while it reads.
Result<Scrubbed> scrub_some(Holdings& holdings, std::uint64_t octets);

}  // namespace coffer::store
