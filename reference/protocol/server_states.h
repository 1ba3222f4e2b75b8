// What the server knows of a client in each state of its session: one struct per state, so that nothing can be used before its step.
// The order is that of spec::server_session::State.
#pragma once

#include <cstdint>
#include <set>
#include <variant>
#include <vector>

#include "coffer/spec/server_session.h"
#include "protocol/message.h"

namespace coffer::protocol::server_state {

using spec::server_session::State;

struct AwaitVersion {
  static constexpr auto state = State::await_version;
};
struct AwaitComputer {
  static constexpr auto state = State::await_computer;
};
struct CheckingComputer {
  static constexpr auto state = State::checking_computer;
  std::uint64_t computer = 0;
};
struct AwaitLogin {
  static constexpr auto state = State::await_login;
  std::uint64_t computer = 0;
};
struct CheckingLogin {
  static constexpr auto state = State::checking_login;
  std::uint64_t computer = 0;
  bool deferred = false;
};

/// Who speaks: known from the login on.
struct Identity {
  std::uint64_t computer = 0, user = 0;
  std::uint32_t permissions = 0;
};
struct AwaitConfig {
  static constexpr auto state = State::await_config;
  Identity who;
  std::uint64_t version = 0;
  std::vector<Setting> settings;
};
struct AwaitConfigAck {
  static constexpr auto state = State::await_config_ack;
  Identity who;
  std::uint64_t pushed = 0;
};

struct Ready {
  static constexpr auto state = State::ready;
  Identity who;
  std::set<Digest> wanted = {};  // named missing in this session and not yet here
};

struct Offer {
  Octets ids;
};
struct Commit {
  std::uint64_t number = 0;
};
struct List {};
struct ListIds {};
struct Release {};
struct FetchKey {};
struct KeepKey {};
struct OpenKey {};
struct SetPassword {};
struct Restore {
  std::uint64_t version = 0;
  std::uint16_t purpose = 0;
};
struct Serving {
  static constexpr auto state = State::serving;
  Ready ready;
  std::variant<Offer, Commit, List, ListIds, Release, FetchKey, KeepKey, OpenKey, SetPassword, Restore> operation;
};
struct Restoring {
  static constexpr auto state = State::restoring;
  Ready ready;
  Restore restore;
};

struct Fetch {};
struct End {
  bool complete = false;
};
struct ServingRestore {
  static constexpr auto state = State::serving_restore;
  Restoring restoring;
  std::variant<Fetch, End> operation;
};
struct Closed {
  static constexpr auto state = State::closed;
};

using Any = std::variant<AwaitVersion, AwaitComputer, CheckingComputer, AwaitLogin, CheckingLogin, AwaitConfig, AwaitConfigAck, Ready,
                         Serving, Restoring, ServingRestore, Closed>;

template <std::size_t... i>
constexpr bool in_order(std::index_sequence<i...>) {
  return ((static_cast<std::size_t>(std::variant_alternative_t<i, Any>::state) == i) && ...);
}
static_assert(std::variant_size_v<Any> == spec::server_session::state_count);
static_assert(in_order(std::make_index_sequence<std::variant_size_v<Any>>()));

}  // namespace coffer::protocol::server_state
