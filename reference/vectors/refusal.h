// This implementation's errors in the words of the vectors: the layer that refuses, and the reason.
#pragma once

#include "archive/archive_error.h"
#include "keys/archive_key.h"
#include "protocol/fault.h"
#include "vectors/answer.h"

namespace coffer::vectors {

Json accepted(Json output);
Json refused(spec::Reason reason);
Json refused(const protocol::Fault& fault);
Json refused(archive::ArchiveError error);
Json refused(keys::KeyError error);

}  // namespace coffer::vectors
