#include "store/holdings.h"

#include <nlohmann/json.hpp>

#include <fmt/core.h>

#include "fault/switch.h"

namespace coffer::store {
namespace {

std::string fields_json(Fields fields) {
  nlohmann::ordered_json object = nlohmann::ordered_json::object();
  for (const auto& [name, value] : fields) object[std::string(name)] = value;
  return object.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
}

}  // namespace

Result<Place> Holdings::append(std::span<const Packs::Incoming> records) {
  if (packs_.begins_pack(records.front().record.octets()) && !packs_.unsynced().empty())
    if (auto settled = settle(); !settled) return std::unexpected(settled.error());
  return packs_.append(records);
}

Result<void> Holdings::append(const Stated& statement) {
  const Packs::Incoming record{statement.record, statement.content};
  if (auto place = append({&record, 1}); !place) return std::unexpected(place.error());
  return {};
}

Result<void> Holdings::receive(std::span<const Packs::Incoming> run) {
  auto place = append(run);
  if (!place) return std::unexpected(place.error());
  for (const auto& [record, content] : run) {
    received_[{record.archive, record.id}] = {record, *place, false};
    received_octets_ += record.octets();
    place->offset += record.octets();
  }
  return {};
}

Result<std::optional<Located>> Holdings::where(std::int64_t archive, const Digest& id) {
  if (const auto found = received_.find({archive, id}); found != received_.end()) return found->second;
  return index_.find(archive, id);
}

// [ARC-060] A server MUST have the version and every block … on stable storage … before it acknowledges: packs first, then one
// transaction.
Result<void> Holdings::settle(Addition addition) {
  if (auto synced = sync(); !synced) return synced;
  std::vector<Located> blocks;
  blocks.reserve(received_.size());
  for (const auto& [key, block] : received_) blocks.push_back(block);
  // [ARC-043] A server MUST show nothing of a version before its commit is complete.
  addition.blocks = blocks;
  addition.packs.insert(unindexed_.begin(), unindexed_.end());
  if (auto added = index_.add(addition); !added) return added;
  received_.clear();
  received_octets_ = 0;
  unindexed_.clear();
  return {};
}

Result<void> Holdings::sync() {
  const std::map<std::uint32_t, std::uint64_t> written = packs_.unsynced();
  for (const auto& [number, octets] : written) unindexed_[number] = octets;
  auto synced = packs_.sync();
  // A later sync may succeed without having stored anything: what was received and is not indexed counts as lost, and is taken back even
  // where an earlier sync has stored it. Left there, the next start would find it, when the same block stands behind it or was released.
  if (!synced) lose_received();
  return synced;
}

void Holdings::lose_received() {
  if (const auto indexed = index_.packs()) packs_.discard(unindexed_, *indexed);
  received_.clear();
  received_octets_ = 0;
  unindexed_.clear();
  ++generation_;
}

Result<void> Holdings::name_damaged(const Located& block, const std::string& why) {
  if (const auto found = received_.find({block.record.archive, block.record.id});
      found != received_.end() && found->second.place == block.place)
    received_.erase(found);
  if (auto marked = index_.set_damaged(block, true); !marked) return std::unexpected(marked.error());
  const std::pair<std::string_view, std::string> fields[] = {
      {"pack", std::to_string(block.place.pack)}, {"offset", std::to_string(block.place.offset)}, {"why", why}};
  if (block.damaged) return {};
  tell(fmt::format("a block in {} at offset {}: {}; it counts as missing until a backup sends it again", pack_name(block.place.pack),
                   block.place.offset, why));
  return note("block_damaged", fields, Index::Durability::with_the_next);
}

Result<void> Holdings::note(std::string_view event, Fields fields, Index::Durability durability, Keep keep) {
  return index_.append_event(event, fields_json(fields), clock_(), durability, keep);
}

}  // namespace coffer::store
