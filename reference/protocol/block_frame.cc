#include "protocol/block_frame.h"

#include "coffer/spec/limits.h"
#include "fault/switch.h"

namespace coffer::protocol {

namespace limits = spec::limits;

Octets block_frame(const Digest& id, const Digest& checksum, View sealed) {
  const BlockMetadata metadata{{id.begin(), id.end()}, {checksum.begin(), checksum.end()}};
  return data_frame(encode_metadata(metadata), sealed);
}

std::expected<BlockMetadata, Fault> read_block_frame(const Frame& frame) {
  auto metadata = decode_metadata(frame.metadata);
  if (!metadata) return metadata;
  // [FRM-018] A receiver MUST close with field_out_of_range when the data part is shorter than 30 or longer than 4,194,304 octets.
  if (fault::on(fault::FRM_018_any_data_length)) return metadata;
  if (frame.body.size() < limits::sealed_block_octets_min || frame.body.size() > limits::sealed_block_octets_max)
    return std::unexpected(Fault{spec::Reason::field_out_of_range, "FRM-018", 0, "data part"});
  return metadata;
}

}  // namespace coffer::protocol
