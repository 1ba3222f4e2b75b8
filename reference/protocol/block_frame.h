// A data frame carries one block: its metadata part says which and with what checksum, its data part is the sealed block.
// Must not know: sessions, whether a block is wanted, who may send it.
#pragma once

#include <expected>

#include "protocol/frame.h"
#include "protocol/message.h"
#include "protocol/octets.h"

namespace coffer::protocol {

/// A whole frame, ready to be sent.
Octets block_frame(const Digest& id, const Digest& checksum, View sealed);

/// What a block frame says of its block. Faults: malformed_message [FRM-015], field_out_of_range [MSG-005, FRM-018]; the checksum is not
/// looked at.
std::expected<BlockMetadata, Fault> read_block_frame(const Frame& frame);

}  // namespace coffer::protocol
