#include "keys/key_keeping.h"

#include <algorithm>
#include <limits>
#include <stdexcept>

#include "fault/switch.h"

namespace coffer::keys {
namespace {

/// As whoever it names would have it.
std::expected<KeyRecord, KeyRecordError> read_of_any(View sent) {
  ArchiveOwner named;
  auto* number = &named.user;
  for (std::size_t at = 2; at < 26; ++at) {
    if (at == 10) number = &named.computer;
    if (at == 18) number = &named.server;
    *number = *number << 8 | sent[at];
  }
  return read_key_record(sent, named);
}

}  // namespace

std::expected<KeyRecord, spec::Reason> read_sent(View sent, const ArchiveOwner& owner, Rounds rounds) {
  // [KEY-023] A server MUST close with bad_key_record when a key record that it is sent is not laid out as the key record table says.
  // [KEY-024] … names another user, computer or server than the session's.
  // [KEY-025] … has fewer than 100,000 or more than 10,000,000 rounds.
  if (fault::on(fault::KEY_025_any_rounds)) rounds = {.min = 0, .max = std::numeric_limits<std::uint32_t>::max()};
  if (fault::on(fault::KEY_025_floor_of_tests)) rounds.min = 1000;
  auto record = read_key_record(sent, owner, rounds);
  if (!record && record.error() == KeyRecordError::another_owner && fault::on(fault::KEY_024_any_owner)) record = read_of_any(sent);
  if (!record) return std::unexpected(spec::Reason::bad_key_record);
  return *record;
}

// [KEY-030] A server MUST make the checks of a key record in the order of the key check table.
std::expected<Replacement, spec::Reason> may_replace(View in_force, View sent, const KeyRecord& record, const ArchiveOwner& owner,
                                                     const KeyPolicy& policy) {
  // [KEY-031] A server MUST answer a key record that is octet by octet the one in force with key_stored
  if (!in_force.empty() && std::ranges::equal(in_force, sent) && !fault::on(fault::KEY_031_repeats_refused)) {
    if (fault::on(fault::KEY_031_permitted_alone) && !policy.permits(record.mode)) return std::unexpected(spec::Reason::key_mode_refused);
    return Replacement::in_force_already;
  }
  std::optional<KeyRecord> before;
  if (!in_force.empty()) {
    const auto kept = read_key_record(in_force, owner, {.min = 0, .max = std::numeric_limits<std::uint32_t>::max()});
    if (!kept) throw std::logic_error("a key record was kept that is none");
    before = *kept;
  }
  const bool follows = record.generation == (before ? before->generation + 1 : 1);
  if (fault::on(fault::KEY_030_generation_first) && !follows) return std::unexpected(spec::Reason::key_conflict);
  // [KEY-010] A server MUST close with key_mode_refused when it is sent a key record whose mode is neither permitted nor in force.
  if (!policy.permits(record.mode) && !(before && before->mode == record.mode) && !fault::on(fault::KEY_010_any_mode))
    return std::unexpected(spec::Reason::key_mode_refused);
  // [KEY-011] … whose mode is lower than the one in force.
  if (before && record.mode < before->mode && !fault::on(fault::KEY_011_downwards)) return std::unexpected(spec::Reason::key_mode_refused);
  // [KEY-032] … when the generation of a key record that it is sent is not one more than that of the one in force, or not 1
  if (!follows && !fault::on(fault::KEY_032_any_generation)) return std::unexpected(spec::Reason::key_conflict);
  // [KEY-034] … has another check value than the one in force.
  if (before && record.check != before->check && !fault::on(fault::KEY_034_another_key)) return std::unexpected(spec::Reason::key_conflict);
  return record.server ? Replacement::to_be_opened : Replacement::to_be_kept;
}

// [KEY-026] A server MUST close with bad_key_record when a server_wrap that it is sent is for another escrow key than its own
std::expected<void, spec::Reason> opens(View sent, const KeyRecord& record, const ArchiveOwner& owner, const AgreementKey& escrow_key,
                                        bool has_password) {
  if (fault::on(fault::KEY_026_unopened)) return {};
  const auto bad = std::unexpected(spec::Reason::bad_key_record);
  if (!record.server || record.server->escrow_key != escrow_key.public_key()) return bad;
  const auto key = open_escrow(record, owner, escrow_key);
  if (!key || disagrees(sent, record, *key)) return bad;
  if (has_password && !record.password) return bad;
  return {};
}

}  // namespace coffer::keys
