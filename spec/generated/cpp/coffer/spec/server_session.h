// Made by spec/tools/generate.py from spec/tables/machines/server_session.toml. Do not edit: edit the source and run `./dev generate`.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace coffer::spec {

namespace server_session {

enum class State : std::uint8_t {
  await_version,
  await_computer,
  checking_computer,
  await_login,
  checking_login,
  await_config,
  await_config_ack,
  ready,
  serving,
  restoring,
  serving_restore,
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
  computer_admitted,
  computer_refused,
  login_admitted,
  login_refused,
  done,
  refused,
  failed,
  timer_expired,
  stop,
  peer_closed,
  malformed,
  data,
};

enum class Handler : std::uint8_t {
  on_version,
  on_computer,
  on_computer_admitted,
  on_computer_refused,
  on_login,
  on_login_admitted,
  on_login_refused,
  on_place_taken,
  on_config_state,
  on_config_ack,
  on_ping,
  on_offer_blocks,
  on_data,
  on_commit_version,
  on_list_versions,
  on_list_blocks,
  on_release_blocks,
  on_fetch_key,
  on_store_key,
  on_recover_key,
  on_change_password,
  on_restore_begin,
  on_done,
  on_fetch_blocks,
  on_restore_end,
  on_restore_done,
  on_refused,
  on_failed,
  on_goodbye,
  on_stop,
  on_timer,
  on_malformed,
  on_disconnect,
  on_peer_closed,
};

inline constexpr std::size_t state_count = 12;
inline constexpr std::size_t event_count = 50;
inline constexpr std::size_t message_event_count = 38;  // the first events are the messages, in MessageKind's order
inline constexpr State initial = State::await_version;
inline constexpr State final = State::closed;

constexpr std::uint32_t bit(State state) { return std::uint32_t{1} << static_cast<unsigned>(state); }

struct Row {
  State state;
  Event event;
  Handler handler;
  std::uint32_t targets;  // the states the handler may go to, as bits
  std::string_view requirement;
};

inline constexpr std::array<Row, 86> rows{{
    {State::await_version, Event::version, Handler::on_version, bit(State::await_computer) | bit(State::closed), "SES-010"},
    {State::await_computer, Event::computer, Handler::on_computer, bit(State::checking_computer), "IDN-001"},
    {State::checking_computer, Event::computer_admitted, Handler::on_computer_admitted, bit(State::await_login), "IDN-005"},
    {State::checking_computer, Event::computer_refused, Handler::on_computer_refused, bit(State::closed), "IDN-003"},
    {State::await_login, Event::login, Handler::on_login, bit(State::checking_login) | bit(State::closed), "IDN-010"},
    {State::checking_login, Event::login_admitted, Handler::on_login_admitted, bit(State::await_config), "IDN-015"},
    {State::checking_login, Event::login_refused, Handler::on_login_refused, bit(State::closed), "IDN-014"},
    {State::checking_login, Event::computer_refused, Handler::on_place_taken, bit(State::closed), "IDN-026"},
    {State::await_config, Event::config_state, Handler::on_config_state, bit(State::await_config_ack) | bit(State::ready), "CFG-001"},
    {State::await_config_ack, Event::config_ack, Handler::on_config_ack, bit(State::ready) | bit(State::closed), "CFG-004"},
    {State::ready, Event::ping, Handler::on_ping, bit(State::ready) | bit(State::restoring), "SES-020"},
    {State::restoring, Event::ping, Handler::on_ping, bit(State::ready) | bit(State::restoring), "SES-020"},
    {State::ready, Event::offer_blocks, Handler::on_offer_blocks, bit(State::serving) | bit(State::closed), "ARC-030"},
    {State::ready, Event::data, Handler::on_data, bit(State::ready) | bit(State::closed), "ARC-031"},
    {State::ready, Event::commit_version, Handler::on_commit_version, bit(State::serving) | bit(State::closed), "ARC-035"},
    {State::ready, Event::list_versions, Handler::on_list_versions, bit(State::serving) | bit(State::closed), "ARC-040"},
    {State::ready, Event::list_blocks, Handler::on_list_blocks, bit(State::serving) | bit(State::closed), "ARC-105"},
    {State::ready, Event::release_blocks, Handler::on_release_blocks, bit(State::serving) | bit(State::closed), "ARC-107"},
    {State::ready, Event::fetch_key, Handler::on_fetch_key, bit(State::serving) | bit(State::closed), "KEY-029"},
    {State::ready, Event::store_key, Handler::on_store_key, bit(State::serving) | bit(State::closed), "KEY-030"},
    {State::ready, Event::recover_key, Handler::on_recover_key, bit(State::serving) | bit(State::closed), "KEY-046"},
    {State::ready, Event::change_password, Handler::on_change_password, bit(State::serving) | bit(State::closed), "KEY-044"},
    {State::ready, Event::restore_begin, Handler::on_restore_begin, bit(State::serving) | bit(State::closed), "ARC-050"},
    {State::serving, Event::done, Handler::on_done, bit(State::ready) | bit(State::restoring), "SES-022"},
    {State::restoring, Event::fetch_blocks, Handler::on_fetch_blocks, bit(State::serving_restore), "ARC-052"},
    {State::restoring, Event::restore_end, Handler::on_restore_end, bit(State::serving_restore), "ARC-054"},
    {State::serving_restore, Event::done, Handler::on_restore_done, bit(State::restoring) | bit(State::ready), "SES-022"},
    {State::ready, Event::refused, Handler::on_refused, bit(State::closed), "ERR-002"},
    {State::serving, Event::refused, Handler::on_refused, bit(State::closed), "ERR-002"},
    {State::serving_restore, Event::refused, Handler::on_refused, bit(State::closed), "ERR-002"},
    {State::await_version, Event::failed, Handler::on_failed, bit(State::closed), "ERR-006"},
    {State::await_computer, Event::failed, Handler::on_failed, bit(State::closed), "ERR-006"},
    {State::checking_computer, Event::failed, Handler::on_failed, bit(State::closed), "ERR-006"},
    {State::await_login, Event::failed, Handler::on_failed, bit(State::closed), "ERR-006"},
    {State::checking_login, Event::failed, Handler::on_failed, bit(State::closed), "ERR-006"},
    {State::await_config, Event::failed, Handler::on_failed, bit(State::closed), "ERR-006"},
    {State::await_config_ack, Event::failed, Handler::on_failed, bit(State::closed), "ERR-006"},
    {State::ready, Event::failed, Handler::on_failed, bit(State::closed), "ERR-006"},
    {State::serving, Event::failed, Handler::on_failed, bit(State::closed), "ERR-006"},
    {State::restoring, Event::failed, Handler::on_failed, bit(State::closed), "ERR-006"},
    {State::serving_restore, Event::failed, Handler::on_failed, bit(State::closed), "ERR-006"},
    {State::ready, Event::goodbye, Handler::on_goodbye, bit(State::closed), "SES-030"},
    {State::restoring, Event::goodbye, Handler::on_goodbye, bit(State::closed), "SES-030"},
    {State::await_version, Event::stop, Handler::on_stop, bit(State::closed), "SES-032"},
    {State::await_computer, Event::stop, Handler::on_stop, bit(State::closed), "SES-032"},
    {State::checking_computer, Event::stop, Handler::on_stop, bit(State::closed), "SES-032"},
    {State::await_login, Event::stop, Handler::on_stop, bit(State::closed), "SES-032"},
    {State::checking_login, Event::stop, Handler::on_stop, bit(State::closed), "SES-032"},
    {State::await_config, Event::stop, Handler::on_stop, bit(State::closed), "SES-032"},
    {State::await_config_ack, Event::stop, Handler::on_stop, bit(State::closed), "SES-032"},
    {State::ready, Event::stop, Handler::on_stop, bit(State::closed), "SES-032"},
    {State::serving, Event::stop, Handler::on_stop, bit(State::closed), "SES-032"},
    {State::restoring, Event::stop, Handler::on_stop, bit(State::closed), "SES-032"},
    {State::serving_restore, Event::stop, Handler::on_stop, bit(State::closed), "SES-032"},
    {State::await_version, Event::timer_expired, Handler::on_timer, bit(State::closed), "SES-005"},
    {State::await_computer, Event::timer_expired, Handler::on_timer, bit(State::closed), "SES-005"},
    {State::await_login, Event::timer_expired, Handler::on_timer, bit(State::closed), "SES-005"},
    {State::await_config, Event::timer_expired, Handler::on_timer, bit(State::closed), "SES-005"},
    {State::await_config_ack, Event::timer_expired, Handler::on_timer, bit(State::closed), "SES-005"},
    {State::ready, Event::timer_expired, Handler::on_timer, bit(State::closed), "SES-005"},
    {State::restoring, Event::timer_expired, Handler::on_timer, bit(State::closed), "SES-005"},
    {State::await_version, Event::malformed, Handler::on_malformed, bit(State::closed), "ERR-002"},
    {State::await_computer, Event::malformed, Handler::on_malformed, bit(State::closed), "ERR-002"},
    {State::await_login, Event::malformed, Handler::on_malformed, bit(State::closed), "ERR-002"},
    {State::await_config, Event::malformed, Handler::on_malformed, bit(State::closed), "ERR-002"},
    {State::await_config_ack, Event::malformed, Handler::on_malformed, bit(State::closed), "ERR-002"},
    {State::ready, Event::malformed, Handler::on_malformed, bit(State::closed), "ERR-002"},
    {State::restoring, Event::malformed, Handler::on_malformed, bit(State::closed), "ERR-002"},
    {State::await_version, Event::disconnect, Handler::on_disconnect, bit(State::closed), "SES-031"},
    {State::await_computer, Event::disconnect, Handler::on_disconnect, bit(State::closed), "SES-031"},
    {State::await_login, Event::disconnect, Handler::on_disconnect, bit(State::closed), "SES-031"},
    {State::await_config, Event::disconnect, Handler::on_disconnect, bit(State::closed), "SES-031"},
    {State::await_config_ack, Event::disconnect, Handler::on_disconnect, bit(State::closed), "SES-031"},
    {State::ready, Event::disconnect, Handler::on_disconnect, bit(State::closed), "SES-031"},
    {State::restoring, Event::disconnect, Handler::on_disconnect, bit(State::closed), "SES-031"},
    {State::await_version, Event::peer_closed, Handler::on_peer_closed, bit(State::closed), "SES-031"},
    {State::await_computer, Event::peer_closed, Handler::on_peer_closed, bit(State::closed), "SES-031"},
    {State::checking_computer, Event::peer_closed, Handler::on_peer_closed, bit(State::closed), "SES-031"},
    {State::await_login, Event::peer_closed, Handler::on_peer_closed, bit(State::closed), "SES-031"},
    {State::checking_login, Event::peer_closed, Handler::on_peer_closed, bit(State::closed), "SES-031"},
    {State::await_config, Event::peer_closed, Handler::on_peer_closed, bit(State::closed), "SES-031"},
    {State::await_config_ack, Event::peer_closed, Handler::on_peer_closed, bit(State::closed), "SES-031"},
    {State::ready, Event::peer_closed, Handler::on_peer_closed, bit(State::closed), "SES-031"},
    {State::serving, Event::peer_closed, Handler::on_peer_closed, bit(State::closed), "SES-031"},
    {State::restoring, Event::peer_closed, Handler::on_peer_closed, bit(State::closed), "SES-031"},
    {State::serving_restore, Event::peer_closed, Handler::on_peer_closed, bit(State::closed), "SES-031"},
}};

// Everything else: a wire event without a row closes with unexpected_message; held states read nothing; in closed every event is ignored. [SES-002]

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

/// In a held state nothing of the wire is read.
constexpr bool held(State state) { return state == State::checking_computer || state == State::checking_login || state == State::serving || state == State::serving_restore; }

/// The specification's word for it; empty for a value outside the table.
constexpr std::string_view name(State value) {
  switch (value) {
    case State::await_version: return "await_version";
    case State::await_computer: return "await_computer";
    case State::checking_computer: return "checking_computer";
    case State::await_login: return "await_login";
    case State::checking_login: return "checking_login";
    case State::await_config: return "await_config";
    case State::await_config_ack: return "await_config_ack";
    case State::ready: return "ready";
    case State::serving: return "serving";
    case State::restoring: return "restoring";
    case State::serving_restore: return "serving_restore";
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
    case Event::computer_admitted: return "computer_admitted";
    case Event::computer_refused: return "computer_refused";
    case Event::login_admitted: return "login_admitted";
    case Event::login_refused: return "login_refused";
    case Event::done: return "done";
    case Event::refused: return "refused";
    case Event::failed: return "failed";
    case Event::timer_expired: return "timer_expired";
    case Event::stop: return "stop";
    case Event::peer_closed: return "peer_closed";
    case Event::malformed: return "malformed";
    case Event::data: return "data";
  }
  return {};
}

/// The specification's word for it; empty for a value outside the table.
constexpr std::string_view name(Handler value) {
  switch (value) {
    case Handler::on_version: return "on_version";
    case Handler::on_computer: return "on_computer";
    case Handler::on_computer_admitted: return "on_computer_admitted";
    case Handler::on_computer_refused: return "on_computer_refused";
    case Handler::on_login: return "on_login";
    case Handler::on_login_admitted: return "on_login_admitted";
    case Handler::on_login_refused: return "on_login_refused";
    case Handler::on_place_taken: return "on_place_taken";
    case Handler::on_config_state: return "on_config_state";
    case Handler::on_config_ack: return "on_config_ack";
    case Handler::on_ping: return "on_ping";
    case Handler::on_offer_blocks: return "on_offer_blocks";
    case Handler::on_data: return "on_data";
    case Handler::on_commit_version: return "on_commit_version";
    case Handler::on_list_versions: return "on_list_versions";
    case Handler::on_list_blocks: return "on_list_blocks";
    case Handler::on_release_blocks: return "on_release_blocks";
    case Handler::on_fetch_key: return "on_fetch_key";
    case Handler::on_store_key: return "on_store_key";
    case Handler::on_recover_key: return "on_recover_key";
    case Handler::on_change_password: return "on_change_password";
    case Handler::on_restore_begin: return "on_restore_begin";
    case Handler::on_done: return "on_done";
    case Handler::on_fetch_blocks: return "on_fetch_blocks";
    case Handler::on_restore_end: return "on_restore_end";
    case Handler::on_restore_done: return "on_restore_done";
    case Handler::on_refused: return "on_refused";
    case Handler::on_failed: return "on_failed";
    case Handler::on_goodbye: return "on_goodbye";
    case Handler::on_stop: return "on_stop";
    case Handler::on_timer: return "on_timer";
    case Handler::on_malformed: return "on_malformed";
    case Handler::on_disconnect: return "on_disconnect";
    case Handler::on_peer_closed: return "on_peer_closed";
  }
  return {};
}

}  // namespace server_session

}  // namespace coffer::spec
