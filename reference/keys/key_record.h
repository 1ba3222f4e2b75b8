// The key record, octet by octet: whose archive, which mode, which generation, and the wraps that the mode has (spec 7.5).
// Must not know: passwords, who may store what, messages, storage.
#pragma once

#include <optional>

#include "coffer/spec/key_modes.h"
#include "coffer/spec/limits.h"
#include "keys/wrap.h"

namespace coffer::keys {

using spec::KeyMode;

/// Why octets are not the key record of this archive; of several, the first in this order [KEY-021].
enum class KeyRecordError : std::uint8_t {
  key_record_length,          // not as long as its mode has it
  unknown_key_record_format,  // the first octet is not 0x01
  unknown_key_mode,           // none of the three
  generation_0,
  another_owner,        // [KEY-024]
  rounds_out_of_range,  // [KEY-025]
};
std::string_view describe(KeyRecordError error);

/// [KEY-028] Why a key record is not of this archive key.
enum class KeyTagError : std::uint8_t { check_differs, tag_differs };

/// The wrap that lets an administrator restore, and the escrow key that it is for.
struct ServerWrap {
  PublicKey escrow_key{};
  AgreementWrap wrap;
  bool operator==(const ServerWrap&) const = default;
};

struct KeyRecord {
  KeyMode mode = KeyMode::custom;
  std::uint64_t generation = 1;  // 1, 2, 3 …
  Digest check{};
  std::optional<ServerWrap> server = std::nullopt;  // of account_password
  std::optional<PasswordWrap> password =
      std::nullopt;  // of archive_password; of account_password, unless the account has no password of its own
  Digest tag{};
  bool operator==(const KeyRecord&) const = default;
};

/// The counts of rounds that are taken; only a server in the test profile takes fewer.
struct Rounds {
  std::uint32_t min = spec::limits::pbkdf2_rounds_min;
  std::uint32_t max = spec::limits::pbkdf2_rounds_max;
};

/// Says nothing of the tag, which only who holds the key can judge.
std::expected<KeyRecord, KeyRecordError> read_key_record(View octets, const ArchiveOwner& owner, Rounds rounds = {});

/// [KEY-022] Check value and tag are made here, from the key; those of `record` count for nothing. Its wraps have to be those of its mode.
Octets write_key_record(const KeyRecord& record, const ArchiveOwner& owner, const ArchiveKey& key);

/// [KEY-028] Whether `octets`, which have been read as `record`, were put together by a holder of this key.
std::optional<KeyTagError> disagrees(View octets, const KeyRecord& record, const ArchiveKey& key);

}  // namespace coffer::keys
