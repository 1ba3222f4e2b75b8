// Control messages and block metadata as plain values, one struct per union member of spec/schema/coffer.capnp, and their one encoding.
// Must not know: frames, sessions, where octets come from. Cap'n Proto's readers and builders stay inside message.cc.
#pragma once

#include <cstdint>
#include <expected>
#include <string>
#include <variant>
#include <vector>

#include <botan/secmem.h>

#include "coffer/spec/messages.h"
#include "protocol/fault.h"
#include "protocol/octets.h"

namespace coffer::protocol {

struct Disconnect {
  std::uint16_t reason = 0;
};
struct Ping {
  std::uint64_t token = 0;
};
struct Pong {
  std::uint64_t token = 0;
};
struct Goodbye {};
struct Version {
  std::uint16_t protocol = 0, major = 0, minor = 0, patch = 0;
  std::int16_t time_zone_minutes = 0;
  std::string operating_system, virtual_machine, address;
};
struct Proceed {
  std::uint16_t major = 0, minor = 0, patch = 0;
};
struct Computer {
  std::uint64_t guid = 0;
};
struct ServerIdentity {
  std::uint64_t guid = 0;
};
struct Login {
  std::string registration_key, user_name;
  Botan::secure_vector<std::uint8_t> password;
  std::uint64_t computer = 0;
  bool deferred = false;
};
struct LoginAccepted {
  std::uint64_t user = 0;
  std::uint32_t permissions = 0;
};
struct ConfigState {
  std::uint64_t version = 0;
};
struct Setting {
  std::string name, value;
  bool locked = false;
  bool operator==(const Setting&) const = default;
};
struct ConfigPush {
  std::uint64_t version = 0;
  std::vector<Setting> settings;
};
struct ConfigAck {
  std::uint64_t version = 0;
};
struct Ready {};
struct OfferBlocks {
  Octets ids;
};  // 32 octets each, back to back
struct MissingBlocks {
  std::vector<std::uint16_t> indices;
};
struct CommitVersion {
  std::uint64_t number = 0;
  Octets previous, link, record;
};
struct VersionCommitted {
  std::uint64_t number = 0;
};
struct ListVersions {
  std::uint64_t from = 0;
};
struct VersionEntry {
  std::uint64_t number = 0;
  Octets link, record;
};
struct Versions {
  std::vector<VersionEntry> entries;
  bool more = false;
};
struct RestoreBegin {
  std::uint64_t version = 0;
  std::uint16_t purpose = 0;
};
struct RestoreBegun {};
struct FetchBlocks {
  Octets ids;
};
struct BlocksFetched {
  std::vector<std::uint16_t> missing;
};
struct RestoreEnd {
  bool complete = false;
};
struct RestoreEnded {};
struct ListBlocks {
  Octets after;
};  // 32 octets
struct BlockList {
  Octets ids;  // 32 octets each, back to back, ascending
  bool more = false;
};
struct ReleaseBlocks {
  Octets ids;
};  // 32 octets each, back to back
struct BlocksReleased {};
struct FetchKey {};
struct KeyState {
  std::uint16_t modes = 0;                        // bits: 1 account_password, 2 archive_password, 4 custom
  Octets escrow_key;                              // 32 octets
  Botan::secure_vector<std::uint8_t> device_key;  // 32 octets
  Octets record;                                  // the key record; empty where there is none
};
struct StoreKey {
  Octets record;
};
struct KeyStored {
  std::uint64_t generation = 0;
};
struct RecoverKey {
  Octets recipient;
};  // 32 octets
struct KeyRecovered {
  Octets wrap;
};  // 72 octets: the server's one-time key, then the wrap
struct ChangePassword {
  Botan::secure_vector<std::uint8_t> current, replacement;
};
struct PasswordChanged {};

/// In the order of spec::MessageKind: `static_cast<spec::MessageKind>(message.index())` is the kind.
using Message =
    std::variant<Disconnect, Ping, Pong, Goodbye, Version, Proceed, Computer, ServerIdentity, Login, LoginAccepted, ConfigState, ConfigPush,
                 ConfigAck, Ready, OfferBlocks, MissingBlocks, CommitVersion, VersionCommitted, ListVersions, Versions, RestoreBegin,
                 RestoreBegun, FetchBlocks, BlocksFetched, RestoreEnd, RestoreEnded, ListBlocks, BlockList, ReleaseBlocks, BlocksReleased,
                 FetchKey, KeyState, StoreKey, KeyStored, RecoverKey, KeyRecovered, ChangePassword, PasswordChanged>;

constexpr spec::MessageKind kind(const Message& message) { return static_cast<spec::MessageKind>(message.index()); }

struct BlockMetadata {
  Octets id, checksum;
};

/// The one encoding of a message [MSG-001].
Octets encode(const Message& message);

/// The message of a control frame's body. Faults: malformed_message [MSG-002, MSG-003, MSG-004]. Field ranges are not looked at.
std::expected<Message, Fault> decode(View payload);

/// The first field, in the schema's order, that is outside the range of tables/messages.toml; field_out_of_range [MSG-005, MSG-007].
std::expected<void, Fault> check_fields(const Message& message);

/// The metadata part of a data frame: canonical, padded with zero octets to a multiple of 16.
Octets encode_metadata(const BlockMetadata& metadata);
/// Faults: malformed_message [FRM-015]; field_out_of_range when id or checksum is not 32 octets [MSG-005].
std::expected<BlockMetadata, Fault> decode_metadata(View part);

}  // namespace coffer::protocol
