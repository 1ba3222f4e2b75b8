// Made by spec/tools/generate.py from spec/tables/messages.toml and spec/schema/coffer.capnp. Do not edit: edit the source and run `./dev generate`.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace coffer::spec {

/// The union tag of Control in spec/schema/coffer.capnp.
enum class MessageKind : std::uint16_t {
  disconnect = 0,
  ping = 1,
  pong = 2,
  goodbye = 3,
  version = 4,
  proceed = 5,
  computer = 6,
  server_identity = 7,
  login = 8,
  login_accepted = 9,
  config_state = 10,
  config_push = 11,
  config_ack = 12,
  ready = 13,
  offer_blocks = 14,
  missing_blocks = 15,
  commit_version = 16,
  version_committed = 17,
  list_versions = 18,
  versions = 19,
  restore_begin = 20,
  restore_begun = 21,
  fetch_blocks = 22,
  blocks_fetched = 23,
  restore_end = 24,
  restore_ended = 25,
  list_blocks = 26,
  block_list = 27,
  release_blocks = 28,
  blocks_released = 29,
  fetch_key = 30,
  key_state = 31,
  store_key = 32,
  key_stored = 33,
  recover_key = 34,
  key_recovered = 35,
  change_password = 36,
  password_changed = 37,
};

struct MessageRow {
  MessageKind kind;
  std::string_view name;
  std::string_view from;  // client, server or both
  std::string_view requirement;
};

inline constexpr std::array<MessageRow, 38> message_rows{{
    {MessageKind::disconnect, "disconnect", "both", "ERR-001"},
    {MessageKind::ping, "ping", "client", "SES-020"},
    {MessageKind::pong, "pong", "server", "SES-020"},
    {MessageKind::goodbye, "goodbye", "client", "SES-030"},
    {MessageKind::version, "version", "client", "SES-010"},
    {MessageKind::proceed, "proceed", "server", "SES-013"},
    {MessageKind::computer, "computer", "client", "IDN-001"},
    {MessageKind::server_identity, "server_identity", "server", "IDN-005"},
    {MessageKind::login, "login", "client", "IDN-010"},
    {MessageKind::login_accepted, "login_accepted", "server", "IDN-015"},
    {MessageKind::config_state, "config_state", "client", "CFG-001"},
    {MessageKind::config_push, "config_push", "server", "CFG-002"},
    {MessageKind::config_ack, "config_ack", "client", "CFG-004"},
    {MessageKind::ready, "ready", "server", "SES-014"},
    {MessageKind::offer_blocks, "offer_blocks", "client", "ARC-030"},
    {MessageKind::missing_blocks, "missing_blocks", "server", "ARC-033"},
    {MessageKind::commit_version, "commit_version", "client", "ARC-035"},
    {MessageKind::version_committed, "version_committed", "server", "ARC-038"},
    {MessageKind::list_versions, "list_versions", "client", "ARC-040"},
    {MessageKind::versions, "versions", "server", "ARC-041"},
    {MessageKind::restore_begin, "restore_begin", "client", "ARC-050"},
    {MessageKind::restore_begun, "restore_begun", "server", "ARC-050"},
    {MessageKind::fetch_blocks, "fetch_blocks", "client", "ARC-052"},
    {MessageKind::blocks_fetched, "blocks_fetched", "server", "ARC-053"},
    {MessageKind::restore_end, "restore_end", "client", "ARC-054"},
    {MessageKind::restore_ended, "restore_ended", "server", "ARC-054"},
    {MessageKind::list_blocks, "list_blocks", "client", "ARC-105"},
    {MessageKind::block_list, "block_list", "server", "ARC-106"},
    {MessageKind::release_blocks, "release_blocks", "client", "ARC-107"},
    {MessageKind::blocks_released, "blocks_released", "server", "ARC-107"},
    {MessageKind::fetch_key, "fetch_key", "client", "KEY-029"},
    {MessageKind::key_state, "key_state", "server", "KEY-029"},
    {MessageKind::store_key, "store_key", "client", "KEY-021"},
    {MessageKind::key_stored, "key_stored", "server", "KEY-033"},
    {MessageKind::recover_key, "recover_key", "client", "KEY-046"},
    {MessageKind::key_recovered, "key_recovered", "server", "KEY-046"},
    {MessageKind::change_password, "change_password", "client", "KEY-044"},
    {MessageKind::password_changed, "password_changed", "server", "KEY-044"},
}};

struct RangeRow {
  MessageKind message;
  std::string_view field;
  std::string_view range;  // as written in the table
};

inline constexpr std::array<RangeRow, 62> range_rows{{
    {MessageKind::disconnect, "reason", "any"},
    {MessageKind::ping, "token", "any"},
    {MessageKind::pong, "token", "any"},
    {MessageKind::version, "protocol", "any"},
    {MessageKind::version, "major", "any"},
    {MessageKind::version, "minor", "any"},
    {MessageKind::version, "patch", "any"},
    {MessageKind::version, "time_zone_minutes", "-720..840"},
    {MessageKind::version, "operating_system", "1..255 utf8"},
    {MessageKind::version, "virtual_machine", "0..255 utf8"},
    {MessageKind::version, "address", "ip"},
    {MessageKind::proceed, "major", "any"},
    {MessageKind::proceed, "minor", "any"},
    {MessageKind::proceed, "patch", "any"},
    {MessageKind::computer, "guid", "1..max"},
    {MessageKind::server_identity, "guid", "1..max"},
    {MessageKind::login, "registration_key", "16 alphanumeric"},
    {MessageKind::login, "user_name", "1..255 utf8"},
    {MessageKind::login, "password", "1..1024"},
    {MessageKind::login, "computer", "1..max"},
    {MessageKind::login, "deferred", "any"},
    {MessageKind::login_accepted, "user", "1..max"},
    {MessageKind::login_accepted, "permissions", "any"},
    {MessageKind::config_state, "version", "any"},
    {MessageKind::config_push, "version", "any"},
    {MessageKind::config_push, "settings", "0..256 items"},
    {MessageKind::config_push, "settings.name", "1..255 utf8"},
    {MessageKind::config_push, "settings.value", "0..4096 utf8"},
    {MessageKind::config_push, "settings.locked", "any"},
    {MessageKind::config_ack, "version", "any"},
    {MessageKind::offer_blocks, "ids", "1..1024 ids"},
    {MessageKind::missing_blocks, "indices", "0..1024 increasing"},
    {MessageKind::commit_version, "number", "1..max"},
    {MessageKind::commit_version, "previous", "32"},
    {MessageKind::commit_version, "link", "32"},
    {MessageKind::commit_version, "record", "1..2048"},
    {MessageKind::version_committed, "number", "1..max"},
    {MessageKind::list_versions, "from", "any"},
    {MessageKind::versions, "entries", "0..24 items"},
    {MessageKind::versions, "entries.number", "1..max"},
    {MessageKind::versions, "entries.link", "32"},
    {MessageKind::versions, "entries.record", "1..2048"},
    {MessageKind::versions, "more", "any"},
    {MessageKind::restore_begin, "version", "1..max"},
    {MessageKind::restore_begin, "purpose", "0..1"},
    {MessageKind::fetch_blocks, "ids", "1..1024 ids"},
    {MessageKind::blocks_fetched, "missing", "0..1024 increasing"},
    {MessageKind::restore_end, "complete", "any"},
    {MessageKind::list_blocks, "after", "32"},
    {MessageKind::block_list, "ids", "0..1024 ids"},
    {MessageKind::block_list, "more", "any"},
    {MessageKind::release_blocks, "ids", "1..1024 ids"},
    {MessageKind::key_state, "modes", "1..7"},
    {MessageKind::key_state, "escrow_key", "32"},
    {MessageKind::key_state, "device_key", "32"},
    {MessageKind::key_state, "record", "0..262"},
    {MessageKind::store_key, "record", "98..262"},
    {MessageKind::key_stored, "generation", "1..max"},
    {MessageKind::recover_key, "recipient", "32"},
    {MessageKind::key_recovered, "wrap", "72"},
    {MessageKind::change_password, "current", "1..1024"},
    {MessageKind::change_password, "replacement", "1..1024"},
}};

/// The specification's word for it; empty for a value outside the table.
constexpr std::string_view name(MessageKind value) {
  switch (value) {
    case MessageKind::disconnect: return "disconnect";
    case MessageKind::ping: return "ping";
    case MessageKind::pong: return "pong";
    case MessageKind::goodbye: return "goodbye";
    case MessageKind::version: return "version";
    case MessageKind::proceed: return "proceed";
    case MessageKind::computer: return "computer";
    case MessageKind::server_identity: return "server_identity";
    case MessageKind::login: return "login";
    case MessageKind::login_accepted: return "login_accepted";
    case MessageKind::config_state: return "config_state";
    case MessageKind::config_push: return "config_push";
    case MessageKind::config_ack: return "config_ack";
    case MessageKind::ready: return "ready";
    case MessageKind::offer_blocks: return "offer_blocks";
    case MessageKind::missing_blocks: return "missing_blocks";
    case MessageKind::commit_version: return "commit_version";
    case MessageKind::version_committed: return "version_committed";
    case MessageKind::list_versions: return "list_versions";
    case MessageKind::versions: return "versions";
    case MessageKind::restore_begin: return "restore_begin";
    case MessageKind::restore_begun: return "restore_begun";
    case MessageKind::fetch_blocks: return "fetch_blocks";
    case MessageKind::blocks_fetched: return "blocks_fetched";
    case MessageKind::restore_end: return "restore_end";
    case MessageKind::restore_ended: return "restore_ended";
    case MessageKind::list_blocks: return "list_blocks";
    case MessageKind::block_list: return "block_list";
    case MessageKind::release_blocks: return "release_blocks";
    case MessageKind::blocks_released: return "blocks_released";
    case MessageKind::fetch_key: return "fetch_key";
    case MessageKind::key_state: return "key_state";
    case MessageKind::store_key: return "store_key";
    case MessageKind::key_stored: return "key_stored";
    case MessageKind::recover_key: return "recover_key";
    case MessageKind::key_recovered: return "key_recovered";
    case MessageKind::change_password: return "change_password";
    case MessageKind::password_changed: return "password_changed";
  }
  return {};
}

}  // namespace coffer::spec
