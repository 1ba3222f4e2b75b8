// Made by spec/tools/generate.py from spec/tables/machines/client_session.toml. Do not edit: edit the source and run `./dev generate`.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace coffer::spec {

namespace client_session {

enum class State : std::uint8_t {
  connecting,
  await_proceed,
  await_server_identity,
  await_login_accepted,
  await_ready,
  configured,
  ready,
  await_pong,
  await_missing_blocks,
  await_version_committed,
  await_versions,
  await_block_list,
  await_blocks_released,
  await_key_state,
  await_key_stored,
  await_key_recovered,
  await_password_changed,
  await_restore_begun,
  restoring,
  await_blocks,
  await_restore_ended,
  leaving,
  closed,
};

enum class Event : std::uint8_t {
  disconnect,
  ping,
  pong,
  goodbye,
  version,
  proceed,
  computer,
  server_identity,
  login,
  login_accepted,
  config_state,
  config_push,
  config_ack,
  ready,
  offer_blocks,
  missing_blocks,
  commit_version,
  version_committed,
  list_versions,
  versions,
  restore_begin,
  restore_begun,
  fetch_blocks,
  blocks_fetched,
  restore_end,
  restore_ended,
  list_blocks,
  block_list,
  release_blocks,
  blocks_released,
  fetch_key,
  key_state,
  store_key,
  key_stored,
  recover_key,
  key_recovered,
  change_password,
  password_changed,
  connected,
  begin_ping,
  begin_offer,
  send_block,
  begin_commit,
  begin_list,
  begin_list_blocks,
  begin_release,
  begin_fetch_key,
  begin_store_key,
  begin_recover_key,
  begin_change_password,
  begin_restore,
  begin_fetch,
  end_restore,
  leave,
  timer_expired,
  peer_closed,
  malformed,
  data,
};

enum class Handler : std::uint8_t {
  on_connected,
  on_proceed,
  on_server_identity,
  on_login_accepted,
  on_config_push,
  on_ready,
  on_begin_ping,
  on_pong,
  on_begin_offer,
  on_missing_blocks,
  on_send_block,
  on_begin_commit,
  on_version_committed,
  on_begin_list,
  on_versions,
  on_begin_list_blocks,
  on_block_list,
  on_begin_release,
  on_blocks_released,
  on_begin_fetch_key,
  on_key_state,
  on_begin_store_key,
  on_key_stored,
  on_begin_recover_key,
  on_key_recovered,
  on_begin_change_password,
  on_password_changed,
  on_begin_restore,
  on_restore_begun,
  on_begin_fetch,
  on_data,
  on_blocks_fetched,
  on_end_restore,
  on_restore_ended,
  on_leave,
  on_timer,
  on_disconnect,
  on_peer_closed,
  on_malformed,
};

inline constexpr std::size_t state_count = 23;
inline constexpr std::size_t event_count = 58;
inline constexpr std::size_t message_event_count = 38;  // the first events are the messages, in MessageKind's order
inline constexpr State initial = State::connecting;
inline constexpr State final = State::closed;

constexpr std::uint32_t bit(State state) { return std::uint32_t{1} << static_cast<unsigned>(state); }

struct Row {
  State state;
  Event event;
  Handler handler;
  std::uint32_t targets;  // the states the handler may go to, as bits
  std::string_view requirement;
};

inline constexpr std::array<Row, 121> rows{{
    {State::connecting, Event::connected, Handler::on_connected, bit(State::await_proceed), "SES-010"},
    {State::await_proceed, Event::proceed, Handler::on_proceed, bit(State::await_server_identity), "SES-013"},
    {State::await_server_identity, Event::server_identity, Handler::on_server_identity, bit(State::await_login_accepted) | bit(State::closed), "IDN-006"},
    {State::await_login_accepted, Event::login_accepted, Handler::on_login_accepted, bit(State::await_ready), "IDN-015"},
    {State::await_ready, Event::config_push, Handler::on_config_push, bit(State::configured), "CFG-003"},
    {State::await_ready, Event::ready, Handler::on_ready, bit(State::ready), "SES-014"},
    {State::configured, Event::ready, Handler::on_ready, bit(State::ready), "SES-014"},
    {State::ready, Event::begin_ping, Handler::on_begin_ping, bit(State::await_pong), "SES-020"},
    {State::await_pong, Event::pong, Handler::on_pong, bit(State::ready) | bit(State::closed), "SES-042"},
    {State::ready, Event::begin_offer, Handler::on_begin_offer, bit(State::await_missing_blocks), "ARC-030"},
    {State::await_missing_blocks, Event::missing_blocks, Handler::on_missing_blocks, bit(State::ready) | bit(State::closed), "ARC-034"},
    {State::ready, Event::send_block, Handler::on_send_block, bit(State::ready), "ARC-031"},
    {State::ready, Event::begin_commit, Handler::on_begin_commit, bit(State::await_version_committed), "ARC-035"},
    {State::await_version_committed, Event::version_committed, Handler::on_version_committed, bit(State::ready) | bit(State::closed), "ARC-039"},
    {State::ready, Event::begin_list, Handler::on_begin_list, bit(State::await_versions), "ARC-040"},
    {State::await_versions, Event::versions, Handler::on_versions, bit(State::ready) | bit(State::closed), "ARC-042"},
    {State::ready, Event::begin_list_blocks, Handler::on_begin_list_blocks, bit(State::await_block_list), "ARC-105"},
    {State::await_block_list, Event::block_list, Handler::on_block_list, bit(State::ready) | bit(State::closed), "ARC-112"},
    {State::ready, Event::begin_release, Handler::on_begin_release, bit(State::await_blocks_released), "ARC-107"},
    {State::await_blocks_released, Event::blocks_released, Handler::on_blocks_released, bit(State::ready), "ARC-107"},
    {State::ready, Event::begin_fetch_key, Handler::on_begin_fetch_key, bit(State::await_key_state), "KEY-029"},
    {State::await_key_state, Event::key_state, Handler::on_key_state, bit(State::ready), "KEY-029"},
    {State::ready, Event::begin_store_key, Handler::on_begin_store_key, bit(State::await_key_stored), "KEY-008"},
    {State::await_key_stored, Event::key_stored, Handler::on_key_stored, bit(State::ready) | bit(State::closed), "KEY-033"},
    {State::ready, Event::begin_recover_key, Handler::on_begin_recover_key, bit(State::await_key_recovered), "KEY-046"},
    {State::await_key_recovered, Event::key_recovered, Handler::on_key_recovered, bit(State::ready), "KEY-046"},
    {State::ready, Event::begin_change_password, Handler::on_begin_change_password, bit(State::await_password_changed), "KEY-044"},
    {State::await_password_changed, Event::password_changed, Handler::on_password_changed, bit(State::ready), "KEY-044"},
    {State::ready, Event::begin_restore, Handler::on_begin_restore, bit(State::await_restore_begun), "ARC-050"},
    {State::await_restore_begun, Event::restore_begun, Handler::on_restore_begun, bit(State::restoring), "ARC-050"},
    {State::restoring, Event::begin_fetch, Handler::on_begin_fetch, bit(State::await_blocks), "ARC-052"},
    {State::await_blocks, Event::data, Handler::on_data, bit(State::await_blocks) | bit(State::closed), "ARC-055"},
    {State::await_blocks, Event::blocks_fetched, Handler::on_blocks_fetched, bit(State::restoring) | bit(State::closed), "ARC-056"},
    {State::restoring, Event::end_restore, Handler::on_end_restore, bit(State::await_restore_ended), "ARC-054"},
    {State::await_restore_ended, Event::restore_ended, Handler::on_restore_ended, bit(State::ready), "ARC-054"},
    {State::ready, Event::leave, Handler::on_leave, bit(State::leaving), "SES-030"},
    {State::restoring, Event::leave, Handler::on_leave, bit(State::leaving), "SES-030"},
    {State::connecting, Event::timer_expired, Handler::on_timer, bit(State::closed), "SES-041"},
    {State::await_proceed, Event::timer_expired, Handler::on_timer, bit(State::closed), "SES-041"},
    {State::await_server_identity, Event::timer_expired, Handler::on_timer, bit(State::closed), "SES-041"},
    {State::await_login_accepted, Event::timer_expired, Handler::on_timer, bit(State::closed), "SES-041"},
    {State::await_ready, Event::timer_expired, Handler::on_timer, bit(State::closed), "SES-041"},
    {State::configured, Event::timer_expired, Handler::on_timer, bit(State::closed), "SES-041"},
    {State::await_pong, Event::timer_expired, Handler::on_timer, bit(State::closed), "SES-041"},
    {State::await_missing_blocks, Event::timer_expired, Handler::on_timer, bit(State::closed), "SES-041"},
    {State::await_version_committed, Event::timer_expired, Handler::on_timer, bit(State::closed), "SES-041"},
    {State::await_versions, Event::timer_expired, Handler::on_timer, bit(State::closed), "SES-041"},
    {State::await_block_list, Event::timer_expired, Handler::on_timer, bit(State::closed), "SES-041"},
    {State::await_blocks_released, Event::timer_expired, Handler::on_timer, bit(State::closed), "SES-041"},
    {State::await_key_state, Event::timer_expired, Handler::on_timer, bit(State::closed), "SES-041"},
    {State::await_key_stored, Event::timer_expired, Handler::on_timer, bit(State::closed), "SES-041"},
    {State::await_key_recovered, Event::timer_expired, Handler::on_timer, bit(State::closed), "SES-041"},
    {State::await_password_changed, Event::timer_expired, Handler::on_timer, bit(State::closed), "SES-041"},
    {State::await_restore_begun, Event::timer_expired, Handler::on_timer, bit(State::closed), "SES-041"},
    {State::await_blocks, Event::timer_expired, Handler::on_timer, bit(State::closed), "SES-041"},
    {State::await_restore_ended, Event::timer_expired, Handler::on_timer, bit(State::closed), "SES-041"},
    {State::leaving, Event::timer_expired, Handler::on_timer, bit(State::closed), "SES-041"},
    {State::await_proceed, Event::disconnect, Handler::on_disconnect, bit(State::closed), "SES-031"},
    {State::await_server_identity, Event::disconnect, Handler::on_disconnect, bit(State::closed), "SES-031"},
    {State::await_login_accepted, Event::disconnect, Handler::on_disconnect, bit(State::closed), "SES-031"},
    {State::await_ready, Event::disconnect, Handler::on_disconnect, bit(State::closed), "SES-031"},
    {State::configured, Event::disconnect, Handler::on_disconnect, bit(State::closed), "SES-031"},
    {State::ready, Event::disconnect, Handler::on_disconnect, bit(State::closed), "SES-031"},
    {State::await_pong, Event::disconnect, Handler::on_disconnect, bit(State::closed), "SES-031"},
    {State::await_missing_blocks, Event::disconnect, Handler::on_disconnect, bit(State::closed), "SES-031"},
    {State::await_version_committed, Event::disconnect, Handler::on_disconnect, bit(State::closed), "SES-031"},
    {State::await_versions, Event::disconnect, Handler::on_disconnect, bit(State::closed), "SES-031"},
    {State::await_block_list, Event::disconnect, Handler::on_disconnect, bit(State::closed), "SES-031"},
    {State::await_blocks_released, Event::disconnect, Handler::on_disconnect, bit(State::closed), "SES-031"},
    {State::await_key_state, Event::disconnect, Handler::on_disconnect, bit(State::closed), "SES-031"},
    {State::await_key_stored, Event::disconnect, Handler::on_disconnect, bit(State::closed), "SES-031"},
    {State::await_key_recovered, Event::disconnect, Handler::on_disconnect, bit(State::closed), "SES-031"},
    {State::await_password_changed, Event::disconnect, Handler::on_disconnect, bit(State::closed), "SES-031"},
    {State::await_restore_begun, Event::disconnect, Handler::on_disconnect, bit(State::closed), "SES-031"},
    {State::restoring, Event::disconnect, Handler::on_disconnect, bit(State::closed), "SES-031"},
    {State::await_blocks, Event::disconnect, Handler::on_disconnect, bit(State::closed), "SES-031"},
    {State::await_restore_ended, Event::disconnect, Handler::on_disconnect, bit(State::closed), "SES-031"},
    {State::leaving, Event::disconnect, Handler::on_disconnect, bit(State::closed), "SES-031"},
    {State::connecting, Event::peer_closed, Handler::on_peer_closed, bit(State::closed), "SES-031"},
    {State::await_proceed, Event::peer_closed, Handler::on_peer_closed, bit(State::closed), "SES-031"},
    {State::await_server_identity, Event::peer_closed, Handler::on_peer_closed, bit(State::closed), "SES-031"},
    {State::await_login_accepted, Event::peer_closed, Handler::on_peer_closed, bit(State::closed), "SES-031"},
    {State::await_ready, Event::peer_closed, Handler::on_peer_closed, bit(State::closed), "SES-031"},
    {State::configured, Event::peer_closed, Handler::on_peer_closed, bit(State::closed), "SES-031"},
    {State::ready, Event::peer_closed, Handler::on_peer_closed, bit(State::closed), "SES-031"},
    {State::await_pong, Event::peer_closed, Handler::on_peer_closed, bit(State::closed), "SES-031"},
    {State::await_missing_blocks, Event::peer_closed, Handler::on_peer_closed, bit(State::closed), "SES-031"},
    {State::await_version_committed, Event::peer_closed, Handler::on_peer_closed, bit(State::closed), "SES-031"},
    {State::await_versions, Event::peer_closed, Handler::on_peer_closed, bit(State::closed), "SES-031"},
    {State::await_block_list, Event::peer_closed, Handler::on_peer_closed, bit(State::closed), "SES-031"},
    {State::await_blocks_released, Event::peer_closed, Handler::on_peer_closed, bit(State::closed), "SES-031"},
    {State::await_key_state, Event::peer_closed, Handler::on_peer_closed, bit(State::closed), "SES-031"},
    {State::await_key_stored, Event::peer_closed, Handler::on_peer_closed, bit(State::closed), "SES-031"},
    {State::await_key_recovered, Event::peer_closed, Handler::on_peer_closed, bit(State::closed), "SES-031"},
    {State::await_password_changed, Event::peer_closed, Handler::on_peer_closed, bit(State::closed), "SES-031"},
    {State::await_restore_begun, Event::peer_closed, Handler::on_peer_closed, bit(State::closed), "SES-031"},
    {State::restoring, Event::peer_closed, Handler::on_peer_closed, bit(State::closed), "SES-031"},
    {State::await_blocks, Event::peer_closed, Handler::on_peer_closed, bit(State::closed), "SES-031"},
    {State::await_restore_ended, Event::peer_closed, Handler::on_peer_closed, bit(State::closed), "SES-031"},
    {State::leaving, Event::peer_closed, Handler::on_peer_closed, bit(State::closed), "SES-031"},
    {State::await_proceed, Event::malformed, Handler::on_malformed, bit(State::closed), "ERR-002"},
    {State::await_server_identity, Event::malformed, Handler::on_malformed, bit(State::closed), "ERR-002"},
    {State::await_login_accepted, Event::malformed, Handler::on_malformed, bit(State::closed), "ERR-002"},
    {State::await_ready, Event::malformed, Handler::on_malformed, bit(State::closed), "ERR-002"},
    {State::configured, Event::malformed, Handler::on_malformed, bit(State::closed), "ERR-002"},
    {State::ready, Event::malformed, Handler::on_malformed, bit(State::closed), "ERR-002"},
    {State::await_pong, Event::malformed, Handler::on_malformed, bit(State::closed), "ERR-002"},
    {State::await_missing_blocks, Event::malformed, Handler::on_malformed, bit(State::closed), "ERR-002"},
    {State::await_version_committed, Event::malformed, Handler::on_malformed, bit(State::closed), "ERR-002"},
    {State::await_versions, Event::malformed, Handler::on_malformed, bit(State::closed), "ERR-002"},
    {State::await_block_list, Event::malformed, Handler::on_malformed, bit(State::closed), "ERR-002"},
    {State::await_blocks_released, Event::malformed, Handler::on_malformed, bit(State::closed), "ERR-002"},
    {State::await_key_state, Event::malformed, Handler::on_malformed, bit(State::closed), "ERR-002"},
    {State::await_key_stored, Event::malformed, Handler::on_malformed, bit(State::closed), "ERR-002"},
    {State::await_key_recovered, Event::malformed, Handler::on_malformed, bit(State::closed), "ERR-002"},
    {State::await_password_changed, Event::malformed, Handler::on_malformed, bit(State::closed), "ERR-002"},
    {State::await_restore_begun, Event::malformed, Handler::on_malformed, bit(State::closed), "ERR-002"},
    {State::restoring, Event::malformed, Handler::on_malformed, bit(State::closed), "ERR-002"},
    {State::await_blocks, Event::malformed, Handler::on_malformed, bit(State::closed), "ERR-002"},
    {State::await_restore_ended, Event::malformed, Handler::on_malformed, bit(State::closed), "ERR-002"},
    {State::leaving, Event::malformed, Handler::on_malformed, bit(State::closed), "ERR-002"},
}};

// Everything else: a wire event without a row closes with unexpected_message; in closed every event is ignored. [SES-002]

/// The row of a pair, or nullptr where the machine's default decides.
constexpr const Row* find(State state, Event event) {
  constexpr auto index = [] {
    std::array<std::array<std::uint8_t, event_count>, state_count> table{};  // 1 + the row's index; 0: none
    for (std::size_t i = 0; i < rows.size(); ++i)
      table[static_cast<std::size_t>(rows[i].state)][static_cast<std::size_t>(rows[i].event)] = static_cast<std::uint8_t>(i + 1);
    return table;
  }();
  const auto at = index[static_cast<std::size_t>(state)][static_cast<std::size_t>(event)];
  return at == 0 ? nullptr : &rows[at - 1U];
}

/// Whether a handler may go to a state: what `static_assert` asks of every transition in code.
constexpr bool allowed(Handler handler, State target) {
  for (const auto& row : rows)
    if (row.handler == handler && (row.targets & bit(target)) != 0) return true;
  return false;
}

/// The specification's word for it; empty for a value outside the table.
constexpr std::string_view name(State value) {
  switch (value) {
    case State::connecting: return "connecting";
    case State::await_proceed: return "await_proceed";
    case State::await_server_identity: return "await_server_identity";
    case State::await_login_accepted: return "await_login_accepted";
    case State::await_ready: return "await_ready";
    case State::configured: return "configured";
    case State::ready: return "ready";
    case State::await_pong: return "await_pong";
    case State::await_missing_blocks: return "await_missing_blocks";
    case State::await_version_committed: return "await_version_committed";
    case State::await_versions: return "await_versions";
    case State::await_block_list: return "await_block_list";
    case State::await_blocks_released: return "await_blocks_released";
    case State::await_key_state: return "await_key_state";
    case State::await_key_stored: return "await_key_stored";
    case State::await_key_recovered: return "await_key_recovered";
    case State::await_password_changed: return "await_password_changed";
    case State::await_restore_begun: return "await_restore_begun";
    case State::restoring: return "restoring";
    case State::await_blocks: return "await_blocks";
    case State::await_restore_ended: return "await_restore_ended";
    case State::leaving: return "leaving";
    case State::closed: return "closed";
  }
  return {};
}

/// The specification's word for it; empty for a value outside the table.
constexpr std::string_view name(Event value) {
  switch (value) {
    case Event::disconnect: return "disconnect";
    case Event::ping: return "ping";
    case Event::pong: return "pong";
    case Event::goodbye: return "goodbye";
    case Event::version: return "version";
    case Event::proceed: return "proceed";
    case Event::computer: return "computer";
    case Event::server_identity: return "server_identity";
    case Event::login: return "login";
    case Event::login_accepted: return "login_accepted";
    case Event::config_state: return "config_state";
    case Event::config_push: return "config_push";
    case Event::config_ack: return "config_ack";
    case Event::ready: return "ready";
    case Event::offer_blocks: return "offer_blocks";
    case Event::missing_blocks: return "missing_blocks";
    case Event::commit_version: return "commit_version";
    case Event::version_committed: return "version_committed";
    case Event::list_versions: return "list_versions";
    case Event::versions: return "versions";
    case Event::restore_begin: return "restore_begin";
    case Event::restore_begun: return "restore_begun";
    case Event::fetch_blocks: return "fetch_blocks";
    case Event::blocks_fetched: return "blocks_fetched";
    case Event::restore_end: return "restore_end";
    case Event::restore_ended: return "restore_ended";
    case Event::list_blocks: return "list_blocks";
    case Event::block_list: return "block_list";
    case Event::release_blocks: return "release_blocks";
    case Event::blocks_released: return "blocks_released";
    case Event::fetch_key: return "fetch_key";
    case Event::key_state: return "key_state";
    case Event::store_key: return "store_key";
    case Event::key_stored: return "key_stored";
    case Event::recover_key: return "recover_key";
    case Event::key_recovered: return "key_recovered";
    case Event::change_password: return "change_password";
    case Event::password_changed: return "password_changed";
    case Event::connected: return "connected";
    case Event::begin_ping: return "begin_ping";
    case Event::begin_offer: return "begin_offer";
    case Event::send_block: return "send_block";
    case Event::begin_commit: return "begin_commit";
    case Event::begin_list: return "begin_list";
    case Event::begin_list_blocks: return "begin_list_blocks";
    case Event::begin_release: return "begin_release";
    case Event::begin_fetch_key: return "begin_fetch_key";
    case Event::begin_store_key: return "begin_store_key";
    case Event::begin_recover_key: return "begin_recover_key";
    case Event::begin_change_password: return "begin_change_password";
    case Event::begin_restore: return "begin_restore";
    case Event::begin_fetch: return "begin_fetch";
    case Event::end_restore: return "end_restore";
    case Event::leave: return "leave";
    case Event::timer_expired: return "timer_expired";
    case Event::peer_closed: return "peer_closed";
    case Event::malformed: return "malformed";
    case Event::data: return "data";
  }
  return {};
}

/// The specification's word for it; empty for a value outside the table.
constexpr std::string_view name(Handler value) {
  switch (value) {
    case Handler::on_connected: return "on_connected";
    case Handler::on_proceed: return "on_proceed";
    case Handler::on_server_identity: return "on_server_identity";
    case Handler::on_login_accepted: return "on_login_accepted";
    case Handler::on_config_push: return "on_config_push";
    case Handler::on_ready: return "on_ready";
    case Handler::on_begin_ping: return "on_begin_ping";
    case Handler::on_pong: return "on_pong";
    case Handler::on_begin_offer: return "on_begin_offer";
    case Handler::on_missing_blocks: return "on_missing_blocks";
    case Handler::on_send_block: return "on_send_block";
    case Handler::on_begin_commit: return "on_begin_commit";
    case Handler::on_version_committed: return "on_version_committed";
    case Handler::on_begin_list: return "on_begin_list";
    case Handler::on_versions: return "on_versions";
    case Handler::on_begin_list_blocks: return "on_begin_list_blocks";
    case Handler::on_block_list: return "on_block_list";
    case Handler::on_begin_release: return "on_begin_release";
    case Handler::on_blocks_released: return "on_blocks_released";
    case Handler::on_begin_fetch_key: return "on_begin_fetch_key";
    case Handler::on_key_state: return "on_key_state";
    case Handler::on_begin_store_key: return "on_begin_store_key";
    case Handler::on_key_stored: return "on_key_stored";
    case Handler::on_begin_recover_key: return "on_begin_recover_key";
    case Handler::on_key_recovered: return "on_key_recovered";
    case Handler::on_begin_change_password: return "on_begin_change_password";
    case Handler::on_password_changed: return "on_password_changed";
    case Handler::on_begin_restore: return "on_begin_restore";
    case Handler::on_restore_begun: return "on_restore_begun";
    case Handler::on_begin_fetch: return "on_begin_fetch";
    case Handler::on_data: return "on_data";
    case Handler::on_blocks_fetched: return "on_blocks_fetched";
    case Handler::on_end_restore: return "on_end_restore";
    case Handler::on_restore_ended: return "on_restore_ended";
    case Handler::on_leave: return "on_leave";
    case Handler::on_timer: return "on_timer";
    case Handler::on_disconnect: return "on_disconnect";
    case Handler::on_peer_closed: return "on_peer_closed";
    case Handler::on_malformed: return "on_malformed";
  }
  return {};
}

}  // namespace client_session

}  // namespace coffer::spec
