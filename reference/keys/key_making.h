// Puts key records together: the client's first one and its changes, and the server's own, which it makes where it can open the key
// (spec 7.5, 7.8). Must not know: who may store what, messages, storage.
#pragma once

#include "keys/key_record.h"

namespace coffer::keys {

/// What goes into a key record besides the key. Of the three secrets those that the mode has; of account_password the password only where
/// the account has one.
struct KeyRecordParts {
  KeyMode mode = KeyMode::custom;
  std::uint64_t generation = 1;
  std::optional<PublicKey> escrow_key = std::nullopt;
  std::optional<View> password = std::nullopt;  // the account password or the archive password
  std::uint32_t rounds = spec::limits::pbkdf2_rounds_min;
};

/// [KEY-006] with no wrap that the mode does not have, whatever else is in `parts`. Errors: secret_of_zeros, of an escrow key that is none.
std::expected<Octets, WrapError> make_key_record(const KeyRecordParts& parts, const ArchiveOwner& owner, const ArchiveKey& key,
                                                 Botan::RandomNumberGenerator& random);

/// [KEY-026] The archive key, from the wrap that the server keeps for itself. The caller has logged that it is opened [KEY-039].
std::expected<ArchiveKey, WrapError> open_escrow(const KeyRecord& record, const ArchiveOwner& owner, const AgreementKey& escrow_key);

/// With the password that the record has a wrap under: the account's or the archive's, as its mode says.
std::expected<ArchiveKey, WrapError> open_with_password(const KeyRecord& record, const ArchiveOwner& owner, View password);

/// [KEY-043] The next generation of a record of account_password, under another account password.
std::expected<Octets, WrapError> wrapped_anew(const KeyRecord& record, const ArchiveOwner& owner, const AgreementKey& escrow_key,
                                              View password, std::uint32_t rounds, Botan::RandomNumberGenerator& random);

/// [KEY-040] The next generation of a record of account_password, for another escrow key; the password's wrap stays.
std::expected<Octets, WrapError> for_another_escrow_key(const KeyRecord& record, const ArchiveOwner& owner, const AgreementKey& old_key,
                                                        const PublicKey& new_key, Botan::RandomNumberGenerator& random);

}  // namespace coffer::keys
