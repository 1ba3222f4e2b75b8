#include "server/escrow_change.h"

#include <botan/system_rng.h>
#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <limits>
#include <set>

#include "keys/key_making.h"
#include "server/key_events.h"

namespace coffer::server {
namespace {

constexpr keys::Rounds any_rounds{.min = 0, .max = std::numeric_limits<std::uint32_t>::max()};

/// Those of account_password.
using EscrowedRecords = std::vector<std::pair<store::Owner, keys::KeyRecord>>;

const keys::PublicKey& wrapped_for(const keys::KeyRecord& record) { return record.server->escrow_key; }

std::expected<EscrowedRecords, std::string> escrowed(store::KeyStore& keys, std::uint64_t server) {
  const auto all = keys.records();
  if (!all) return std::unexpected(all.error().what);
  EscrowedRecords found;
  for (const auto& [owner, octets] : *all) {
    const auto record = keys::read_key_record(octets, {owner.user, owner.computer, server}, any_rounds);
    if (!record)
      return std::unexpected(fmt::format("keys.sqlite has a key record of {} that is none: {}. Put keys.sqlite back from its backup",
                                         text(owner), keys::describe(record.error())));
    if (record->server) found.emplace_back(owner, *record);
  }
  return found;
}

/// Once a change of escrow key that was cut short is brought to its end, or back to its beginning.
std::expected<EscrowedRecords, std::string> settled_records(const std::filesystem::path& directory, store::KeyStore& keys,
                                                            std::uint64_t server) {
  const auto next = next_escrow_key(directory);
  if (!next) return std::unexpected(next.error());
  auto records = escrowed(keys, server);
  if (!records) return records;
  if (*next) {
    // All records change in one transaction, so any one tells; without any, nothing depends on either key.
    const bool came = std::ranges::any_of(*records, [&](const auto& one) { return wrapped_for(one.second) == (*next)->public_key(); });
    if (auto settled = came ? finish_next_escrow_key(directory) : drop_next_escrow_key(directory); !settled)
      return std::unexpected(settled.error());
  }
  if (auto erased = erase_former_escrow_key(directory); !erased) return std::unexpected(erased.error());
  return records;
}

std::size_t count_of_others(const EscrowedRecords& records, const std::set<keys::PublicKey>& known) {
  return static_cast<std::size_t>(
      std::ranges::count_if(records, [&](const auto& one) { return !known.contains(wrapped_for(one.second)); }));
}

}  // namespace

// [KEY-054] A server MUST NOT start where it keeps a server_wrap for an escrow key whose private half it lacks, unless its operator has
// given that key up.
std::expected<keys::AgreementKey, std::string> settled_escrow_key(const std::filesystem::path& directory, store::KeyStore& keys,
                                                                  std::uint64_t server) {
  const auto records = settled_records(directory, keys, server);
  if (!records) return std::unexpected(records.error());
  auto known = lost_escrow_keys(directory);
  if (!known) return std::unexpected(known.error());
  const std::size_t not_lost = count_of_others(*records, *known);
  auto kept = keep_escrow_key(directory, not_lost);
  if (!kept) return kept;
  known->insert(kept->public_key());
  if (const std::size_t strange = count_of_others(*records, *known); strange > 0)
    return std::unexpected(fmt::format(
        "escrow.key in {} is another key than the one that {} of {} key records are wrapped for: put the right one back from its backup, "
        "or that keys.sqlite which this one belongs to. Only if the right one is lost for ever, run `cofferd give-up-escrow-key`: of what "
        "was wrapped for it no administrator opens anything until its user logs in again",
        directory.string(), strange, records->size()));
  if (const std::size_t lost = records->size() - not_lost; lost > 0)
    spdlog::warn("{} of {} key records are wrapped for an escrow key that was given up: their users are to log in again", lost,
                 records->size());
  return kept;
}

std::expected<std::size_t, std::string> give_up_escrow_key(const std::filesystem::path& directory, store::KeyStore& keys,
                                                           store::Store& events, std::uint64_t server) {
  const auto records = settled_records(directory, keys, server);
  if (!records) return std::unexpected(records.error());
  auto lost = lost_escrow_keys(directory);
  if (!lost) return std::unexpected(lost.error());
  const auto current = current_escrow_key(directory);
  if (!current) return std::unexpected(current.error());
  std::set<keys::PublicKey> known = *lost;
  if (*current) known.insert((*current)->public_key());
  const std::size_t others = count_of_others(*records, known);
  const std::vector<std::pair<std::string_view, std::string>> fields{{"key_records", std::to_string(others)}};
  if (auto logged = events.note_durably("escrow_key_given_up", fields); !logged) return std::unexpected(logged.error().what);
  for (const auto& [owner, record] : *records)
    if (!known.contains(wrapped_for(record))) lost->insert(wrapped_for(record));
  if (auto kept = keep_lost_escrow_keys(directory, *lost); !kept) return std::unexpected(kept.error());
  if (auto settled = settled_escrow_key(directory, keys, server); !settled) return std::unexpected(settled.error());
  return others;
}

// [KEY-040] A server that takes a new escrow key MUST wrap each key record whose server_wrap it opens for it in one transaction, and only
// then erase the old
std::expected<EscrowChange, std::string> change_escrow_key(const std::filesystem::path& directory, store::KeyStore& keys,
                                                           store::Store& events, std::uint64_t server) {
  const auto former = settled_escrow_key(directory, keys, server);
  if (!former) return std::unexpected(former.error());
  const auto records = escrowed(keys, server);
  if (!records) return std::unexpected(records.error());
  const auto next = begin_next_escrow_key(directory);
  if (!next) return std::unexpected(next.error());
  store::KeyChange change;
  std::vector<store::Owner> unopened;
  for (const auto& [owner, record] : *records) {
    if (wrapped_for(record) != former->public_key()) continue;  // for one that was given up
    if (auto logged = note_opening(events, owner, "escrow key"); !logged) return std::unexpected(logged.error().what);
    auto made =
        keys::for_another_escrow_key(record, {owner.user, owner.computer, server}, *former, next->public_key(), Botan::system_rng());
    if (!made) {
      if (auto told = tell_of_unopened(events, owner, made.error()); !told) return std::unexpected(told.error().what);
      unopened.push_back(owner);
      continue;
    }
    change.records.emplace_back(owner, std::move(*made));
  }
  bool stands = false;
  const auto changed = keys.change(change, [&] { stands = true; });
  if (!changed && !stands) return std::unexpected(changed.error().what);
  // [KEY-054] What stays wrapped for the former key must keep no server from its start.
  if (!unopened.empty()) {
    auto lost = lost_escrow_keys(directory);
    if (!lost) return std::unexpected(lost.error());
    lost->insert(former->public_key());
    if (auto kept = keep_lost_escrow_keys(directory, *lost); !kept) return std::unexpected(kept.error());
  }
  // Also where what the records held before could not be erased: without the former key it opens nothing.
  const auto finished = finish_next_escrow_key(directory);
  if (changed && finished) return EscrowChange{.records = change.records.size(), .unopened = std::move(unopened)};
  return std::unexpected(
      fmt::format("the change is made: {} archive keys are wrapped for another escrow key. What it replaced is not all erased yet, which "
                  "the next start of `cofferd run` does; until then copies of {} have it. The cause: {}",
                  change.records.size(), directory.string(), changed ? finished.error() : changed.error().what));
}

}  // namespace coffer::server
