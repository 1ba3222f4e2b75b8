// This implementation's errors in the words of the vectors: the layer that refuses, and the reason.
#pragma once

#include "archive/archive_error.h"
#include "keys/key_record.h"
#include "protocol/fault.h"
#include "vectors/answer.h"

namespace coffer::vectors {

Json accepted(Json output);
Json refused(spec::Reason reason);
Json refused(const protocol::Fault& fault);
Json refused(archive::ArchiveError error);
Json refused(keys::KeyError error);
Json refused(keys::WrapError error);
Json refused(keys::KeyRecordError error);
Json refused(keys::KeyTagError error);

}  // namespace coffer::vectors
