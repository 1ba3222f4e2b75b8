#include "client/block_sender.h"

#include <algorithm>
#include <deque>
#include <thread>
#include <utility>

#include <botan/rng.h>
#include <botan/system_rng.h>
#include <fmt/format.h>

#include "coffer/spec/limits.h"
#include "fault/switch.h"

namespace coffer::client {
namespace {

// One request's worth of ids, or enough octets to keep the workers busy while a batch is on its way.
constexpr std::size_t batch_octets_max = 32U << 20U;
std::size_t batch_ids_max() { return fault::on(fault::ARC_030_offers_too_many) ? 1200 : spec::limits::blocks_per_request_max; }

Failure cannot_seal(archive::ArchiveError error) {
  return {ExitCode::local, fmt::format("a block cannot be sealed: {}", archive::describe(error))};
}

/// One for each processor. All of them seed from the system's generator, which is opened here, before there is a second thread.
unsigned worker_count() {
  Botan::system_rng();
  return std::max(1U, std::thread::hardware_concurrency());
}

}  // namespace

BlockSender::BlockSender(ServerLink& link, const keys::ArchiveKeys& keys, MakeRandom make_random)
    : link_(link), workers_(worker_count(), [keys, make_random = std::move(make_random)] {
        return SealingTools{archive::BlockVault(keys), make_random()};
      }) {}

// [ARC-030] A client MUST offer block ids, 1 to 1,024 at a time, before it sends blocks.
Outcome<std::vector<Digest>> BlockSender::ask(const std::vector<Digest>& ids) {
  std::vector<Digest> fresh, missing;
  for (const Digest& id : ids)
    if (asked_.insert(id).second) fresh.push_back(id);
  for (std::size_t begin = 0; begin < fresh.size(); begin += batch_ids_max()) {
    const auto first = fresh.begin() + static_cast<std::ptrdiff_t>(begin);
    const std::size_t count = std::min(batch_ids_max(), fresh.size() - begin);
    const auto indices = link_.offer(archive::join({first, first + static_cast<std::ptrdiff_t>(count)}));
    if (!indices) return std::unexpected(indices.error());
    for (const std::uint16_t index : *indices) missing.push_back(fresh[begin + index]);
  }
  owed_.insert(missing.begin(), missing.end());
  return missing;
}

Outcome<void> BlockSender::add(archive::NamedBlock block) {
  // Already stored, already on its way, or in this batch: one block of content is sent once.
  if (settled(block.id)) return {};
  if (std::ranges::find(batch_, block.id, &archive::NamedBlock::id) != batch_.end()) return {};
  batch_octets_ += block.octets.size();
  batch_.push_back(std::move(block));
  if (batch_.size() < batch_ids_max() && batch_octets_ < batch_octets_max) return {};
  return flush();
}

Outcome<void> BlockSender::flush() {
  std::vector<archive::NamedBlock> batch = std::exchange(batch_, {});
  batch_octets_ = 0;
  std::vector<Digest> ids;
  for (const auto& block : batch) ids.push_back(block.id);
  if (fault::on(fault::ARC_030_sends_before_it_offers) && !batch.empty())
    if (auto sent = send_all({batch.front()}); !sent) return sent;
  if (const auto missing = ask(ids); !missing) return std::unexpected(missing.error());
  // [ARC-034] A client MUST send exactly the blocks that were named missing.
  if (!fault::on(fault::ARC_034_stored_ones_too))
    std::erase_if(batch, [this](const archive::NamedBlock& block) { return !owed_.contains(block.id); });
  return send_all(std::move(batch));
}

Outcome<void> BlockSender::send_all(std::vector<archive::NamedBlock> wanted) {
  struct Sealed {
    Octets octets;
    Digest checksum{};
  };
  std::vector<std::future<std::expected<Sealed, archive::ArchiveError>>> sealing;
  for (const archive::NamedBlock& block : wanted)
    sealing.push_back(workers_.run([&block](SealingTools& tools) -> std::expected<Sealed, archive::ArchiveError> {
      auto sealed = tools.vault.seal(block.id, block.octets, *tools.random);
      if (!sealed) return std::unexpected(sealed.error());
      if (fault::on(fault::ARC_023_manifest_in_the_clear) && block.kind == archive::BlockKind::manifest)
        sealed->insert(sealed->end(), block.octets.begin(), block.octets.end());
      const Digest checksum = archive::checksum(*sealed);
      return Sealed{std::move(*sealed), checksum};
    }));
  // Every future is awaited even after a failure: the workers still look at `wanted`.
  Outcome<void> outcome;
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    auto sealed = sealing[i].get();
    if (!outcome) continue;
    if (!sealed) {
      outcome = std::unexpected(cannot_seal(sealed.error()));
      continue;
    }
    const std::uint64_t octets = sealed->octets.size();
    outcome = link_.send(wanted[i].id, sealed->checksum, std::move(sealed->octets));
    if (!outcome) continue;
    owed_.erase(wanted[i].id);
    ++counts_.blocks_sent;
    counts_.octets_sent += octets;
    on_sent();
  }
  return outcome;
}

}  // namespace coffer::client
