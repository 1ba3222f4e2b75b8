// A server's and a client's session over a simulated link, with a store in memory and a clock that jumps from event to event.
// Everything that could differ between two runs comes from the seed; no octet and no millisecond is real.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <queue>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "protocol/client_session.h"
#include "protocol/server_session.h"

namespace coffer::sim {

using protocol::Time;

/// What goes wrong on the link, once, at the n-th frame of one direction.
enum class Trouble { none, lost_connection, silence, dropped, doubled, swapped, truncated, flipped };
inline constexpr Trouble all_troubles[] = {Trouble::lost_connection, Trouble::silence,   Trouble::dropped, Trouble::doubled,
                                           Trouble::swapped,         Trouble::truncated, Trouble::flipped};
std::string_view name(Trouble trouble);

enum class Direction { to_server, to_client };

struct Plan {
  std::uint64_t seed = 1;
  Trouble trouble = Trouble::none;
  Direction direction = Direction::to_server;
  std::size_t frame = 0;
  bool in_pieces = false;                         // octets arrive cut and joined at random
  std::optional<std::size_t> fail_store_at = {};  // the n-th request of the store fails
  std::optional<Time> stop_server_at = {};
};

/// The server's store: a commit counts only from the moment it is durable.
struct Store {
  struct Block {
    Digest checksum{};
    Octets sealed;
  };
  std::map<Digest, Block> blocks;
  std::vector<protocol::CommitVersion> versions;
  bool broken = false;  // a block could not be kept: nothing is committed after that

  std::vector<std::uint16_t> missing(View ids) const;
  protocol::ServerAnswer commit(const protocol::CommitVersion& version);
};

struct Outcome {
  bool hung = false;
  bool finished = false;  // the client's program came to its end and said goodbye
  std::size_t frames_to_server = 0, frames_to_client = 0;
  std::vector<std::uint64_t> acknowledged;                  // versions that the client was told are stored
  std::vector<std::uint64_t> acknowledged_but_not_durable;  // at the moment it was told
  std::map<Digest, Octets> restored;
  bool restored_whole = false;          // the client said so at the restore's end
  std::vector<std::string> complaints;  // broken invariants
  std::optional<protocol::Ended> ended;
  spec::server_session::State server = spec::server_session::initial;
  spec::client_session::State client = spec::client_session::initial;
};

/// What the client's program wants: block numbers of one version, then a restore of them.
Outcome run(const Plan& plan, Store& store);

/// The block with this number, as the simulated client makes it.
protocol::SendBlock make_block(unsigned number);
inline constexpr unsigned blocks_of_version = 3;

}  // namespace coffer::sim
