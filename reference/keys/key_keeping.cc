#include "keys/key_keeping.h"

#include <algorithm>
#include <limits>
#include <stdexcept>

namespace coffer::keys {

std::expected<KeyRecord, spec::Reason> read_sent(View sent, const ArchiveOwner& owner, Rounds rounds) {
  // [KEY-023] A server MUST close with bad_key_record when a key record that it is sent is not laid out as the key record table says.
  // [KEY-024] … names another user, computer or server than the session's.
  // [KEY-025] … has fewer than 100,000 or more than 10,000,000 rounds.
  const auto record = read_key_record(sent, owner, rounds);
  if (!record) return std::unexpected(spec::Reason::bad_key_record);
  return *record;
}

// [KEY-030] A server MUST make the checks of a key record in the order of the key check table.
std::expected<Replacement, spec::Reason> may_replace(View in_force, View sent, const KeyRecord& record, const ArchiveOwner& owner,
                                                     const KeyPolicy& policy) {
  // [KEY-031] A server MUST answer a key record that is octet by octet the one in force with key_stored
  if (!in_force.empty() && std::ranges::equal(in_force, sent)) return Replacement::in_force_already;
  std::optional<KeyRecord> before;
  if (!in_force.empty()) {
    const auto kept = read_key_record(in_force, owner, {.min = 0, .max = std::numeric_limits<std::uint32_t>::max()});
    if (!kept) throw std::logic_error("a key record was kept that is none");
    before = *kept;
  }
  // [KEY-010] A server MUST close with key_mode_refused when it is sent a key record whose mode is neither permitted nor in force.
  if (!policy.permits(record.mode) && !(before && before->mode == record.mode)) return std::unexpected(spec::Reason::key_mode_refused);
  // [KEY-011] … whose mode is lower than the one in force.
  if (before && record.mode < before->mode) return std::unexpected(spec::Reason::key_mode_refused);
  // [KEY-032] … when the generation of a key record that it is sent is not one more than that of the one in force, or not 1
  if (record.generation != (before ? before->generation + 1 : 1)) return std::unexpected(spec::Reason::key_conflict);
  // [KEY-034] … has another check value than the one in force.
  if (before && record.check != before->check) return std::unexpected(spec::Reason::key_conflict);
  return record.server ? Replacement::to_be_opened : Replacement::to_be_kept;
}

// [KEY-026] A server MUST close with bad_key_record when a server_wrap that it is sent is for another escrow key than its own
std::expected<void, spec::Reason> opens(View sent, const KeyRecord& record, const ArchiveOwner& owner, const AgreementKey& escrow_key,
                                        bool has_password) {
  const auto bad = std::unexpected(spec::Reason::bad_key_record);
  if (!record.server || record.server->escrow_key != escrow_key.public_key()) return bad;
  const auto key = open_escrow(record, owner, escrow_key);
  if (!key || disagrees(sent, record, *key)) return bad;
  if (has_password && !record.password) return bad;
  return {};
}

}  // namespace coffer::keys
