// The whole reading of a store. Must not know: sessions; it is called while nothing else happens.
#pragma once

#include "store/index.h"
#include "store/packs.h"
#include "store/verify.h"

namespace coffer::store {

Result<VerifyReport> verify_store(Packs& packs, Index& index);

}  // namespace coffer::store
