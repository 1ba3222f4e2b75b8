#include "server/escrow_change.h"

#include <botan/system_rng.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <limits>
#include <optional>

#include "accounts/fixture.h"
#include "keys/key_making.h"

namespace coffer::server {
namespace {

constexpr keys::Rounds any_rounds{.min = 0, .max = std::numeric_limits<std::uint32_t>::max()};

std::expected<std::vector<std::pair<store::Owner, keys::KeyRecord>>, std::string> escrowed(store::KeyStore& keys, std::uint64_t server) {
  const auto all = keys.records();
  if (!all) return std::unexpected(all.error().what);
  std::vector<std::pair<store::Owner, keys::KeyRecord>> found;
  for (const auto& [owner, octets] : *all) {
    const auto record = keys::read_key_record(octets, {owner.user, owner.computer, server}, any_rounds);
    if (!record) return std::unexpected("keys.sqlite has a key record that is none: " + std::string(keys::describe(record.error())));
    if (record->server) found.emplace_back(owner, *record);
  }
  return found;
}

}  // namespace

std::expected<keys::AgreementKey, std::string> settled_escrow_key(const std::filesystem::path& directory, store::KeyStore& keys,
                                                                  std::uint64_t server) {
  const auto next = next_escrow_key(directory);
  if (!next) return std::unexpected(next.error());
  const auto records = escrowed(keys, server);
  if (!records) return std::unexpected(records.error());
  if (*next) {
    // All records change in one transaction, so the first one tells; without any, nothing depends on either key.
    const bool came = !records->empty() && records->front().second.server->escrow_key == (*next)->public_key();
    if (auto settled = came ? finish_next_escrow_key(directory) : drop_next_escrow_key(directory); !settled)
      return std::unexpected(settled.error());
  }
  if (auto erased = erase_former_escrow_key(directory); !erased) return std::unexpected(erased.error());
  auto kept = keep_escrow_key(directory, records->size());
  if (!kept) return kept;
  const auto strange =
      std::ranges::count_if(*records, [&](const auto& one) { return one.second.server->escrow_key != kept->public_key(); });
  if (strange > 0)
    spdlog::warn(
        "{} of {} key records are wrapped for another escrow key than the one in {}: no administrator opens these. If that is a wrong "
        "or an older file, stop and put the right one back",
        strange, records->size(), directory.string());
  return kept;
}

// [KEY-040] A server that takes a new escrow key MUST wrap each key record of account_password for it in one transaction, and only then
// erase the old
std::expected<std::size_t, std::string> change_escrow_key(const std::filesystem::path& directory, store::KeyStore& keys,
                                                          store::Store& events, std::uint64_t server) {
  const auto former = settled_escrow_key(directory, keys, server);
  if (!former) return std::unexpected(former.error());
  const auto records = escrowed(keys, server);
  if (!records) return std::unexpected(records.error());
  const auto next = begin_next_escrow_key(directory);
  if (!next) return std::unexpected(next.error());
  store::KeyChange change;
  for (const auto& [owner, record] : *records) {
    const std::vector<std::pair<std::string_view, std::string>> fields{
        {"user", std::to_string(owner.user)}, {"computer", accounts::guid_text(owner.computer)}, {"cause", "escrow key"}};
    if (auto logged = events.note_durably("key_opened", fields); !logged) return std::unexpected(logged.error().what);
    auto made =
        keys::for_another_escrow_key(record, {owner.user, owner.computer, server}, *former, next->public_key(), Botan::system_rng());
    if (!made) return std::unexpected("the server cannot open its own wrap: " + std::string(keys::describe(made.error())));
    change.records.emplace_back(owner, std::move(*made));
  }
  if (auto changed = keys.change(change); !changed) return std::unexpected(changed.error().what);
  if (auto finished = finish_next_escrow_key(directory); !finished) return std::unexpected(finished.error());
  return records->size();
}

}  // namespace coffer::server
