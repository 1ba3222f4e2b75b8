// What the store holds: packs, the index of them, and the blocks that stand in packs and not yet in the index.
// One thread at a time: whoever calls anything but mutex() holds that mutex. Must not know: sessions, quotas, when packs are compacted.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "store/event_log.h"
#include "store/index.h"
#include "store/packs.h"
#include "store/statement.h"

namespace coffer::store {

using Fields = std::span<const std::pair<std::string_view, std::string>>;

class Holdings {
 public:
  /// `on_damage` is told in words what is found lost or damaged.
  Holdings(std::filesystem::path index_file, Index index, Packs packs, Clock clock, std::function<void(const std::string&)> on_damage)
      : index_file_(std::move(index_file)),
        index_(std::move(index)),
        packs_(std::move(packs)),
        clock_(std::move(clock)),
        on_damage_(std::move(on_damage)) {}

  std::mutex& mutex() { return mutex_; }
  /// Of the file's name no thread need beware.
  const std::filesystem::path& index_file() const { return index_file_; }
  Index& index() { return index_; }
  Packs& packs() { return packs_; }
  const Packs& packs() const { return packs_; }
  WallTime now() const { return clock_(); }

  /// Counts losses: blocks that were received under an older generation may be gone.
  std::uint64_t generation() const { return generation_; }
  bool has_received() const { return !received_.empty(); }
  bool is_received(std::int64_t archive, const Digest& id) const { return received_.contains({archive, id}); }
  std::size_t received_count() const { return received_.size(); }
  std::uint64_t received_octets() const { return received_octets_; }

  /// Where a block's record stands that counts; damaged ones too.
  Result<std::optional<Located>> where(std::int64_t archive, const Digest& id);

  /// Records behind the last one, of which no other than the first may begin a pack; where the first stands. Not yet on stable storage.
  Result<Place> append(std::span<const Packs::Incoming> records);
  Result<void> append(const Stated& statement);
  /// The same for blocks, which count from now on.
  Result<void> receive(std::span<const Packs::Incoming> blocks);

  /// What was appended is on stable storage afterwards, then indexed by one transaction, in one with the addition. A failure to store loses
  /// all that was received.
  Result<void> settle(Addition addition = {});
  /// What was appended is on stable storage afterwards, not yet indexed.
  Result<void> sync();
  void lose_received();

  /// The block counts as lacking from now on, and the event log says so once.
  Result<void> name_damaged(const Located& block, const std::string& why);

  void tell(const std::string& what) const {
    if (on_damage_) on_damage_(what);
  }
  Result<void> note(std::string_view event, Fields fields, Index::Durability durability, Keep keep = Keep::always);

 private:
  const std::filesystem::path index_file_;
  std::mutex mutex_;
  Index index_;
  Packs packs_;
  Clock clock_;
  std::function<void(const std::string&)> on_damage_;
  std::map<std::pair<std::int64_t, Digest>, Located> received_;  // appended, not yet indexed
  std::uint64_t received_octets_ = 0;
  std::map<std::uint32_t, std::uint64_t> unindexed_;  // packs written since the last transaction, and their ends
  std::uint64_t generation_ = 1;
};

}  // namespace coffer::store
