// One good message of every kind, and the blocks they speak of. All that tests compare with is stated here once.
#pragma once

#include "protocol/message.h"

namespace coffer::protocol::samples {

inline constexpr std::uint64_t server = 0x5e5e5e5e00000001, computer = 0x0123456789abcdef, user = 7;
inline constexpr std::uint64_t server_config = 2, client_config = 1;

/// A sealed block as far as this layer knows one: octets of an allowed length, a name, a checksum.
struct Block {
  Digest id{}, checksum{};
  Octets sealed;
};
inline constexpr unsigned block_count = 16;
const Block& block(unsigned number);
/// The ids of blocks first, first + 1, … back to back.
Octets ids(unsigned first, unsigned count);

Version version();
Login login();
CommitVersion commit();
/// A message of this kind that is in range in every field.
Message message(spec::MessageKind kind);

}  // namespace coffer::protocol::samples
