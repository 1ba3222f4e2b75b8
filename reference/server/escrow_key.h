// The server's escrow key: a file of its own beside the database, never in it, that no other account may read; and how another takes its
// place. Must not know: key records, sessions.
#pragma once

#include <cstddef>
#include <expected>
#include <filesystem>
#include <optional>
#include <set>
#include <string>

#include "keys/wrapping_key.h"

namespace coffer::server {

/// [KEY-038] `escrow.key` in the directory, mode 0600, its 32 octets as hexadecimal digits; made if there is none, unless `records` are
/// wrapped for one. Errors are for people.
std::expected<keys::AgreementKey, std::string> keep_escrow_key(const std::filesystem::path& directory, std::size_t records = 0);

/// nullopt: it is not there.
std::expected<std::optional<keys::AgreementKey>, std::string> current_escrow_key(const std::filesystem::path& directory);

/// [KEY-040] A change of escrow key that may be cut short anywhere: the next key is written first, records are then wrapped for it, and
/// only then does it take the former one's place. What lies there when a server starts says how far it came.
std::expected<keys::AgreementKey, std::string> begin_next_escrow_key(const std::filesystem::path& directory);
/// nullopt: no change is under way.
std::expected<std::optional<keys::AgreementKey>, std::string> next_escrow_key(const std::filesystem::path& directory);
/// The next key is the escrow key now; the former one's octets are overwritten before its file goes.
std::expected<void, std::string> finish_next_escrow_key(const std::filesystem::path& directory);
/// What a change that was cut short in its last step left of the former key, or in its first one of the next; nothing where it left
/// nothing.
std::expected<void, std::string> erase_former_escrow_key(const std::filesystem::path& directory);
/// The change did not come to the records.
std::expected<void, std::string> drop_next_escrow_key(const std::filesystem::path& directory);

/// [KEY-054] The public halves of the escrow keys that the operator gave up, as nobody has their private halves any more: `escrow.lost` in
/// the directory.
std::expected<std::set<keys::PublicKey>, std::string> lost_escrow_keys(const std::filesystem::path& directory);
std::expected<void, std::string> keep_lost_escrow_keys(const std::filesystem::path& directory, const std::set<keys::PublicKey>& lost);

}  // namespace coffer::server
