// What a server decides about a key record that it is sent: the checks of the key check table, in its order (spec 7.6). Decides on octets
// alone. Must not know: messages, sessions, permissions, storage, logs.
#pragma once

#include "coffer/spec/reasons.h"
#include "keys/key_making.h"

namespace coffer::keys {

/// Modes as bits: 1 account_password, 2 archive_password, 4 custom.
constexpr std::uint16_t bit(KeyMode mode) { return static_cast<std::uint16_t>(1U << (static_cast<unsigned>(mode) - 1)); }

struct KeyPolicy {
  std::uint16_t permitted = 7;  // bits; account_password always
  bool permits(KeyMode mode) const { return (permitted & bit(mode)) != 0; }
  /// [KEY-012] An archive that has no record counts as custom.
  bool permits_no_record() const { return permits(KeyMode::custom); }
};

/// Order 1 of the key check table, but for the permission.
std::expected<KeyRecord, spec::Reason> read_sent(View sent, const ArchiveOwner& owner, Rounds rounds);

enum class Replacement : std::uint8_t {
  in_force_already,  // [KEY-031] the same octets: nothing to do
  to_be_opened,      // it has a wrap for the server, which is to be opened before it is kept
  to_be_kept,
};

/// Orders 2 to 4. `in_force` is empty where there is none; otherwise it was kept by this server, for the same owner.
std::expected<Replacement, spec::Reason> may_replace(View in_force, View sent, const KeyRecord& record, const ArchiveOwner& owner,
                                                     const KeyPolicy& policy);

/// Order 5. The caller has logged that the wrap is opened [KEY-039]. `has_password`: the account has one of its own.
std::expected<void, spec::Reason> opens(View sent, const KeyRecord& record, const ArchiveOwner& owner, const AgreementKey& escrow_key,
                                        bool has_password);

}  // namespace coffer::keys
