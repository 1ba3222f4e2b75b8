// What the client knows in each state of its session. The order is that of spec::client_session::State.
#pragma once

#include <cstdint>
#include <variant>
#include <vector>

#include "coffer/spec/client_session.h"
#include "protocol/octets.h"

namespace coffer::protocol::client_state {

using spec::client_session::State;

/// A state that is told by its name alone.
template <State s>
struct Plain {
  static constexpr auto state = s;
};
using Connecting = Plain<State::connecting>;
using AwaitProceed = Plain<State::await_proceed>;
using AwaitServerIdentity = Plain<State::await_server_identity>;
using AwaitLoginAccepted = Plain<State::await_login_accepted>;
using AwaitReady = Plain<State::await_ready>;
using Configured = Plain<State::configured>;
using Ready = Plain<State::ready>;
struct AwaitPong {
  static constexpr auto state = State::await_pong;
  std::uint64_t token = 0;
};
struct AwaitMissingBlocks {
  static constexpr auto state = State::await_missing_blocks;
  std::vector<Digest> offered;
};
struct AwaitVersionCommitted {
  static constexpr auto state = State::await_version_committed;
  std::uint64_t number = 0;
};
struct AwaitVersions {
  static constexpr auto state = State::await_versions;
  std::uint64_t from = 0;
};
struct AwaitBlockList {
  static constexpr auto state = State::await_block_list;
  Digest after{};
};
using AwaitBlocksReleased = Plain<State::await_blocks_released>;
using AwaitKeyState = Plain<State::await_key_state>;
struct AwaitKeyStored {
  static constexpr auto state = State::await_key_stored;
  std::uint64_t generation = 0;
};
using AwaitKeyRecovered = Plain<State::await_key_recovered>;
using AwaitPasswordChanged = Plain<State::await_password_changed>;
using AwaitRestoreBegun = Plain<State::await_restore_begun>;
using Restoring = Plain<State::restoring>;
struct AwaitBlocks {
  static constexpr auto state = State::await_blocks;
  std::vector<Digest> asked;
  std::size_t next = 0;                         // the first of `asked` that has neither come nor been passed over
  std::vector<std::uint16_t> passed_over = {};  // what blocks_fetched must name
};
using AwaitRestoreEnded = Plain<State::await_restore_ended>;
using Leaving = Plain<State::leaving>;
using Closed = Plain<State::closed>;

using Any = std::variant<Connecting, AwaitProceed, AwaitServerIdentity, AwaitLoginAccepted, AwaitReady, Configured, Ready, AwaitPong,
                         AwaitMissingBlocks, AwaitVersionCommitted, AwaitVersions, AwaitBlockList, AwaitBlocksReleased, AwaitKeyState,
                         AwaitKeyStored, AwaitKeyRecovered, AwaitPasswordChanged, AwaitRestoreBegun, Restoring, AwaitBlocks,
                         AwaitRestoreEnded, Leaving, Closed>;

template <std::size_t... i>
constexpr bool in_order(std::index_sequence<i...>) {
  return ((static_cast<std::size_t>(std::variant_alternative_t<i, Any>::state) == i) && ...);
}
static_assert(std::variant_size_v<Any> == spec::client_session::state_count);
static_assert(in_order(std::make_index_sequence<std::variant_size_v<Any>>()));

}  // namespace coffer::protocol::client_state
