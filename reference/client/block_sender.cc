#include "client/block_sender.h"

#include <algorithm>
#include <thread>
#include <utility>

#include <botan/rng.h>
#include <botan/system_rng.h>
#include <fmt/format.h>

#include "client/interruption.h"
#include "coffer/spec/limits.h"
#include "fault/switch.h"

namespace coffer::client {
namespace {

// One request's worth of ids, or enough octets to keep the workers busy while a batch is on its way.
constexpr std::size_t batch_octets_max = 8U << 20U;
constexpr std::size_t group_octets_max = 256U << 10U;
constexpr std::size_t group_blocks_max = 64;
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

std::unique_ptr<SealingWorkers> make_sealing_workers(std::vector<keys::ArchiveKeys> destinations, MakeRandom make_random) {
  return std::make_unique<SealingWorkers>(worker_count(), [destinations = std::move(destinations), make_random = std::move(make_random)] {
    SealingTools tools{{}, make_random()};
    for (const keys::ArchiveKeys& keys : destinations) tools.vaults.emplace_back(keys);
    return tools;
  });
}

// [ARC-030] A client MUST offer block ids, 1 to 1,024 at a time, before it sends blocks.
Outcome<std::vector<Digest>> BlockSender::ask(const std::vector<Digest>& ids) {
  std::vector<Digest> fresh, missing;
  for (const Digest& id : ids) {
    if (owed_.contains(id))
      missing.push_back(id);
    else if (asked_.insert(id))
      fresh.push_back(id);
  }
  for (std::size_t begin = 0; begin < fresh.size(); begin += batch_ids_max()) {
    if (interrupted()) return std::unexpected(client::interrupted());
    const auto first = fresh.begin() + static_cast<std::ptrdiff_t>(begin);
    const std::size_t count = std::min(batch_ids_max(), fresh.size() - begin);
    const auto indices = link_.offer(archive::join(std::vector<Digest>(first, first + static_cast<std::ptrdiff_t>(count))));
    if (!indices) return std::unexpected(indices.error());
    for (const std::uint16_t index : *indices) {
      missing.push_back(fresh[begin + index]);
      owed_.insert(fresh[begin + index]);
    }
  }
  return missing;
}

Outcome<void> BlockSender::add(BlockPointer block) {
  // Already stored, or sent, or in this batch: one block of content is sent once.
  const bool settled = asked_.contains(block->id()) && !owed_.contains(block->id());
  if (settled || !batch_ids_.insert(block->id()).second) return {};
  batch_octets_ += block->octets().size();
  filling_->octets += block->octets().size();
  filling_->ids.push_back(block->id());
  filling_->blocks.push_back(std::move(block));
  if (filling_->octets >= group_octets_max || filling_->blocks.size() >= group_blocks_max) close_group();
  if (batch_ids_.size() < batch_ids_max() && batch_octets_ < batch_octets_max) return {};
  return flush();
}

void BlockSender::close_group() {
  if (filling_->blocks.empty()) return;
  if (all_missing_) begin_sealing(*filling_);
  groups_.push_back(std::exchange(filling_, std::make_unique<Group>()));
}

void BlockSender::begin_sealing(Group& group) {
  group.sealing = workers_.run([this, &group](SealingTools& tools) -> std::expected<std::vector<Sealed>, archive::ArchiveError> {
    std::vector<Sealed> all;
    all.reserve(group.blocks.size());
    for (BlockPointer& block : group.blocks) {
      auto sealed = seal(tools, *block);
      if (!sealed) return std::unexpected(sealed.error());
      if (fault::on(fault::ARC_023_manifest_in_the_clear) && block->kind() == archive::BlockKind::leaf)
        sealed->insert(sealed->end(), block->octets().begin(), block->octets().end());
      const Digest checksum = archive::checksum(*sealed);
      all.push_back({block->id(), std::move(*sealed), checksum});
      block.reset();
    }
    return all;
  });
}

std::expected<Octets, archive::ArchiveError> BlockSender::seal(SealingTools& tools, SharedBlock& block) const {
  archive::BlockVault& vault = tools.vaults[destination_];
  // One destination alone need not keep what is compressed for others.
  if (tools.vaults.size() == 1) return vault.seal(block.id(), block.octets(), *tools.random);
  const auto& packed = block.packed(vault);
  if (!packed) return std::unexpected(packed.error());
  return vault.seal_packed(block.id(), *packed, *tools.random);
}

Outcome<void> BlockSender::flush() {
  close_group();
  auto groups = std::exchange(groups_, {});
  batch_ids_.clear();
  batch_octets_ = 0;
  std::vector<Digest> ids;
  for (const auto& group : groups) ids.insert(ids.end(), group->ids.begin(), group->ids.end());
  if (fault::on(fault::ARC_030_sends_before_it_offers) && !ids.empty() && !groups.front()->sealing.valid()) {
    std::vector<std::unique_ptr<Group>> first;
    first.push_back(std::make_unique<Group>());
    first.front()->blocks.push_back(groups.front()->blocks.front());
    if (auto sent = send_all(std::move(first), false); !sent) return sent;
  }
  const auto missing = ask(ids);
  if (!missing) return std::unexpected(missing.error());
  if (!ids.empty()) all_missing_ = missing->size() * 4 >= ids.size() * 3;
  // [ARC-034] A client MUST send exactly the blocks that were named missing.
  return send_all(std::move(groups), !fault::on(fault::ARC_034_stored_ones_too));
}

Outcome<void> BlockSender::send_all(std::vector<std::unique_ptr<Group>> groups, bool only_owed) {
  for (const auto& group : groups) {
    if (group->sealing.valid()) continue;
    if (only_owed) std::erase_if(group->blocks, [this](const BlockPointer& block) { return !owed_.contains(block->id()); });
    begin_sealing(*group);
  }
  for (const auto& group : groups) {
    auto sealed = group->sealing.get();
    if (!sealed) return std::unexpected(cannot_seal(sealed.error()));
    for (auto& [id, octets, checksum] : *sealed) {
      if (interrupted()) return std::unexpected(client::interrupted());
      if (only_owed && !owed_.contains(id)) continue;
      const std::uint64_t size = octets.size();
      if (auto sent = link_.send(id, checksum, std::move(octets)); !sent) return sent;
      owed_.erase(id);
      ++counts_.blocks_sent;
      counts_.octets_sent += size;
      on_sent();
    }
  }
  return {};
}

}  // namespace coffer::client
